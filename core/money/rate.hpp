// Conversion rates as exact fractions. A payer's amount is the merchant's amount times the rate, rounded up, so that
// the exchanger never receives less than its terms say; the rounding is at most one smallest unit and part of the plan.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/money/amount.hpp"

namespace clearspan {

// source units per destination unit, both in smallest units; numerator and denominator are not zero.
struct Rate {
  std::uint64_t numerator = 1;
  std::uint64_t denominator = 1;

  bool operator==(const Rate&) const = default;
};

enum class Rounding : std::uint8_t { down, up };

// amount * rate. Errors: amount_too_large when the result exceeds 2^256 - 1.
Result<Amount> convert(const Amount& amount, const Rate& rate, Rounding rounding);

// Reads "3/2" or "7". Errors: invalid_value for a zero, a sign, a decimal point or a number above 2^64 - 1.
Result<Rate> parse_rate(std::string_view text);

// "3/2".
std::string to_string(const Rate& rate);

}  // namespace clearspan
