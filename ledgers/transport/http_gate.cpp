#include "ledgers/transport/http_gate.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace clearspan::transport {
namespace {

using namespace std::string_view_literals;

// Fields that are lists by their definition, so that two lines mean the same as one. Nothing here reads them.
constexpr std::array kRepeatable = {"accept"sv,        "accept-charset"sv, "accept-encoding"sv, "accept-language"sv,
                                    "cache-control"sv, "cookie"sv,         "forwarded"sv,       "pragma"sv,
                                    "via"sv,           "x-forwarded-for"sv};

constexpr std::array kMethodsWithBody = {"POST"sv, "PUT"sv, "PATCH"sv};
constexpr std::array kMethodsWithoutBody = {"GET"sv, "HEAD"sv, "DELETE"sv, "OPTIONS"sv};

// The longest method name of the registry has 17 letters; without a space by then, it is no request.
constexpr std::size_t kMethodBytesMax = 20;

enum CharacterClass : std::uint8_t { kToken = 1, kPath = 2, kQuery = 4, kValue = 8 };

// Which grammar rules allow a byte: token (RFC 9110, section 5.6.2), path and query (RFC 3986, sections 3.3 and 3.4;
// the "%" is looked at separately), field value.
constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto allow = [&classes](std::string_view characters, int kind) {
    for (const char c : characters) {
      auto& entry = classes[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | kind);
    }
  };
  allow("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", kToken | kPath | kQuery);
  allow("!#$%&'*+-.^_`|~", kToken);
  allow("-._~!$&'()*+,;=:@%/", kPath | kQuery);
  allow("?", kQuery);
  for (unsigned c = 0x20; c < 0x7f; ++c) classes[c] = static_cast<std::uint8_t>(classes[c] | kValue);
  allow("\t", kValue);
  return classes;
}

constexpr auto kClasses = make_classes();

bool is_all(std::string_view text, CharacterClass kind) {
  return std::all_of(text.begin(), text.end(),
                     [kind](char c) { return (kClasses[static_cast<unsigned char>(c)] & kind) != 0; });
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_repeatable(std::string_view name) {
  return std::any_of(kRepeatable.begin(), kRepeatable.end(),
                     [name](std::string_view entry) { return is_same_name(entry, name); });
}

Refusal refuse(int status, std::string detail, std::string_view field = {}) {
  return {status, make_error(ErrorCode::bad_request, std::move(detail), std::string(field))};
}

Refusal refuse_size(int status, std::string detail) {
  return {status, make_error(ErrorCode::too_large, std::move(detail))};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A path has one spelling: what a proxy or a handler could fold into another path is refused.
std::optional<Refusal> check_path(std::string_view path) {
  if (!is_all(path, kPath)) return refuse(400, "the path has a character that must be %-encoded");
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 3)) {
    const auto decoded = decode_percent(path.substr(at, 3));
    if (!decoded) return refuse(400, "the path has a broken %-sequence");
    const auto byte = static_cast<unsigned char>(decoded->front());
    if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\' || byte == '.') {
      return refuse(400, "the path has an encoded slash, backslash, dot or control character");
    }
  }
  std::string_view rest = path.substr(1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    if (segment.empty()) return refuse(400, "the path has an empty segment");
    if (segment == "." || segment == "..") return refuse(400, "the path has a dot segment");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

// Reads one head whose end is known. Views are turned into slices relative to the request's first byte.
class HeadReader {
 public:
  HeadReader(std::string_view bytes, const GateLimits& limits) : bytes_(bytes), limits_(limits) {
    head_.size = static_cast<std::uint32_t>(bytes.size());
  }

  std::variant<RequestHead, Incomplete, Refusal> read() {
    std::string_view rest = bytes_;
    if (auto refusal = read_request_line(next_line(rest))) return *std::move(refusal);
    head_.fields.reserve(8);
    for (std::string_view line = next_line(rest); !line.empty(); line = next_line(rest)) {
      if (auto refusal = read_field(line)) return *std::move(refusal);
    }
    if (auto refusal = check_fields()) return *std::move(refusal);
    return std::move(head_);
  }

 private:
  static std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
  }

  [[nodiscard]] Slice slice(std::string_view part) const {
    return {static_cast<std::uint32_t>(part.data() - bytes_.data()), static_cast<std::uint32_t>(part.size())};
  }

  std::optional<Refusal> read_request_line(std::string_view line) {
    const std::size_t method_end = line.find(' ');
    if (method_end == std::string_view::npos) return refuse(400, "the request line is not method, target and version");
    const std::string_view method = line.substr(0, method_end);
    const std::size_t version_start = line.rfind(' ');
    if (version_start == method_end) return refuse(400, "the request line has no version");
    const std::string_view target = line.substr(method_end + 1, version_start - method_end - 1);
    const std::string_view version = line.substr(version_start + 1);

    if (method.empty() || !is_all(method, kToken)) return refuse(400, "the method is not a token");
    if (version != "HTTP/1.1") {
      return version.starts_with("HTTP/") ? refuse(505, "the version is not HTTP/1.1")
                                          : refuse(400, "the request line does not end with HTTP/1.1");
    }
    if (!contains(kMethodsWithBody, method) && !contains(kMethodsWithoutBody, method)) {
      return Refusal{501, make_error(ErrorCode::method_not_allowed, "no resource has this method")};
    }
    head_.method = slice(method);
    return read_target(target);
  }

  std::optional<Refusal> read_target(std::string_view target) {
    if (target.size() > limits_.target_bytes_max) {
      return refuse_size(414, "the target is longer than " + std::to_string(limits_.target_bytes_max) + " bytes");
    }
    if (!target.starts_with('/')) return refuse(400, "the target is not in origin-form: it must begin with a slash");
    const std::size_t path_end = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, path_end);
    if (auto refusal = check_path(path)) return refusal;
    head_.path = slice(path);
    if (path_end == target.size()) return std::nullopt;
    const std::string_view query = target.substr(path_end + 1);
    if (!is_all(query, kQuery)) return refuse(400, "the query has a character that must be %-encoded");
    head_.query = slice(query);
    return std::nullopt;
  }

  std::optional<Refusal> read_field(std::string_view line) {
    if (head_.fields.size() == limits_.fields_max) {
      return refuse_size(431, "there are more than " + std::to_string(limits_.fields_max) + " fields");
    }
    if (line.front() == ' ' || line.front() == '\t') return refuse(400, "a field is folded over two lines");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return refuse(400, "a field line has no colon");
    const std::string_view name = line.substr(0, colon);
    if (name.empty() || !is_all(name, kToken))
      return refuse(400, "a field's name is not a token directly before a colon");
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_all(value, kValue)) return refuse(400, "a field's value has a control character or is not ASCII", name);

    for (const RequestHead::Field& other : head_.fields) {
      if (other.name.size == name.size() && is_same_name(other.name.of(bytes_), name) && !is_repeatable(name)) {
        return refuse(400, "the field is given twice", name);
      }
    }
    head_.fields.push_back({slice(name), slice(value)});
    return read_meaning(name, value);
  }

  // The fields that decide how the bytes are read.
  std::optional<Refusal> read_meaning(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 4:
        if (is_same_name(name, "host")) return read_host(value);
        break;
      case 6:
        if (is_same_name(name, "expect")) {
          if (!is_same_name(value, "100-continue")) return refuse(417, "the expectation is not 100-continue", name);
          head_.expects_continue = true;
        }
        break;
      case 7:
        if (is_same_name(name, "upgrade")) upgrades_to_websocket_ = is_same_name(value, "websocket");
        break;
      case 10:
        if (is_same_name(name, "connection")) read_connection(value);
        break;
      case 14:
        if (is_same_name(name, "content-length")) return read_content_length(value);
        break;
      case 17:
        if (is_same_name(name, "transfer-encoding")) return refuse(400, "a body must have a Content-Length", name);
        break;
      default:
        break;
    }
    return std::nullopt;
  }

  std::optional<Refusal> read_host(std::string_view value) {
    has_host_ = true;
    std::string_view host = value;
    std::string_view port;
    if (const std::size_t colon = value.rfind(':'); colon != std::string_view::npos && !value.ends_with(']')) {
      host = value.substr(0, colon);
      port = value.substr(colon + 1);
      const bool is_number = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (port.empty() || port.size() > 5 || !is_number) return refuse(400, "the port is not a number", "Host");
    }
    const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const std::string_view allowed = is_bracketed
                                         ? "0123456789abcdefABCDEF:."sv
                                         : "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_"sv;
    const std::string_view name = is_bracketed ? host.substr(1, host.size() - 2) : host;
    if (name.empty() || name.find_first_not_of(allowed) != std::string_view::npos) {
      return refuse(400, "the host is not a name or an address", "Host");
    }
    return std::nullopt;
  }

  void read_connection(std::string_view list) {
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(','), list.size());
      const std::string_view option = trim(list.substr(0, end));
      if (is_same_name(option, "close")) head_.wants_close = true;
      if (is_same_name(option, "upgrade")) asks_for_upgrade_ = true;
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }

  std::optional<Refusal> read_content_length(std::string_view value) {
    const bool is_number = std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (value.empty() || !is_number || (value.size() > 1 && value.front() == '0')) {
      return refuse(400, "the length is not one plain decimal number", "Content-Length");
    }
    std::uint64_t length = 0;
    for (const char digit : value) {
      length = length * 10 + static_cast<std::uint64_t>(digit - '0');
      if (length > limits_.body_bytes_max) {
        return refuse_size(413, "the body is longer than " + std::to_string(limits_.body_bytes_max) + " bytes");
      }
    }
    has_length_ = true;
    head_.body_size = static_cast<std::uint32_t>(length);
    return std::nullopt;
  }

  std::optional<Refusal> check_fields() {
    if (!has_host_) return refuse(400, "there is no Host field", "Host");
    const std::string_view method = head_.method.of(bytes_);
    if (contains(kMethodsWithBody, method)) {
      if (!has_length_) return refuse(411, "a " + std::string(method) + " needs a Content-Length", "Content-Length");
    } else if (head_.body_size != 0) {
      return refuse(400, "a " + std::string(method) + " must not have a body", "Content-Length");
    }
    head_.wants_websocket = asks_for_upgrade_ && upgrades_to_websocket_ && method == "GET";
    return std::nullopt;
  }

  std::string_view bytes_;
  const GateLimits& limits_;
  RequestHead head_;
  bool has_host_ = false;
  bool has_length_ = false;
  bool asks_for_upgrade_ = false;
  bool upgrades_to_websocket_ = false;
};

// What is wrong with a beginning that will never become a request, so that it need not wait for its deadline.
std::optional<Refusal> check_beginning(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, kMethodBytesMax);
  const std::size_t method_end = std::min(start.find(' '), start.size());
  if (method_end == 0 || !is_all(start.substr(0, method_end), kToken) || method_end == kMethodBytesMax) {
    return refuse(400, "the request does not begin with a method");
  }
  return std::nullopt;
}

}  // namespace

std::variant<RequestHead, Incomplete, Refusal> read_head(std::string_view bytes, std::size_t scanned,
                                                         const GateLimits& limits) {
  if (bytes.empty()) return Incomplete{0};
  if (scanned == 0) {
    if (auto refusal = check_beginning(bytes)) return *std::move(refusal);
  }
  const std::string_view window = bytes.substr(0, limits.head_bytes_max);
  while (const void* found =
             scanned < window.size() ? std::memchr(window.data() + scanned, '\n', window.size() - scanned) : nullptr) {
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
    if (at == 0 || window[at - 1] != '\r') return refuse(400, "a line does not end with CR LF");
    if (at >= 3 && window.substr(at - 3, 2) == "\r\n") return HeadReader(window.substr(0, at + 1), limits).read();
    scanned = at + 1;
  }
  if (bytes.size() >= limits.head_bytes_max) {
    if (scanned == 0 && bytes.size() > limits.target_bytes_max) return refuse_size(414, "the request line has no end");
    return refuse_size(431, "the head is longer than " + std::to_string(limits.head_bytes_max) + " bytes");
  }
  return Incomplete{window.size()};
}

}  // namespace clearspan::transport
