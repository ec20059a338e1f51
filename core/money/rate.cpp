#include "core/money/rate.hpp"

#include <charconv>
#include <limits>
#include <optional>

namespace clearspan {
namespace {

Result<std::uint64_t> parse_part(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value == 0) {
    return make_error(ErrorCode::invalid_value, "a rate is N or N/D with whole numbers from 1 to 2^64 - 1");
  }
  return value;
}

// The same in a machine's word, as most amounts are small; none when something does not fit.
std::optional<std::uint64_t> convert_word(const Amount& amount, const Rate& rate, Rounding rounding) {
  std::uint64_t product = 0;
  const bool fits = amount.units() <= std::numeric_limits<std::uint64_t>::max() &&
                    !__builtin_mul_overflow(static_cast<std::uint64_t>(amount.units()), rate.numerator, &product);
  if (!fits) return std::nullopt;
  // A remainder needs a denominator of two at least, so that one more still fits.
  const bool is_one_more = rounding == Rounding::up && product % rate.denominator != 0;
  return product / rate.denominator + (is_one_more ? 1 : 0);
}

}  // namespace

Result<Amount> convert(const Amount& amount, const Rate& rate, Rounding rounding) {
  if (const auto quotient = convert_word(amount, rate, rounding)) return Amount(*quotient);
  using Wide = boost::multiprecision::uint512_t;
  const Wide product = Wide(amount.units()) * rate.numerator;
  Wide quotient = product / rate.denominator;
  if (rounding == Rounding::up && quotient * rate.denominator != product) ++quotient;
  if (quotient > Wide(std::numeric_limits<U256>::max())) {
    return make_error(ErrorCode::amount_too_large, "the converted amount exceeds 2^256 - 1");
  }
  return Amount(static_cast<U256>(quotient));
}

Result<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  CLEARSPAN_TRY(const std::uint64_t numerator, parse_part(text.substr(0, slash)));
  if (slash == std::string_view::npos) return Rate{numerator, 1};
  CLEARSPAN_TRY(const std::uint64_t denominator, parse_part(text.substr(slash + 1)));
  return Rate{numerator, denominator};
}

std::string to_string(const Rate& rate) {
  return std::to_string(rate.numerator) + "/" + std::to_string(rate.denominator);
}

}  // namespace clearspan
