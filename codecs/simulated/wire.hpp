// The pieces of which every binary encoding of the simulated ledger is made: big-endian numbers, and texts behind one
// byte of length. Texts are names, amounts and reasons, all far below 255 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/verify.hpp"

namespace clearspan::simulated {

namespace detail {

// Both ends at once, which may overlap: 8 to 16 bytes for a word of 8.
template <class Word>
void copy_ends(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
  Word first;
  Word last;
  std::memcpy(&first, from, sizeof(first));
  std::memcpy(&last, from + size - sizeof(last), sizeof(last));
  std::memcpy(to, &first, sizeof(first));
  std::memcpy(to + size - sizeof(last), &last, sizeof(last));
}

}  // namespace detail

// Writes into room that is known to be enough.
class WireWriter {
 public:
  // Appends `size` bytes to `out`, to be written in full.
  WireWriter(Bytes& out, std::size_t size) {
    const std::size_t start = out.size();
    out.resize(start + size);
    at_ = out.data() + start;
  }

  explicit WireWriter(std::uint8_t* room) : at_(room) {}

  // Where the next byte goes.
  [[nodiscard]] const std::uint8_t* at() const { return at_; }

  void u8(std::uint8_t value) { *at_++ = value; }

  template <class Tag, std::size_t N>
  void fixed(const FixedBytes<Tag, N>& value) {
    std::memcpy(at_, value.data(), N);
    at_ += N;
  }

  // Most are names and amounts of a few bytes, for which a call costs more than the copy.
  void bytes(ByteView bytes) {
    const std::size_t size = bytes.size();
    if (size > 16) {
      std::memcpy(at_, bytes.data(), size);
    } else if (size >= 8) {
      detail::copy_ends<std::uint64_t>(at_, bytes.data(), size);
    } else if (size >= 4) {
      detail::copy_ends<std::uint32_t>(at_, bytes.data(), size);
    } else if (size >= 2) {
      detail::copy_ends<std::uint16_t>(at_, bytes.data(), size);
    } else if (size == 1) {
      *at_ = bytes[0];
    }
    at_ += size;
  }

  void u32(std::uint32_t value) { number(__builtin_bswap32(value)); }

  void u64(std::uint64_t value) { number(__builtin_bswap64(value)); }

  void text(std::string_view text) {
    CLEARSPAN_VERIFY(text.size() <= 0xff);
    u8(static_cast<std::uint8_t>(text.size()));
    bytes(as_bytes(text));
  }

 private:
  template <class Unsigned>
  void number(Unsigned big_endian) {
    std::memcpy(at_, &big_endian, sizeof(big_endian));
    at_ += sizeof(big_endian);
  }

  std::uint8_t* at_;
};

inline std::size_t text_size(std::string_view text) {
  return 1 + text.size();
}

inline void put_u8(Bytes& out, std::uint8_t value) {
  out.push_back(value);
}

inline void put_bytes(Bytes& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <class Unsigned>
void put_number(Bytes& out, Unsigned value) {
  std::uint8_t digits[sizeof(Unsigned)];
  for (std::size_t i = sizeof(Unsigned); i-- > 0; value = static_cast<Unsigned>(value >> 8)) {
    digits[i] = static_cast<std::uint8_t>(value & 0xff);
  }
  put_bytes(out, digits);
}

inline void put_u16(Bytes& out, std::uint16_t value) {
  put_number(out, value);
}

inline void put_u32(Bytes& out, std::uint32_t value) {
  put_number(out, value);
}

inline void put_u64(Bytes& out, std::uint64_t value) {
  put_number(out, value);
}

inline void put_text(Bytes& out, std::string_view text) {
  CLEARSPAN_VERIFY(text.size() <= 0xff);
  out.push_back(static_cast<std::uint8_t>(text.size()));
  put_bytes(out, as_bytes(text));
}

// Reads what the put functions wrote. Past the end of the bytes it yields zeros and empty texts and is_ok() turns
// false, so that a caller checks once, after reading everything. Texts and bytes are views of the input.
class WireReader {
 public:
  explicit WireReader(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool is_ok() const { return ok_; }

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

  ByteView take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  template <class Fixed>
  Fixed fixed() {
    Fixed value;
    const ByteView taken = take(Fixed::kSize);
    if (!taken.empty()) std::memcpy(value.data(), taken.data(), Fixed::kSize);
    return value;
  }

  template <class Unsigned>
  Unsigned number() {
    std::array<std::uint8_t, sizeof(Unsigned)> digits{};
    const ByteView taken = take(sizeof(Unsigned));
    if (!taken.empty()) std::memcpy(digits.data(), taken.data(), digits.size());
    Unsigned value = 0;
    for (const std::uint8_t digit : digits) {
      value = static_cast<Unsigned>(static_cast<std::uint64_t>(value) << 8 | digit);
    }
    return value;
  }

  std::string_view text() { return as_text(take(number<std::uint8_t>())); }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace clearspan::simulated
