// Money: a whole number of an asset's smallest unit, up to 2^256 - 1, never a floating-point number. Every operation
// that could overflow or go below zero returns a Result; nothing wraps.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan {

using U256 = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<
    256, 256, boost::multiprecision::unsigned_magnitude, boost::multiprecision::unchecked, void>>;

class Amount {
 public:
  Amount() = default;

  explicit Amount(std::uint64_t units) : units_(units) {}

  explicit Amount(const U256& units) : units_(units) {}

  [[nodiscard]] const U256& units() const { return units_; }

  [[nodiscard]] bool is_zero() const { return units_.is_zero(); }

  bool operator==(const Amount& other) const { return units_ == other.units_; }

  std::strong_ordering operator<=>(const Amount& other) const {
    const int order = units_.compare(other.units_);
    return order <=> 0;
  }

 private:
  U256 units_{0};
};

// Fails with amount_too_large above 2^256 - 1.
Result<Amount> add(const Amount& a, const Amount& b);

// a - b; fails with insufficient_funds when b is the larger.
Result<Amount> subtract(const Amount& a, const Amount& b);

// Decimal digits without sign, point or leading zeros: "0", "1250".
std::string to_string(const Amount& amount);

// Reads exactly what to_string writes. Errors: amount_negative, amount_fractional, amount_malformed, amount_too_large.
Result<Amount> parse_amount(std::string_view text);

// For people: the amount with a decimal point at the asset's scale, "12.50" for 1250 at scale 2.
std::string format_decimal(const Amount& amount, unsigned scale);

// 32 bytes, big-endian, as EVM words and as part of hashed encodings.
struct AmountTag;
using AmountWord = FixedBytes<AmountTag, 32>;
AmountWord to_word(const Amount& amount);
Amount from_word(ByteView word32);

}  // namespace clearspan
