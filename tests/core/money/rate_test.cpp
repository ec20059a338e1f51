#include "core/money/rate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>

#include "tests/core/money/amounts.hpp"

namespace clearspan {
namespace {

constexpr std::uint64_t kPartMax = std::numeric_limits<std::uint64_t>::max();

Rate any_rate() {
  const auto part =
      rc::gen::resize(rc::kNominalSize, rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 100),
                                                       rc::gen::inRange<std::uint64_t>(1, kPartMax),
                                                       rc::gen::element<std::uint64_t>(1, kPartMax - 1, kPartMax)));
  return {*part, *part};
}

TEST(Convert, is_exact_when_the_fraction_comes_out_even) {
  EXPECT_EQ(convert(Amount(10), {3, 2}, Rounding::up).value(), Amount(15));
  EXPECT_EQ(convert(Amount(10), {3, 2}, Rounding::down).value(), Amount(15));
  EXPECT_EQ(convert(Amount(7), {1, 1}, Rounding::up).value(), Amount(7));
  EXPECT_EQ(convert(Amount(0), {kPartMax, 1}, Rounding::up).value(), Amount(0));
}

TEST(Convert, rounds_as_asked) {
  EXPECT_EQ(convert(Amount(1), {3, 2}, Rounding::down).value(), Amount(1));
  EXPECT_EQ(convert(Amount(1), {3, 2}, Rounding::up).value(), Amount(2));
  EXPECT_EQ(convert(Amount(1), {1, kPartMax}, Rounding::down).value(), Amount(0));
  EXPECT_EQ(convert(Amount(1), {1, kPartMax}, Rounding::up).value(), Amount(1));
  EXPECT_EQ(convert(Amount(100), {1, 3}, Rounding::down).value(), Amount(33));
  EXPECT_EQ(convert(Amount(100), {1, 3}, Rounding::up).value(), Amount(34));
}

TEST(Convert, does_not_lose_precision_where_doubles_do) {
  const Amount large = amount_of(power_of_two(200) + 1);
  EXPECT_EQ(integer_of(convert(large, {3, 1}, Rounding::up).value()), 3 * (power_of_two(200) + 1));
  EXPECT_EQ(convert(Amount(9'007'199'254'740'993), {1, 1}, Rounding::down).value(), Amount(9'007'199'254'740'993));
}

TEST(Convert, reaches_the_maximum_and_refuses_what_is_above_it) {
  const Amount max = amount_of(integer_max());
  EXPECT_EQ(convert(max, {1, 1}, Rounding::up).value(), max);
  EXPECT_EQ(convert(max, {kPartMax, kPartMax}, Rounding::up).value(), max);
  EXPECT_EQ(convert(max, {2, 1}, Rounding::down).error().code, ErrorCode::amount_too_large);
  EXPECT_EQ(convert(max, {kPartMax, 1}, Rounding::up).error().code, ErrorCode::amount_too_large);
  EXPECT_EQ(convert(max, {kPartMax, kPartMax - 1}, Rounding::up).error().code, ErrorCode::amount_too_large);
}

TEST(Convert, refuses_a_result_that_only_rounding_lifts_above_the_maximum) {
  // ceil(max * 5/6) * 6/5 lies between 2^256 - 1 and 2^256.
  const Amount amount = amount_of((integer_max() * 5 + 5) / 6);
  EXPECT_EQ(convert(amount, {6, 5}, Rounding::down).value(), amount_of(integer_max()));
  EXPECT_EQ(convert(amount, {6, 5}, Rounding::up).error().code, ErrorCode::amount_too_large);
}

RC_GTEST_PROP(Convert, is_the_exact_quotient_rounded_as_asked, (const Amount& amount)) {
  const Rate rate = any_rate();
  const Integer product = integer_of(amount) * rate.numerator;
  const Integer down = product / rate.denominator;
  const Integer up = (product + rate.denominator - 1) / rate.denominator;
  const Result<Amount> rounded_down = convert(amount, rate, Rounding::down);
  const Result<Amount> rounded_up = convert(amount, rate, Rounding::up);
  RC_CLASSIFY(!rounded_up.ok(), "refused");
  RC_CLASSIFY(down != up, "rounded");
  RC_ASSERT(rounded_down.ok() == (down <= integer_max()));
  RC_ASSERT(rounded_up.ok() == (up <= integer_max()));
  if (rounded_down.ok()) RC_ASSERT(integer_of(*rounded_down) == down);
  if (rounded_up.ok()) RC_ASSERT(integer_of(*rounded_up) == up);
}

RC_GTEST_PROP(Convert, rounds_by_less_than_one_unit, (const Amount& amount)) {
  const Rate rate = any_rate();
  const Result<Amount> down = convert(amount, rate, Rounding::down);
  const Result<Amount> up = convert(amount, rate, Rounding::up);
  RC_PRE(down.ok() && up.ok());
  RC_ASSERT(*down <= *up);
  RC_ASSERT(integer_of(*up) - integer_of(*down) <= 1);
}

RC_GTEST_PROP(Convert, grows_with_the_amount, (const Amount& a, const Amount& b)) {
  const Rate rate = any_rate();
  const Result<Amount> from_a = convert(a, rate, Rounding::up);
  const Result<Amount> from_b = convert(b, rate, Rounding::up);
  RC_PRE(from_a.ok() && from_b.ok());
  if (a <= b) RC_ASSERT(*from_a <= *from_b);
}

RC_GTEST_PROP(Convert, never_gives_the_exchanger_less_than_its_terms, (const Amount& amount)) {
  const Rate rate = any_rate();
  const Result<Amount> given = convert(amount, rate, Rounding::up);
  RC_PRE(given.ok());
  RC_ASSERT(integer_of(*given) * rate.denominator >= integer_of(amount) * rate.numerator);
}

TEST(ParseRate, reads_fractions_and_whole_numbers) {
  EXPECT_EQ(parse_rate("3/2").value(), (Rate{3, 2}));
  EXPECT_EQ(parse_rate("7").value(), (Rate{7, 1}));
  EXPECT_EQ(parse_rate("18446744073709551615/18446744073709551615").value(), (Rate{kPartMax, kPartMax}));
}

TEST(ParseRate, refuses_what_is_not_a_positive_fraction_of_whole_numbers) {
  const std::string rejects[] = {
      "",
      "/",
      "3/",
      "/2",
      "0",
      "0/1",
      "1/0",
      "0/0",
      "-1",
      "-3/2",
      "3/-2",
      "+3",
      "+3/2",
      "3/+2",
      "1.5",
      "1,5",
      "3 /2",
      "3/ 2",
      " 3/2",
      "3/2 ",
      "3/2/1",
      "3//2",
      "3:2",
      "a",
      "3/b",
      "0x3",
      "1e3",
      "18446744073709551616",
      "1/18446744073709551616",
      "99999999999999999999999999",
      std::string("3/2\0", 4),
  };
  for (const std::string& text : rejects) {
    const Result<Rate> result = parse_rate(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_value) << text;
  }
}

RC_GTEST_PROP(ParseRate, reads_what_to_string_writes, ()) {
  const Rate rate = any_rate();
  RC_ASSERT(parse_rate(to_string(rate)).value() == rate);
}

TEST(RateText, always_shows_both_parts) {
  EXPECT_EQ(to_string(Rate{3, 2}), "3/2");
  EXPECT_EQ(to_string(Rate{7, 1}), "7/1");
}

}  // namespace
}  // namespace clearspan
