#include "ledgers/transport/url.hpp"

#include <algorithm>
#include <charconv>

namespace clearspan::transport {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;

Error invalid(std::string_view what) {
  return make_error(ErrorCode::invalid_value, std::string(what), "url");
}

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  return 0;
}

char to_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_address_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

Result<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failure != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    return invalid("the port is not a number from 1 to 65535");
  }
  return port;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::text() const {
  return scheme + "://" + authority() + target;
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return invalid("the address is longer than 2048 bytes");
  const bool is_printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_printable) return invalid("the address has a space, a control character or a byte outside ASCII");

  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return invalid("the address does not begin with a scheme and ://");
  Url url;
  url.scheme.assign(text.substr(0, scheme_end));
  std::transform(url.scheme.begin(), url.scheme.end(), url.scheme.begin(), to_lower);
  url.port = default_port(url.scheme);
  if (url.port == 0) return invalid("the scheme is not http, https, ws or wss");

  text.remove_prefix(scheme_end + 3);
  if (text.find('#') != std::string_view::npos) return invalid("the address has a fragment");
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  url.target.assign(text.substr(authority_end));
  if (url.target.empty() || url.target.front() == '?') url.target.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) return invalid("the address has user information");

  std::string_view after_host;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return invalid("the IPv6 address has no closing bracket");
    url.host.assign(authority.substr(1, close - 1));
    after_host = authority.substr(close + 1);
    if (!std::all_of(url.host.begin(), url.host.end(), is_address_character)) {
      return invalid("the text in brackets is not an IPv6 address");
    }
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host.assign(authority.substr(0, colon));
    after_host = authority.substr(colon);
    if (!std::all_of(url.host.begin(), url.host.end(), is_name_character)) {
      return invalid("the host has a character that no host name has");
    }
  }
  if (url.host.empty()) return invalid("the address has no host");
  if (!after_host.empty()) {
    if (after_host.front() != ':') return invalid("the host is followed by neither a port nor a path");
    CLEARSPAN_TRY(url.port, parse_port(after_host.substr(1)));
  }
  return url;
}

}  // namespace clearspan::transport
