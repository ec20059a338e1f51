#include "codecs/ethereum/hex.hpp"

#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kWordDigits = 16;  // digits of a 64-bit number

bool has_prefix(std::string_view text) {
  return text.size() >= 2 && text[0] == '0' && text[1] == 'x';
}

// At most kWordDigits digits; false when one is none.
bool decode_u64(std::string_view digits, std::uint64_t& number) {
  std::uint8_t seen = 0;
  number = 0;
  for (const char digit : digits) {
    const std::uint8_t value = crypto::kHexDigitValues[static_cast<unsigned char>(digit)];
    seen |= value;
    number = number << 4 | (value & 15);
  }
  return (seen & crypto::kNoHexDigit) == 0;
}

// The digits of a quantity without leading zeros; none when the prefix is missing.
std::optional<std::string_view> significant_digits(std::string_view text) {
  if (!has_prefix(text)) return std::nullopt;
  std::size_t first = 2;
  while (first < text.size() && text[first] == '0') ++first;
  return text.substr(first);
}

// Decodes digits, an odd number of them too, into (digits.size() + 1) / 2 bytes.
bool decode_number(std::string_view digits, std::uint8_t* out) {
  if (digits.size() % 2 == 0) return decode_hex(digits.data(), digits.size() / 2, out);
  *out = crypto::kHexDigitValues[static_cast<unsigned char>(digits[0])];
  return *out != crypto::kNoHexDigit && decode_hex(digits.data() + 1, digits.size() / 2, out + 1);
}

}  // namespace

std::optional<Word> parse_quantity(std::string_view text) {
  const auto digits = significant_digits(text);
  if (!digits || digits->size() > 2 * Word::kSize) return std::nullopt;
  const std::size_t size = (digits->size() + 1) / 2;
  Word word;
  if (!decode_number(*digits, word.data() + Word::kSize - size)) return std::nullopt;
  return word;
}

std::optional<std::uint64_t> parse_quantity_u64(std::string_view text) {
  const auto digits = significant_digits(text);
  std::uint64_t number = 0;
  if (!digits || digits->size() > kWordDigits || !decode_u64(*digits, number)) return std::nullopt;
  return number;
}

bool append_data_of(Buffer& out, std::string_view text, std::size_t size) {
  if (text.size() != 2 + 2 * size || !has_prefix(text)) return false;
  const std::size_t start = out.size();
  if (size == 1) {
    std::uint8_t byte = 0;
    if (!decode_hex(text.data() + 2, 1, &byte)) return false;
    rlp::append_bytes(out, {&byte, 1});
    return true;
  }
  rlp::append_string_header(out, size);
  if (decode_hex(text.data() + 2, size, out.extend(size))) return true;
  out.truncate(start);
  return false;
}

bool append_data(Buffer& out, std::string_view text) {
  if (text.size() < 2 || text.size() % 2 != 0) return false;
  return append_data_of(out, text, (text.size() - 2) / 2);
}

bool append_quantity(Buffer& out, std::string_view text, std::size_t size_max) {
  const auto digits = significant_digits(text);
  if (!digits) return false;
  const std::size_t size = (digits->size() + 1) / 2;
  if (size > size_max || size > Word::kSize) return false;
  if (digits->size() <= kWordDigits) {
    std::uint64_t number = 0;
    if (!decode_u64(*digits, number)) return false;
    rlp::append_u64(out, number);
    return true;
  }
  std::uint8_t bytes[Word::kSize];
  if (!decode_number(*digits, bytes)) return false;
  rlp::append_bytes(out, {bytes, size});
  return true;
}

}  // namespace clearspan::ethereum
