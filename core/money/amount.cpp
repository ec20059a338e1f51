#include "core/money/amount.hpp"

#include <charconv>
#include <iterator>
#include <limits>

namespace clearspan {
namespace {

// 2^256 - 1 has 78 decimal digits.
constexpr std::size_t kDigitsMax = 78;

}  // namespace

Result<Amount> add(const Amount& a, const Amount& b) {
  const U256 sum = a.units() + b.units();
  if (sum < a.units()) return make_error(ErrorCode::amount_too_large, "the sum exceeds 2^256 - 1");
  return Amount(sum);
}

Result<Amount> subtract(const Amount& a, const Amount& b) {
  if (b > a) return make_error(ErrorCode::insufficient_funds, to_string(a) + " is less than " + to_string(b));
  return Amount(U256(a.units() - b.units()));
}

std::string to_string(const Amount& amount) {
  // Most amounts fit a machine's word.
  if (amount.units() <= std::numeric_limits<std::uint64_t>::max()) {
    return std::to_string(static_cast<std::uint64_t>(amount.units()));
  }
  return amount.units().str();
}

Result<Amount> parse_amount(std::string_view text) {
  if (text.starts_with('-')) return make_error(ErrorCode::amount_negative, "an amount has no sign");
  if (text.empty()) return make_error(ErrorCode::amount_malformed, "the amount is empty");
  for (const char c : text) {
    if (c == '.' || c == ',') {
      return make_error(ErrorCode::amount_fractional, "an amount is a whole number of smallest units");
    }
    if (c < '0' || c > '9') return make_error(ErrorCode::amount_malformed, "an amount is decimal digits only");
  }
  if (text.size() > 1 && text.front() == '0') {
    return make_error(ErrorCode::amount_malformed, "an amount has no leading zeros");
  }
  if (text.size() <= std::numeric_limits<std::uint64_t>::digits10) {
    std::uint64_t units = 0;
    std::from_chars(text.data(), text.data() + text.size(), units);
    return Amount(units);
  }
  if (text.size() > kDigitsMax) return make_error(ErrorCode::amount_too_large, "the amount exceeds 2^256 - 1");
  boost::multiprecision::uint512_t wide{std::string(text)};
  if (wide > boost::multiprecision::uint512_t(std::numeric_limits<U256>::max())) {
    return make_error(ErrorCode::amount_too_large, "the amount exceeds 2^256 - 1");
  }
  return Amount(static_cast<U256>(wide));
}

std::string format_decimal(const Amount& amount, unsigned scale) {
  std::string digits = to_string(amount);
  if (scale == 0) return digits;
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  digits.insert(digits.size() - scale, 1, '.');
  return digits;
}

AmountWord to_word(const Amount& amount) {
  AmountWord word;
  std::uint8_t bytes[32];
  std::uint8_t* end = boost::multiprecision::export_bits(amount.units(), bytes, 8);
  const auto count = static_cast<std::size_t>(end - bytes);
  std::copy(bytes, end, word.bytes.begin() + static_cast<std::ptrdiff_t>(32 - count));
  return word;
}

Amount from_word(ByteView word32) {
  CLEARSPAN_VERIFY(word32.size() == 32);
  U256 units;
  boost::multiprecision::import_bits(units, word32.begin(), word32.end(), 8);
  return Amount(units);
}

}  // namespace clearspan
