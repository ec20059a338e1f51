#include <array>

#include "core/base/bytes.hpp"

namespace clearspan {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr std::uint8_t kNotHex = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNotHex);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = make_values();

void append_hex(std::string& text, ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  append_hex(text, bytes);
  return text;
}

std::string to_hex_prefixed(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2 + 2);
  text = "0x";
  append_hex(text, bytes);
  return text;
}

bool from_hex(std::string_view digits, std::span<std::uint8_t> out) {
  if (digits.size() != out.size() * 2) return false;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint8_t high = kValues[static_cast<std::uint8_t>(digits[2 * i])];
    const std::uint8_t low = kValues[static_cast<std::uint8_t>(digits[2 * i + 1])];
    seen |= static_cast<std::uint8_t>(high | low);
    out[i] = static_cast<std::uint8_t>((high << 4) | (low & 15));
  }
  return (seen & 0xf0) == 0;
}

}  // namespace clearspan
