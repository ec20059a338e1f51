#include "codecs/evidence/cbor.hpp"

#include <array>
#include <bit>

namespace clearspan::evidence::cbor {
namespace {

// A typical record fits, so that the buffer grows once per record.
constexpr std::size_t kGrowBytes = 512;

// The low bits of a head's first byte when one or eight bytes follow.
constexpr std::uint8_t kOneByte = 24;
constexpr std::uint8_t kEightBytes = 27;

constexpr std::uint64_t kHighBits = 0x8080808080808080u;  // set in no byte of ASCII

// By its first byte, the size of an item that is all told by it: small integers, short strings, simple values. Else 0.
constexpr auto kShortItemBytes = [] {
  std::array<std::uint8_t, 256> sizes{};
  for (std::size_t first = 0; first < sizes.size(); ++first) {
    const auto major = static_cast<Major>(first >> 5);
    const std::size_t argument = first & 0x1f;
    const bool is_integer = major == Major::unsigned_integer || major == Major::negative_integer;
    const bool is_string = major == Major::byte_string || major == Major::text;
    if (is_integer && argument < kInlineLimit) sizes[first] = 1;
    if (is_string && argument < kInlineLimit) sizes[first] = static_cast<std::uint8_t>(1 + argument);
    if (major == Major::simple) sizes[first] = 1;
  }
  return sizes;
}();

template <class Word>
std::uint64_t copy_word(std::uint8_t* to, const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof(word));
  std::memcpy(to, &word, sizeof(word));
  return word;
}

// Copies the text and says whether all of it is ASCII. The last word overlaps the one before, so that there is no loop
// over single bytes but for the shortest texts.
bool copy_ascii(std::uint8_t* to, std::string_view text) {
  const char* const from = text.data();
  const std::size_t size = text.size();
  std::uint64_t seen = 0;
  if (size >= sizeof(std::uint64_t)) {
    const std::size_t last = size - sizeof(std::uint64_t);
    for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t)) {
      seen |= copy_word<std::uint64_t>(to + at, from + at);
    }
    seen |= copy_word<std::uint64_t>(to + last, from + last);
  } else if (size >= sizeof(std::uint32_t)) {
    const std::size_t last = size - sizeof(std::uint32_t);
    seen = copy_word<std::uint32_t>(to, from) | copy_word<std::uint32_t>(to + last, from + last);
  } else {
    for (std::size_t at = 0; at < size; ++at) seen |= copy_word<std::uint8_t>(to + at, from + at);
  }
  return (seen & kHighBits) == 0;
}

// The length of the UTF-8 sequence that starts with `lead`; 0 when none does.
std::size_t sequence_length(std::uint8_t lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if ((lead & 0xf0) == 0xe0) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// Overlong forms, surrogates and code points above U+10FFFF show in the second byte (RFC 3629, section 4).
bool second_byte_fits(std::uint8_t lead, std::uint8_t second) {
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second <= 0x9f;
  if (lead == 0xf0) return second >= 0x90;
  if (lead == 0xf4) return second <= 0x8f;
  return true;
}

}  // namespace

bool is_utf8(ByteView bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::uint64_t word = 0;
    if (bytes.size() - at >= sizeof(word)) {
      std::memcpy(&word, bytes.data() + at, sizeof(word));
      if ((word & kHighBits) == 0) {
        at += sizeof(word);
        continue;
      }
    }
    if (bytes[at] < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = sequence_length(bytes[at]);
    if (length == 0 || bytes.size() - at < length || !second_byte_fits(bytes[at], bytes[at + 1])) return false;
    for (std::size_t i = 1; i < length; ++i) {
      if ((bytes[at + i] & 0xc0) != 0x80) return false;
    }
    at += length;
  }
  return true;
}

void Writer::grow(std::size_t at, std::size_t needed) {
  out_.resize(at + needed + kGrowBytes);
  cursor_ = out_.data() + at;
  end_ = out_.data() + out_.size();
}

// 1, 2, 4 or 8 bytes: the width is rounded up to a power of two. All eight are stored, the first of them to stay.
void Writer::put_long_head(Major major, std::uint64_t value) {
  const int log2_bytes = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffff ? 2 : 3;
  const int bytes = 1 << log2_bytes;
  *cursor_++ = first_byte(major, kOneByte + static_cast<unsigned>(log2_bytes));
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t big_endian = __builtin_bswap64(value << (64 - 8 * bytes));
  std::memcpy(cursor_, &big_endian, sizeof(big_endian));
  cursor_ += bytes;
}

// Nearly all text is ASCII; what is not is looked at again.
void Writer::text(std::string_view value) {
  ensure(kHeadBytesMax + value.size());
  std::uint8_t* const begin = cursor_;
  put_head(Major::text, value.size());
  const bool is_text = copy_ascii(cursor_, value) || is_utf8(as_bytes(value));
  cursor_ += value.size();
  if (is_text) return;
  cursor_ = begin;
  string(Major::byte_string, as_bytes(value));
}

void Writer::time(const Timestamp& time) {
  const std::int64_t millis = time.time_since_epoch().count();
  if (millis >= 0) return head(Major::unsigned_integer, static_cast<std::uint64_t>(millis));
  head(Major::negative_integer, static_cast<std::uint64_t>(-(millis + 1)));
}

void Writer::amount(const Amount& amount) {
  if (amount.units() <= std::numeric_limits<std::uint64_t>::max()) {
    return head(Major::unsigned_integer, static_cast<std::uint64_t>(amount.units()));
  }
  const AmountWord word = to_word(amount);
  ByteView digits = word.view();
  while (digits.front() == 0) digits = digits.subspan(1);
  byte(kBignumTag);
  string(Major::byte_string, digits);
}

void Reader::fail(const char* problem) {
  if (problem_) return;
  problem_ = problem;
  problem_at_ = static_cast<std::size_t>(cursor_ - begin_);
  cursor_ = end_;  // nothing more is read
}

Status Reader::finish() {
  if (!problem_ && cursor_ != end_) fail("bytes after the end of the item");
  if (!problem_) return Done{};
  return make_error(ErrorCode::cbor_malformed, std::string(problem_) + ", before byte " + std::to_string(problem_at_));
}

std::uint64_t Reader::long_head(Major major) {
  if (cursor_ == end_) {
    fail("the end of the input");
    return 0;
  }
  if (*cursor_ >> 5 != static_cast<std::uint8_t>(major)) {
    fail("an item of another type");
    return 0;
  }
  const std::uint8_t low_bits = *cursor_++ & 0x1f;
  if (low_bits > kEightBytes) {
    fail("an indefinite or reserved length");
    return 0;
  }
  const std::size_t width = std::size_t{1} << (low_bits - kOneByte);
  if (left() < width) {
    fail("the end of the input");
    return 0;
  }
  std::uint64_t value = 0;
  if (left() >= sizeof(value)) {
    std::memcpy(&value, cursor_, sizeof(value));
    value = __builtin_bswap64(value) >> 8 * (sizeof(value) - width);
    cursor_ += width;
  } else {
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | *cursor_++;
  }
  const bool is_shortest = width == 1 ? value >= kInlineLimit : value >> (4 * width) != 0;
  if (!is_shortest) {
    fail("a length or integer that is not in its shortest form");
    return 0;
  }
  return value;
}

void Reader::boolean(bool& out) {
  if (take(kTrue)) {
    out = true;
  } else if (take(kFalse)) {
    out = false;
  } else {
    fail("neither true nor false");
  }
}

void Reader::time(Timestamp& out) {
  const bool is_negative = cursor_ != end_ && *cursor_ >> 5 == static_cast<std::uint8_t>(Major::negative_integer);
  const std::uint64_t value = head(is_negative ? Major::negative_integer : Major::unsigned_integer);
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return fail("a time out of range");
  const auto millis = static_cast<std::int64_t>(value);
  out = Timestamp{Millis{is_negative ? -1 - millis : millis}};
}

void Reader::amount(Amount& out) {
  if (!take(kBignumTag)) {
    out = Amount{unsigned_integer()};
    return;
  }
  const ByteView digits = string(Major::byte_string);
  if (digits.size() <= sizeof(std::uint64_t) || digits.size() > AmountWord::kSize || digits.front() == 0) {
    return fail("a bignum that is not in its shortest form, or above 2^256 - 1");
  }
  AmountWord word;
  std::memcpy(word.data() + AmountWord::kSize - digits.size(), digits.data(), digits.size());
  out = from_word(word.view());
}

void Reader::bytes(Bytes& out) {
  const ByteView content = string(Major::byte_string);
  out.assign(content.begin(), content.end());
}

void Reader::text(std::string& out) {
  const bool is_bytes = cursor_ != end_ && *cursor_ >> 5 == static_cast<std::uint8_t>(Major::byte_string);
  const ByteView content = string(is_bytes ? Major::byte_string : Major::text);
  if (is_utf8(content) == is_bytes) {
    return fail(is_bytes ? "a byte string where its content is valid text" : "text that is not UTF-8");
  }
  out.assign(as_text(content));
}

// What an array holds is counted, not descended into. After a failure nothing is left to go on with.
void Reader::skip(std::uint64_t items) {
  for (; items > 0; --items) {
    if (cursor_ == end_) return fail("the end of the input");
    const std::size_t size = kShortItemBytes[*cursor_];
    if (size == 0) {
      items += skip_head();
    } else if (size <= left()) {
      cursor_ += size;
    } else {
      return fail("a string that is longer than the input");
    }
  }
}

std::uint64_t Reader::skip_head() {
  const auto major = static_cast<Major>(*cursor_ >> 5);
  switch (major) {
    case Major::unsigned_integer:
    case Major::negative_integer:
      head(major);
      return 0;
    case Major::byte_string:
    case Major::text:
      string(major);
      return 0;
    case Major::array: {
      const std::uint64_t count = head(major);
      if (count <= left()) return count;
      fail("a list that is too long");
      return 0;
    }
    case Major::tag:
      head(major);
      return 1;
    case Major::simple:
    case Major::map:
      break;
  }
  fail("an item of another type");
  return 0;
}

}  // namespace clearspan::evidence::cbor
