// The pieces of which every binary encoding of the simulated ledger is made: big-endian numbers, and texts behind one
// byte of length. Texts are names, amounts and reasons, all far below 255 bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/verify.hpp"

namespace clearspan::simulated {

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

  void u8(std::uint8_t value) { *at_++ = value; }

  void bytes(ByteView bytes) {
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
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
    std::copy(taken.begin(), taken.end(), value.bytes.begin());
    return value;
  }

  template <class Unsigned>
  Unsigned number() {
    Unsigned value = 0;
    for (const std::uint8_t digit : take(sizeof(Unsigned))) {
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
