// Hexadecimal text and bytes, many digits at a time. core/base/bytes.hpp has the same for a few bytes at once.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clearspan::crypto {

// Decodes 2 * count digits of either case; false when one is no digit, and `out` is unspecified then. Nothing behind
// the digits is read, and nothing behind the bytes is written.
bool decode_hex(const char* digits, std::size_t count, std::uint8_t* out);

// Writes 2 * count lower-case digits.
void encode_hex(const std::uint8_t* bytes, std::size_t count, char* out);

}  // namespace clearspan::crypto
