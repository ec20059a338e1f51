#include "codecs/json/tape_writer.hpp"

#include <algorithm>

namespace clearspan::json {
namespace {

constexpr std::size_t kPlainDigitsMax = 18;  // so many always fit a signed word

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

TapeWriter::TapeWriter(std::size_t depth_max) : open_(depth_max) {}

bool TapeWriter::write(std::string_view text, std::span<const std::uint32_t> starts, bool has_escapes,
                       RareTokens& rare) {
  const std::size_t words = 2 * starts.size() + 2;  // a number takes two words, every other token one or none
  if (capacity_ < words) {
    capacity_ = std::max(words, 2 * capacity_);
    words_ = std::make_unique_for_overwrite<std::uint64_t[]>(capacity_);
  }
  text_ = text;
  at_ = starts.data();
  end_ = at_ + starts.size();
  has_escapes_ = has_escapes;
  rare_ = &rare;
  length_ = 0;
  depth_ = 0;
  may_have_duplicates_ = false;
  put('r', 0);
  if (!value()) return false;
  while (depth_ > 0) {
    if (!member()) return false;
  }
  return at_ == end_;
}

// The next token with its end, which the start of the one after it tells.
std::string_view TapeWriter::token() const {
  const std::size_t start = at_[0];
  std::size_t end = at_[1];
  while (is_space(text_[end - 1])) --end;  // ends at the token's own first character at the latest
  return text_.substr(start, end - start);
}

inline bool TapeWriter::value() {
  if (at_ == end_) return false;
  switch (text_[*at_]) {
    case '"':
      return string();
    case '{':
      return open_container(true);
    case '[':
      return open_container(false);
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return number();
  }
}

// One member of the innermost open container, or its end.
inline bool TapeWriter::member() {
  if (at_ == end_) return false;
  Open& open = open_[depth_ - 1];
  const char c = text_[*at_];
  if (c == (open.is_object ? '}' : ']')) {
    ++at_;
    close_container();
    return true;
  }
  if (open.count > 0) {
    if (c != ',') return false;
    ++at_;
  }
  ++open.count;
  if (open.is_object && !key(open)) return false;
  return value();
}

inline bool TapeWriter::key(Open& open) {
  if (at_ == end_ || text_[*at_] != '"' || !string()) return false;
  const std::string_view name = string_of(text_.data(), words_[length_ - 1]);
  const std::size_t mark = mark_of(name);
  std::uint64_t& word = open.marks[mark / 64];
  const std::uint64_t bit = std::uint64_t{1} << mark % 64;
  if ((word & bit) != 0 && !may_have_duplicates_) {
    may_have_duplicates_ = open.count > kSmallFields || occurs(open, name);
  }
  word |= bit;
  if (at_ == end_ || text_[*at_] != ':') return false;
  ++at_;
  return true;
}

// Whether the open object has the key before its last one, which is the tape's last word.
bool TapeWriter::occurs(const Open& open, std::string_view key) const {
  std::size_t index = open.index + 1;
  while (index + 1 < length_) {
    if (is_same_key(string_of(text_.data(), words_[index]), key)) return true;
    index = end_of_value(words_.get(), index + 1);
  }
  return false;
}

inline bool TapeWriter::open_container(bool is_object) {
  const bool is_empty = at_ + 1 != end_ && text_[at_[1]] == (is_object ? '}' : ']');
  const auto index = static_cast<std::uint32_t>(length_);
  if (is_empty) {  // counts for no depth
    put(is_object ? '{' : '[', index + 2);
    put(is_object ? '}' : ']', index);
    at_ += 2;
    return true;
  }
  if (depth_ == open_.size()) return false;
  Open& open = open_[depth_++];
  open.index = index;
  open.count = 0;
  open.is_object = is_object;
  if (is_object) open.marks.fill(0);
  put(is_object ? '{' : '[', 0);
  ++at_;
  return true;
}

inline void TapeWriter::close_container() {
  const Open& open = open_[--depth_];
  put(open.is_object ? '}' : ']', open.index);
  words_[open.index] |= std::min<std::uint64_t>(open.count, kMembersMax) << 32 | length_;
}

inline bool TapeWriter::string() {
  const std::size_t start = at_[0] + 1;
  std::size_t end = at_[1];
  while (text_[end - 1] != '"') {
    if (!is_space(text_[end - 1])) return false;
    --end;
  }
  ++at_;
  if (end <= start) return false;
  std::size_t offset = start;
  std::size_t length = end - 1 - start;
  if (has_escapes_) {
    const std::string_view between = text_.substr(start, length);
    if (between.find('\\') != std::string_view::npos && !rare_->unescape(between, offset, length)) return false;
  }
  put('"', std::min<std::uint64_t>(length, kStringLengthMax) << 32 | offset);
  return true;
}

inline bool TapeWriter::number() {
  const std::string_view digits = token();
  ++at_;
  if (digits.size() <= kPlainDigitsMax && (digits[0] != '0' || digits.size() == 1)) {
    std::uint64_t units = 0;
    bool is_plain = true;
    for (const char c : digits) {
      const auto digit = static_cast<unsigned char>(c - '0');
      is_plain = is_plain && digit <= 9;
      units = units * 10 + digit;
    }
    if (is_plain) {
      put('l', 0);
      words_[length_++] = units;
      return true;
    }
  }
  const TapeNumber found = rare_->number(digits);
  if (found.type == 0) return false;
  put(found.type, 0);
  words_[length_++] = found.bits;
  return true;
}

bool TapeWriter::word(std::string_view expected) {
  if (token() != expected) return false;
  ++at_;
  put(expected[0], 0);
  return true;
}

}  // namespace clearspan::json
