// Deterministic CBOR (RFC 8949, section 4.2) for the subset that evidence records use: integers, byte strings, text,
// arrays of a known length, true, false, null, and bignums above 2^64 - 1 (tag 2). Everything has one form: the
// shortest head, a definite length. The reader refuses the rest, so that encode(decode(bytes)) == bytes for all bytes
// that it accepts.
//
// Writer and Reader have the same functions, one taking values and one filling them. The fields of a type are therefore
// listed once, in a template over both (fields.hpp), and cannot be written in another order than they are read.
//
// The reader is driven by the expected shape and never recurses into what the input claims, so that depth is bounded by
// the shape; a list's length is bounded by a limit and by the bytes that are left.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/base/strong.hpp"
#include "core/base/verify.hpp"
#include "core/money/amount.hpp"

namespace clearspan::evidence::cbor {

enum class Major : std::uint8_t { unsigned_integer = 0, negative_integer, byte_string, text, array, map, tag, simple };

inline constexpr std::size_t kHeadBytesMax = 9;
inline constexpr std::uint8_t kFalse = 0xf4;
inline constexpr std::uint8_t kTrue = 0xf5;
inline constexpr std::uint8_t kNull = 0xf6;
inline constexpr std::uint8_t kBignumTag = 0xc2;

// Arguments below this stand in the head's first byte; above, its low bits say how many bytes follow.
inline constexpr std::uint64_t kInlineLimit = 24;

bool is_utf8(ByteView bytes);

// Appends items to a byte vector. The vector is larger than its content until the writer is destroyed.
class Writer {
 public:
  static constexpr bool kReads = false;

  explicit Writer(Bytes& out) : out_(out) {
    const std::size_t at = out.size();
    grow(at, 0);
  }

  ~Writer() { out_.resize(static_cast<std::size_t>(cursor_ - out_.data())); }

  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void array(std::uint64_t count) { head(Major::array, count); }

  void unsigned_integer(std::uint64_t value) { head(Major::unsigned_integer, value); }

  template <std::unsigned_integral Integer>
  void integer(const Integer& value) {
    unsigned_integer(value);
  }

  template <class Tag>
  void integer(const Ordinal<Tag>& value) {
    unsigned_integer(value.value);
  }

  template <std::unsigned_integral Integer>
  void positive(const Integer& value) {
    unsigned_integer(value);
  }

  template <class Enum>
  void enumerator(const Enum& value, Enum last) {
    CLEARSPAN_VERIFY(value <= last);
    unsigned_integer(static_cast<std::uint64_t>(value));
  }

  void boolean(const bool& value) { byte(value ? kTrue : kFalse); }

  void time(const Timestamp& time);

  void amount(const Amount& amount);

  void bytes(ByteView value) { string(Major::byte_string, value); }

  template <class Tag, std::size_t N>
  void fixed(const FixedBytes<Tag, N>& value) {
    ensure(kHeadBytesMax + N);
    put_head(Major::byte_string, N);
    std::memcpy(cursor_, value.data(), N);
    cursor_ += N;
  }

  // A value that is often absent: zero is written as null.
  template <class Tag, std::size_t N>
  void fixed_or_null(const FixedBytes<Tag, N>& value) {
    value.is_zero() ? byte(kNull) : fixed(value);
  }

  // Text that is not UTF-8 has come from outside and must not be lost: it is written as a byte string.
  void text(std::string_view value);

  template <class Tag>
  void text(const Name<Tag>& name) {
    text(name.text);
  }

  template <class T, class Code>
  void list(const std::vector<T>& values, std::size_t count_max, Code&& code) {
    CLEARSPAN_VERIFY(values.size() <= count_max);
    array(values.size());
    for (const T& value : values) code(*this, value);
  }

  template <class T, class Code>
  void optional(const std::optional<T>& value, Code&& code) {
    value ? code(*this, *value) : byte(kNull);
  }

 private:
  void grow(std::size_t at, std::size_t needed);

  void ensure(std::size_t needed) {
    if (static_cast<std::size_t>(end_ - cursor_) < needed) [[unlikely]] {
      grow(static_cast<std::size_t>(cursor_ - out_.data()), needed);
    }
  }

  void byte(std::uint8_t value) {
    ensure(1);
    *cursor_++ = value;
  }

  // Needs kHeadBytesMax bytes of room.
  void put_head(Major major, std::uint64_t value) {
    if (value < kInlineLimit) {
      *cursor_++ = first_byte(major, value);
    } else {
      put_long_head(major, value);
    }
  }

  void put_long_head(Major major, std::uint64_t value);

  static std::uint8_t first_byte(Major major, std::uint64_t low_bits) {
    return static_cast<std::uint8_t>(static_cast<std::uint64_t>(major) << 5 | low_bits);
  }

  void head(Major major, std::uint64_t value) {
    ensure(kHeadBytesMax);
    put_head(major, value);
  }

  void string(Major major, ByteView content) {
    ensure(kHeadBytesMax + content.size());
    put_head(major, content.size());
    if (!content.empty()) std::memcpy(cursor_, content.data(), content.size());
    cursor_ += content.size();
  }

  Bytes& out_;
  std::uint8_t* cursor_ = nullptr;
  std::uint8_t* end_ = nullptr;
};

// Reads items from bytes. The first error sticks: later calls change nothing that matters, and finish() reports it.
class Reader {
 public:
  static constexpr bool kReads = true;

  explicit Reader(ByteView bytes) : begin_(bytes.data()), cursor_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // An error if any call failed or bytes are left over.
  Status finish();

  [[nodiscard]] bool failed() const { return problem_ != nullptr; }

  // `problem` must be a literal.
  void fail(const char* problem);

  void array(std::uint64_t count) {
    if (head(Major::array) != count) fail("an array of another length");
  }

  // An array of any length, for shapes where its first item says what follows.
  std::uint64_t array_of_any_length() { return head(Major::array); }

  std::uint64_t unsigned_integer() { return head(Major::unsigned_integer); }

  template <class Integer>
  void integer(Integer& out) {
    const std::uint64_t value = unsigned_integer();
    if (value > std::numeric_limits<Integer>::max()) fail("an integer that is too large for its field");
    out = static_cast<Integer>(value);
  }

  template <class Tag>
  void integer(Ordinal<Tag>& out) {
    out.value = unsigned_integer();
  }

  template <std::unsigned_integral Integer>
  void positive(Integer& out) {
    integer(out);
    if (out == 0) fail("0 in a field that is left out then");
  }

  template <class Enum>
  void enumerator(Enum& out, Enum last) {
    const std::uint64_t value = unsigned_integer();
    if (value > static_cast<std::uint64_t>(last)) return fail("an unknown enumerator");
    out = static_cast<Enum>(value);
  }

  void boolean(bool& out);
  void time(Timestamp& out);
  void amount(Amount& out);
  void bytes(Bytes& out);
  void text(std::string& out);

  template <class Tag>
  void text(Name<Tag>& out) {
    text(out.text);
  }

  // The content of the next string, text or bytes; valid for as long as the input.
  ByteView view() {
    const bool is_bytes = cursor_ != end_ && *cursor_ >> 5 == static_cast<std::uint8_t>(Major::byte_string);
    return string(is_bytes ? Major::byte_string : Major::text);
  }

  // Passes over the next items and what is in them.
  void skip(std::uint64_t items = 1);

  // What is not read yet.
  [[nodiscard]] ByteView rest() const { return {cursor_, left()}; }

  template <class Tag, std::size_t N>
  void fixed(FixedBytes<Tag, N>& out) {
    const ByteView content = string_of_length<N>();
    if (content.size() != N) return fail("a byte string of another length");
    std::memcpy(out.data(), content.data(), N);
  }

  template <class Tag, std::size_t N>
  void fixed_or_null(FixedBytes<Tag, N>& out) {
    if (take(kNull)) {
      out = {};
      return;
    }
    fixed(out);
    if (out.is_zero()) fail("zero bytes where null stands for zero");
  }

  template <class T, class Code>
  void list(std::vector<T>& out, std::size_t count_max, Code&& code) {
    const std::uint64_t count = head(Major::array);
    if (count > count_max || count > left()) return fail("a list that is too long");
    out.resize(static_cast<std::size_t>(count));
    for (T& value : out) {
      if (failed()) return;
      code(*this, value);
    }
  }

  template <class T, class Code>
  void optional(std::optional<T>& out, Code&& code) {
    out.reset();
    if (!take(kNull)) code(*this, out.emplace());
  }

 private:
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - cursor_); }

  [[nodiscard]] bool next_is(std::uint8_t byte) const { return cursor_ != end_ && *cursor_ == byte; }

  bool take(std::uint8_t byte) {
    if (!next_is(byte)) return false;
    ++cursor_;
    return true;
  }

  // The argument of a head of that major type; 0 after a failure.
  std::uint64_t head(Major major) {
    if (cursor_ == end_) return long_head(major);
    const std::uint8_t low_bits = *cursor_ ^ static_cast<std::uint8_t>(static_cast<std::uint8_t>(major) << 5);
    if (low_bits >= kInlineLimit) return long_head(major);
    ++cursor_;
    return low_bits;
  }

  // The same where the argument does not stand in the first byte, or nothing that is wanted does.
  std::uint64_t long_head(Major major);

  // The content of a string of that major type; empty after a failure.
  ByteView string(Major major) {
    const std::uint64_t size = head(major);
    if (size > left()) [[unlikely]] {
      fail("a string that is longer than the input");
      return {};
    }
    const ByteView content{cursor_, static_cast<std::size_t>(size)};
    cursor_ += size;
    return content;
  }

  // The content of a byte string. When it has that length, its head is known and only compared.
  template <std::size_t N>
  ByteView string_of_length() {
    constexpr std::size_t kHeadBytes = N < kInlineLimit ? 1 : 2;
    static_assert(N <= 0xff);
    constexpr auto kFirst = static_cast<std::uint8_t>(static_cast<std::size_t>(Major::byte_string) << 5 |
                                                      (kHeadBytes == 1 ? N : kInlineLimit));
    const bool is_as_long = left() >= kHeadBytes + N && *cursor_ == kFirst && (kHeadBytes == 1 || cursor_[1] == N);
    if (!is_as_long) [[unlikely]]
      return string(Major::byte_string);
    const ByteView content{cursor_ + kHeadBytes, N};
    cursor_ += kHeadBytes + N;
    return content;
  }

  // Passes over an item whose first byte does not tell its size. Says how many items are in it.
  std::uint64_t skip_head();

  const std::uint8_t* begin_;
  const std::uint8_t* cursor_;
  const std::uint8_t* end_;
  const char* problem_ = nullptr;
  std::size_t problem_at_ = 0;
};

}  // namespace clearspan::evidence::cbor
