#include "codecs/json/writer.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

#include "codecs/json/plain.hpp"
#include "core/base/verify.hpp"

namespace clearspan::json {
namespace {

constexpr std::size_t kBufferBytesMin = 512;  // the first allocation
constexpr std::size_t kDigitsMax = 20;        // of a 64-bit number with its sign

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

constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;  // one in each byte of a word
constexpr std::uint64_t kHighBits = 0x80 * kEach;

// The high bit of each byte below `bound`, of the lowest such byte at least; no other is set below it. `bound` is at
// most 128, and bytes of 128 and above do not count.
constexpr std::uint64_t bytes_below(std::uint64_t word, std::uint64_t bound) {
  return (word - kEach * bound) & ~word & kHighBits;
}

// The high bit of the lowest byte that is not plain: a control character, a quotation mark, a backslash, or not ASCII.
std::uint64_t marks_of(std::uint64_t word) {
  const std::uint64_t quotes = bytes_below(word ^ (kEach * '"'), 1);
  const std::uint64_t backslashes = bytes_below(word ^ (kEach * '\\'), 1);
  return (word & kHighBits) | bytes_below(word, 0x20) | quotes | backslashes;
}

bool is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

// How many bytes at the start stand for themselves.
std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if (const std::uint64_t marks = marks_of(word); marks != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(marks)) / 8;
    }
  }
  while (at < text.size() && is_plain(byte_at(text, at))) ++at;
  return at;
}

template <class Word>
std::uint64_t copy_word(char* to, const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof(word));
  std::memcpy(to, &word, sizeof(word));
  return marks_of(sizeof(word) == sizeof(std::uint64_t) ? word : word | (kEach * 'a' << 32));
}

// Copies the text and says whether all of it stands for itself. The last word overlaps the one before, so that there is
// no loop over single bytes but for the shortest texts.
bool copy_plain(char* to, std::string_view text) {
  const char* const from = text.data();
  const std::size_t size = text.size();
  std::uint64_t marks = 0;
  if (size >= sizeof(std::uint64_t)) {
    const std::size_t last = size - sizeof(std::uint64_t);
    for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t)) {
      marks |= copy_word<std::uint64_t>(to + at, from + at);
    }
    return (marks | copy_word<std::uint64_t>(to + last, from + last)) == 0;
  }
  if (size >= sizeof(std::uint32_t)) {
    const std::size_t last = size - sizeof(std::uint32_t);
    return (copy_word<std::uint32_t>(to, from) | copy_word<std::uint32_t>(to + last, from + last)) == 0;
  }
  bool is_all_plain = true;
  for (std::size_t at = 0; at < size; ++at) {
    to[at] = from[at];
    is_all_plain = is_all_plain && is_plain(byte_at(text, at));
  }
  return is_all_plain;
}

// A longer buffer, at least doubled.
[[gnu::noinline]] void grow(std::string& buffer, std::size_t size_min) {
  buffer.resize(std::max({buffer.size() * 2, size_min, kBufferBytesMin}));
}

}  // namespace

bool is_plain(std::string_view text) {
  return plain_length(text) == text.size();
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t index = 0;
  while (index < text.size()) {
    const std::size_t run = plain_length(text.substr(index));
    out.append(text.substr(index, run));
    index += run;
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
  out_.resize(out_.capacity());
}

// --- the buffer: grows by doubling, so that most writes are a copy behind a comparison ---

char* Writer::room(std::size_t bytes) {
  if (out_.size() - size_ < bytes) grow(out_, size_ + bytes);
  return out_.data() + size_;
}

void Writer::put(char c) {
  *room(1) = c;
  ++size_;
}

void Writer::put(std::string_view text) {
  if (text.empty()) return;
  std::memcpy(room(text.size()), text.data(), text.size());
  size_ += text.size();
}

void Writer::put_quoted(std::string_view text) {
  char* const at = room(text.size() + 2);
  if (copy_plain(at + 1, text)) {
    at[0] = '"';
    at[text.size() + 1] = '"';
    size_ += text.size() + 2;
    return;
  }
  std::string quoted;
  append_string(quoted, text);
  put(quoted);
}

// --- values ---

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
  if (has_member_) put(',');
  has_member_ = true;
}

Writer& Writer::key(std::string_view name) {
  CLEARSPAN_VERIFY(!open_.empty() && open_.back() == Scope::object && !has_key_);
  if (has_member_) put(',');
  put_quoted(name);
  put(':');
  has_key_ = true;
  has_member_ = true;
  return *this;
}

Writer& Writer::begin_object() {
  before_value();
  put('{');
  open_.push_back(Scope::object);
  has_member_ = false;
  return *this;
}

Writer& Writer::begin_array() {
  before_value();
  put('[');
  open_.push_back(Scope::array);
  has_member_ = false;
  return *this;
}

void Writer::end(Scope scope, char bracket) {
  CLEARSPAN_VERIFY(!open_.empty() && open_.back() == scope && !has_key_);
  put(bracket);
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
  put_quoted(text);
  return *this;
}

Writer& Writer::value(bool truth) {
  before_value();
  put(truth ? std::string_view("true") : std::string_view("false"));
  return *this;
}

Writer& Writer::null() {
  before_value();
  put(std::string_view("null"));
  return *this;
}

Writer& Writer::signed_number(std::int64_t number) {
  before_value();
  char* const at = room(kDigitsMax);
  size_ += static_cast<std::size_t>(std::to_chars(at, at + kDigitsMax, number).ptr - at);
  return *this;
}

Writer& Writer::unsigned_number(std::uint64_t number) {
  before_value();
  char* const at = room(kDigitsMax);
  size_ += static_cast<std::size_t>(std::to_chars(at, at + kDigitsMax, number).ptr - at);
  return *this;
}

Writer& Writer::value(double number) {
  if (!std::isfinite(number)) return null();
  before_value();
  put(fmt::format(FMT_COMPILE("{}"), number));
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  CLEARSPAN_VERIFY(!json.empty());
  before_value();
  put(json);
  return *this;
}

std::string Writer::take() {
  CLEARSPAN_VERIFY(is_done_ && open_.empty());
  std::string text = std::move(out_);
  text.resize(size_);
  *this = Writer();
  return text;
}

}  // namespace clearspan::json
