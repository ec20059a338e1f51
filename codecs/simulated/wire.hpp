// The pieces of which every binary encoding of the simulated ledger is made: big-endian numbers, and texts behind one
// byte of length. Texts are names, amounts and reasons, all far below 255 bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/verify.hpp"

namespace clearspan::simulated {

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
