#include "ledgers/transport/request.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace clearspan::transport {
namespace {

// More parameters than any resource has; keeps the search for duplicates short.
constexpr std::size_t kParametersMax = 32;

char to_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) continue;
    const int following = first >= 0xC2 && first <= 0xDF   ? 1
                          : first >= 0xE0 && first <= 0xEF ? 2
                          : first >= 0xF0 && first <= 0xF4 ? 3
                                                           : 0;
    if (following == 0) return false;
    for (int i = 0; i < following; ++i) {
      if (at >= text.size()) return false;
      const auto next = static_cast<unsigned char>(text[at++]);
      unsigned low = 0x80;
      unsigned high = 0xBF;
      if (i == 0 && first == 0xE0) low = 0xA0;
      if (i == 0 && first == 0xED) high = 0x9F;
      if (i == 0 && first == 0xF0) low = 0x90;
      if (i == 0 && first == 0xF4) high = 0x8F;
      if (next < low || next > high) return false;
    }
  }
  return true;
}

std::optional<std::string> decode_form_text(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  auto decoded = decode_percent(spaced);
  if (decoded && !is_utf8(*decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

bool is_same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return decoded;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Status Query::expect_only(std::initializer_list<std::string_view> names) const {
  for (const auto& [key, value] : parameters_) {
    if (std::find(names.begin(), names.end(), key) == names.end()) {
      return make_error(ErrorCode::unknown_field, "this resource does not know the query parameter", key);
    }
  }
  return Done{};
}

Result<std::optional<std::uint64_t>> Query::number(std::string_view name, std::uint64_t max) const {
  const auto text = find(name);
  if (!text) return std::optional<std::uint64_t>{};
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool is_whole = end == text->data() + text->size() && !text->empty();
  if (is_whole && (failure == std::errc::result_out_of_range || (failure == std::errc{} && number > max))) {
    return make_error(ErrorCode::out_of_range, "the number is above " + std::to_string(max), std::string(name));
  }
  if (!is_whole || failure != std::errc{}) {
    return make_error(ErrorCode::invalid_value, "the query parameter is not a whole number", std::string(name));
  }
  return std::optional<std::uint64_t>(number);
}

Result<Query> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const bool is_last = end == text.size();
    text.remove_prefix(is_last ? end : end + 1);
    if (pair.empty() || (!is_last && text.empty())) {
      return make_error(ErrorCode::bad_request, "the query has an empty parameter");
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view raw_name = pair.substr(0, equals);
    auto name = decode_form_text(raw_name);
    auto value = decode_form_text(equals == pair.size() ? std::string_view{} : pair.substr(equals + 1));
    if (!name || !value) {
      return make_error(ErrorCode::bad_request, "the query parameter has a broken %-sequence or is not UTF-8",
                        std::string(raw_name));
    }
    if (name->empty()) return make_error(ErrorCode::bad_request, "a query parameter has no name");
    for (const auto& [other, ignored] : parameters) {
      if (other == *name) return make_error(ErrorCode::duplicate_key, "the query parameter is given twice", *name);
    }
    if (parameters.size() == kParametersMax) {
      return make_error(ErrorCode::bad_request, "the query has more than 32 parameters");
    }
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return Query(std::move(parameters));
}

Request::Request(RequestHead head, std::string bytes, std::shared_ptr<const std::string> peer)
    : head_(std::move(head)), bytes_(std::move(bytes)), peer_(std::move(peer)) {}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const RequestHead::Field& field : head_.fields) {
    if (is_same_name(field.name.of(bytes_), name)) return field.value.of(bytes_);
  }
  return std::nullopt;
}

}  // namespace clearspan::transport
