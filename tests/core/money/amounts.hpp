// Amounts for the tests of money: those where limbs, words and doubles end, and random ones of every length.
#pragma once

#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/money/amount.hpp"

namespace clearspan {

// Integers without a limit, as the independent reference.
using Integer = boost::multiprecision::cpp_int;

inline Integer power_of_two(unsigned exponent) {
  return Integer(1) << exponent;
}

inline Integer integer_of(const Amount& amount) {
  return Integer(amount.units());
}

inline const Integer& integer_max() {
  static const Integer max = power_of_two(256) - 1;
  return max;
}

inline Amount amount_of(const Integer& integer) {
  return Amount(U256(integer));
}

// 0, 1, and the neighbours of the powers at which some representation ends.
inline std::vector<Integer> boundaries() {
  std::vector<Integer> values = {0, 1, 2, 9, 10, integer_max()};
  for (const unsigned exponent : {8u, 31u, 32u, 53u, 63u, 64u, 65u, 96u, 127u, 128u, 129u, 192u, 255u}) {
    values.emplace_back(power_of_two(exponent) - 1);
    values.emplace_back(power_of_two(exponent));
    values.emplace_back(power_of_two(exponent) + 1);
  }
  values.emplace_back(integer_max() - 1);
  return values;
}

}  // namespace clearspan

template <>
struct rc::Arbitrary<clearspan::Amount> {
  static Gen<clearspan::Amount> arbitrary() {
    const auto any_length = gen::map(gen::pair(gen::arbitrary<std::array<std::uint64_t, 4>>(), gen::inRange(0u, 257u)),
                                     [](const std::pair<std::array<std::uint64_t, 4>, unsigned>& parts) {
                                       clearspan::Integer value = 0;
                                       for (const std::uint64_t word : parts.first) value = (value << 64) | word;
                                       return clearspan::amount_of(value >> (256 - parts.second));
                                     });
    const auto boundary = gen::map(gen::elementOf(clearspan::boundaries()), clearspan::amount_of);
    return gen::resize(kNominalSize, gen::oneOf(any_length, boundary));  // all lengths from the first case on
  }
};

namespace clearspan {

// Found by rapidcheck, for its report of a failure.
inline void showValue(const Amount& amount, std::ostream& out) {
  out << to_string(amount);
}

}  // namespace clearspan
