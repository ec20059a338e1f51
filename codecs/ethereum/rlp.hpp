// Recursive Length Prefix, Ethereum's serialisation (Yellow Paper, appendix B): an item is a byte string or a list of
// items. The first byte tells which:
//   00..7f  that byte itself        80..b7  string of 0..55 bytes      b8..bf  string, 1..8 bytes of length follow
//                                   c0..f7  list of 0..55 bytes        f8..ff  list, 1..8 bytes of length follow
// Each value has one encoding; the reader refuses every other one. Numbers are strings without leading zeros.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/types.hpp"
#include "core/base/result.hpp"

namespace clearspan::ethereum::rlp {

inline constexpr std::uint8_t kEmptyString = 0x80;
inline constexpr std::uint8_t kEmptyList = 0xc0;
inline constexpr std::size_t kShortMax = 55;       // bytes of a payload whose length fits in the first byte
inline constexpr std::size_t kHeaderBytesMax = 9;  // the first byte and eight of length

// How many bytes the header of a payload has that is not a single byte below 0x80.
inline std::size_t header_size_of(std::size_t payload) {
  if (payload <= kShortMax) return 1;
  return 1 + (static_cast<std::size_t>(std::bit_width(payload)) + 7) / 8;
}

// Writes that header; `base` is kEmptyString or kEmptyList. Returns its size.
std::size_t write_header(std::uint8_t* out, std::size_t payload, std::uint8_t base);

// Writing. Each call appends one item.
void append_bytes(Buffer& out, ByteView bytes);
void append_u64(Buffer& out, std::uint64_t number);
void append_word(Buffer& out, const Word& number);

// Appends the header of a string of `size` bytes whose first byte is not below 0x80 or whose size is not 1.
inline void append_string_header(Buffer& out, std::size_t size) {
  if (size <= kShortMax) {
    *out.extend(1) = static_cast<std::uint8_t>(kEmptyString + size);
  } else {
    write_header(out.extend(header_size_of(size)), size, kEmptyString);
  }
}

// What begin_list leaves free for the header: a wrong guess costs a move of the payload.
inline constexpr std::size_t kHeaderRoom = 2;       // most lists have 56 to 255 bytes
inline constexpr std::size_t kLargeHeaderRoom = 3;  // for those that have 256 to 65535

// Items appended between the two calls become the members of one list. begin_list returns the mark for end_list, and
// both are told the same room.
std::size_t begin_list(Buffer& out, std::size_t room = kHeaderRoom);
void end_list(Buffer& out, std::size_t mark, std::size_t room = kHeaderRoom);

// Reading. The first failure sticks: from then on every call returns an empty value, and status() tells what was wrong.
class Reader {
 public:
  explicit Reader(ByteView input) : left_(input) {}

  // The next item as a byte string. A view into the input.
  ByteView bytes();

  // The next item as a number.
  std::uint64_t u64();
  Word word();

  // The next item as a string of exactly T::kSize bytes.
  template <class T>
  T fixed() {
    T value;
    const ByteView payload = bytes();
    if (payload.size() == T::kSize) {
      std::copy(payload.begin(), payload.end(), value.bytes.begin());
    } else {
      fail("a string has the wrong length");
    }
    return value;
  }

  // The members of the next item, which must be a list. When it is not, the returned reader has failed too.
  Reader list();

  // The next item whole, header included, whichever kind it is; its members are not looked at.
  ByteView item();

  // Whether the next item is a list.
  [[nodiscard]] bool is_list() const { return !left_.empty() && left_[0] >= kEmptyList; }

  [[nodiscard]] bool at_end() const { return left_.empty(); }

  // Fails when something is left.
  void expect_end() {
    if (!left_.empty()) fail("there is more than expected");
  }

  // Fails with the failure of a reader of part of this input.
  void adopt(const Reader& part) {
    if (part.failure_ != nullptr) fail(part.failure_);
  }

  void fail(const char* reason) {
    if (failure_ == nullptr) failure_ = reason;
    left_ = {};
  }

  [[nodiscard]] bool ok() const { return failure_ == nullptr; }

  // The failure, as rlp_malformed.
  [[nodiscard]] Status status() const;

 private:
  struct Header {
    bool is_list = false;
    std::size_t header_size = 0;
    std::size_t payload_size = 0;
  };

  // The header of the next item, checked to be canonical and to fit. On failure a header of zero sizes.
  Header header();
  ByteView take(bool want_list);

  ByteView left_;
  const char* failure_ = nullptr;
};

// Checks one item with everything nested in it, and that nothing follows. Errors: rlp_malformed; too_deep beyond
// kDepthMax.
inline constexpr std::size_t kDepthMax = 1024;  // lists in lists; Ethereum's structures have 5
Status check(ByteView input);

}  // namespace clearspan::ethereum::rlp
