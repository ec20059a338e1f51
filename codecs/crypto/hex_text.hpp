// Hexadecimal text and bytes, many digits at a time. core/base/bytes.hpp has the same for a few bytes at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace clearspan::crypto {

inline constexpr std::uint8_t kNoHexDigit = 0x80;

// What each character is worth as a digit of either case; kNoHexDigit for all others.
alignas(64) inline constexpr std::array<std::uint8_t, 256> kHexDigitValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoHexDigit);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}();

// Decodes 2 * count digits of either case; false when one is no digit, and `out` is unspecified then. Nothing behind
// the digits is read, and nothing behind the bytes is written.
bool decode_hex(const char* digits, std::size_t count, std::uint8_t* out);

// Writes 2 * count lower-case digits.
void encode_hex(const std::uint8_t* bytes, std::size_t count, char* out);

}  // namespace clearspan::crypto
