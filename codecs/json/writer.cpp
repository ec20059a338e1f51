#include "codecs/json/writer.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "core/base/verify.hpp"

namespace clearspan::json {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD in UTF-8

unsigned char byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

bool is_continuation(std::string_view text, std::size_t index) {
  return index < text.size() && (byte_at(text, index) & 0xc0) == 0x80;
}

// The length of the well-formed UTF-8 sequence that starts at `index`, 0 when there is none (Unicode, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t index) {
  const unsigned char lead = byte_at(text, index);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || !is_continuation(text, index + 1)) return 0;
  if (lead < 0xe0) return 2;
  const unsigned char second = byte_at(text, index + 1);
  if (lead < 0xf0) {
    const bool is_overlong = lead == 0xe0 && second < 0xa0;
    const bool is_surrogate = lead == 0xed && second >= 0xa0;
    return !is_overlong && !is_surrogate && is_continuation(text, index + 2) ? 3 : 0;
  }
  const bool is_overlong = lead == 0xf0 && second < 0x90;
  const bool is_beyond = lead > 0xf4 || (lead == 0xf4 && second >= 0x90);
  return !is_overlong && !is_beyond && is_continuation(text, index + 2) && is_continuation(text, index + 3) ? 4 : 0;
}

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      fmt::format_to(std::back_inserter(out), FMT_COMPILE("\\u{:04x}"), c);
      break;
  }
}

bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t index = 0;
  while (index < text.size()) {
    std::size_t run = index;
    while (run < text.size() && is_plain(byte_at(text, run))) ++run;
    out.append(text.substr(index, run - index));
    index = run;
    if (index == text.size()) break;
    if (byte_at(text, index) < 0x80) {
      append_escaped(out, byte_at(text, index));
      ++index;
    } else if (const std::size_t length = sequence_length(text, index); length > 0) {
      out.append(text.substr(index, length));
      index += length;
    } else {
      out += kReplacement;
      ++index;
    }
  }
  out += '"';
}

Writer::Writer(std::string buffer) : out_(std::move(buffer)) {
  out_.clear();
}

// A value may stand alone, after its key in an object, or in an array.
void Writer::before_value() {
  if (open_.empty()) {
    CLEARSPAN_VERIFY(!is_done_);
    is_done_ = true;
    return;
  }
  if (open_.back() == Scope::object) {
    CLEARSPAN_VERIFY(has_key_);
    has_key_ = false;
    return;
  }
  if (has_member_) out_ += ',';
  has_member_ = true;
}

Writer& Writer::key(std::string_view name) {
  CLEARSPAN_VERIFY(!open_.empty() && open_.back() == Scope::object && !has_key_);
  if (has_member_) out_ += ',';
  append_string(out_, name);
  out_ += ':';
  has_key_ = true;
  has_member_ = true;
  return *this;
}

Writer& Writer::begin_object() {
  before_value();
  out_ += '{';
  open_.push_back(Scope::object);
  has_member_ = false;
  return *this;
}

Writer& Writer::begin_array() {
  before_value();
  out_ += '[';
  open_.push_back(Scope::array);
  has_member_ = false;
  return *this;
}

void Writer::end(Scope scope, char bracket) {
  CLEARSPAN_VERIFY(!open_.empty() && open_.back() == scope && !has_key_);
  out_ += bracket;
  open_.pop_back();
  has_member_ = true;
}

Writer& Writer::end_object() {
  end(Scope::object, '}');
  return *this;
}

Writer& Writer::end_array() {
  end(Scope::array, ']');
  return *this;
}

Writer& Writer::value(std::string_view text) {
  before_value();
  append_string(out_, text);
  return *this;
}

Writer& Writer::value(bool truth) {
  before_value();
  out_ += truth ? "true" : "false";
  return *this;
}

Writer& Writer::null() {
  before_value();
  out_ += "null";
  return *this;
}

Writer& Writer::signed_number(std::int64_t number) {
  before_value();
  fmt::format_to(std::back_inserter(out_), FMT_COMPILE("{}"), number);
  return *this;
}

Writer& Writer::unsigned_number(std::uint64_t number) {
  before_value();
  fmt::format_to(std::back_inserter(out_), FMT_COMPILE("{}"), number);
  return *this;
}

Writer& Writer::value(double number) {
  if (!std::isfinite(number)) return null();
  before_value();
  fmt::format_to(std::back_inserter(out_), FMT_COMPILE("{}"), number);
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  CLEARSPAN_VERIFY(!json.empty());
  before_value();
  out_ += json;
  return *this;
}

std::string Writer::take() {
  CLEARSPAN_VERIFY(is_done_ && open_.empty());
  std::string text = std::move(out_);
  *this = Writer();
  return text;
}

}  // namespace clearspan::json
