#include "core/money/amount.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "tests/core/money/amounts.hpp"

namespace clearspan {
namespace {

const char kMaxText[] = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

Amount max_amount() {
  return amount_of(integer_max());
}

TEST(Amount, starts_as_zero) {
  EXPECT_TRUE(Amount().is_zero());
  EXPECT_EQ(Amount(), Amount(0));
  EXPECT_FALSE(Amount(1).is_zero());
}

TEST(Amount, is_ordered_like_the_integers_at_every_boundary) {
  for (const Integer& a : boundaries()) {
    for (const Integer& b : boundaries()) {
      EXPECT_EQ(amount_of(a) < amount_of(b), a < b) << a << " " << b;
      EXPECT_EQ(amount_of(a) == amount_of(b), a == b) << a << " " << b;
      EXPECT_EQ(amount_of(a) >= amount_of(b), a >= b) << a << " " << b;
    }
  }
}

TEST(AmountAdd, is_exact_or_refuses_at_every_pair_of_boundaries) {
  for (const Integer& a : boundaries()) {
    for (const Integer& b : boundaries()) {
      const Result<Amount> sum = add(amount_of(a), amount_of(b));
      ASSERT_EQ(sum.ok(), a + b <= integer_max()) << a << " " << b;
      if (sum.ok()) {
        EXPECT_EQ(integer_of(*sum), a + b);
      } else {
        EXPECT_EQ(sum.error().code, ErrorCode::amount_too_large);
      }
    }
  }
}

TEST(AmountAdd, refuses_one_more_than_the_maximum) {
  EXPECT_EQ(add(max_amount(), Amount(1)).error().code, ErrorCode::amount_too_large);
  EXPECT_EQ(add(Amount(1), max_amount()).error().code, ErrorCode::amount_too_large);
  EXPECT_EQ(add(max_amount(), max_amount()).error().code, ErrorCode::amount_too_large);
  EXPECT_EQ(add(max_amount(), Amount(0)).value(), max_amount());
}

RC_GTEST_PROP(AmountAdd, is_exact_or_refuses, (const Amount& a, const Amount& b)) {
  const Integer expected = integer_of(a) + integer_of(b);
  const Result<Amount> sum = add(a, b);
  RC_CLASSIFY(!sum.ok(), "refused");
  RC_ASSERT(sum.ok() == (expected <= integer_max()));
  if (sum.ok()) RC_ASSERT(integer_of(*sum) == expected);
}

TEST(AmountSubtract, is_exact_or_refuses_at_every_pair_of_boundaries) {
  for (const Integer& a : boundaries()) {
    for (const Integer& b : boundaries()) {
      const Result<Amount> difference = subtract(amount_of(a), amount_of(b));
      ASSERT_EQ(difference.ok(), a >= b) << a << " " << b;
      if (difference.ok()) {
        EXPECT_EQ(integer_of(*difference), a - b);
      } else {
        EXPECT_EQ(difference.error().code, ErrorCode::insufficient_funds);
        EXPECT_EQ(difference.error().detail, a.str() + " is less than " + b.str());
      }
    }
  }
}

RC_GTEST_PROP(AmountSubtract, undoes_add, (const Amount& a, const Amount& b)) {
  const Result<Amount> sum = add(a, b);
  RC_PRE(sum.ok());
  RC_ASSERT(subtract(*sum, b).value() == a);
  RC_ASSERT(subtract(*sum, a).value() == b);
}

TEST(AmountText, is_known_at_the_boundaries) {
  EXPECT_EQ(to_string(Amount(0)), "0");
  EXPECT_EQ(to_string(Amount(1)), "1");
  EXPECT_EQ(to_string(amount_of(power_of_two(64))), "18446744073709551616");
  EXPECT_EQ(to_string(amount_of(power_of_two(96))), "79228162514264337593543950336");
  EXPECT_EQ(to_string(amount_of(power_of_two(128))), "340282366920938463463374607431768211456");
  EXPECT_EQ(to_string(max_amount()), kMaxText);
}

TEST(AmountText, round_trips_at_every_boundary) {
  for (const Integer& value : boundaries()) {
    EXPECT_EQ(to_string(amount_of(value)), value.str());
    EXPECT_EQ(parse_amount(value.str()).value(), amount_of(value));
  }
}

RC_GTEST_PROP(AmountText, round_trips, (const Amount& amount)) {
  RC_ASSERT(to_string(amount) == integer_of(amount).str());
  RC_ASSERT(parse_amount(to_string(amount)).value() == amount);
}

struct Reject {
  std::string text;
  ErrorCode code;
};

TEST(ParseAmount, refuses_what_is_not_a_whole_unsigned_amount) {
  const std::string above_max = Integer(power_of_two(256)).str();
  const Reject rejects[] = {
      {"", ErrorCode::amount_malformed},
      {" ", ErrorCode::amount_malformed},
      {"a", ErrorCode::amount_malformed},
      {"1a", ErrorCode::amount_malformed},
      {" 1", ErrorCode::amount_malformed},
      {"1 ", ErrorCode::amount_malformed},
      {"1 000", ErrorCode::amount_malformed},
      {"1_000", ErrorCode::amount_malformed},
      {"1'000", ErrorCode::amount_malformed},
      {"+1", ErrorCode::amount_malformed},
      {"0x10", ErrorCode::amount_malformed},
      {"1e3", ErrorCode::amount_malformed},
      {"NaN", ErrorCode::amount_malformed},
      {"Infinity", ErrorCode::amount_malformed},
      {"00", ErrorCode::amount_malformed},
      {"01", ErrorCode::amount_malformed},
      {std::string(100, '0'), ErrorCode::amount_malformed},
      {std::string("1\0", 2), ErrorCode::amount_malformed},
      {"1\n", ErrorCode::amount_malformed},
      {"\xd9\xa1", ErrorCode::amount_malformed},  // a digit of another script
      {"\xff", ErrorCode::amount_malformed},
      {"-", ErrorCode::amount_negative},
      {"-0", ErrorCode::amount_negative},
      {"-1", ErrorCode::amount_negative},
      {"-1.5", ErrorCode::amount_negative},
      {"1.5", ErrorCode::amount_fractional},
      {"1.0", ErrorCode::amount_fractional},
      {"1.", ErrorCode::amount_fractional},
      {".5", ErrorCode::amount_fractional},
      {"1,5", ErrorCode::amount_fractional},
      {above_max, ErrorCode::amount_too_large},
      {std::string(kMaxText, 77) + "6", ErrorCode::amount_too_large},
      {std::string(78, '9'), ErrorCode::amount_too_large},
      {"1" + std::string(78, '0'), ErrorCode::amount_too_large},
      {"1" + std::string(100'000, '0'), ErrorCode::amount_too_large},
  };
  for (const Reject& reject : rejects) {
    const Result<Amount> result = parse_amount(reject.text);
    ASSERT_FALSE(result.ok()) << reject.text.substr(0, 100);
    EXPECT_EQ(result.error().code, reject.code) << reject.text.substr(0, 100);
  }
}

RC_GTEST_PROP(ParseAmount, reads_only_what_to_string_writes, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::element('0', '1', '9', '-', '.', ' ', 'x'));
  const Result<Amount> result = parse_amount(text);
  if (result.ok()) RC_ASSERT(to_string(*result) == text);
}

TEST(FormatDecimal, puts_the_point_at_the_scale) {
  EXPECT_EQ(format_decimal(Amount(1250), 0), "1250");
  EXPECT_EQ(format_decimal(Amount(1250), 2), "12.50");
  EXPECT_EQ(format_decimal(Amount(1250), 3), "1.250");
  EXPECT_EQ(format_decimal(Amount(1250), 4), "0.1250");
  EXPECT_EQ(format_decimal(Amount(1250), 6), "0.001250");
  EXPECT_EQ(format_decimal(Amount(0), 2), "0.00");
  EXPECT_EQ(format_decimal(Amount(0), 0), "0");
  EXPECT_EQ(format_decimal(Amount(1), 18), "0.000000000000000001");
  EXPECT_EQ(format_decimal(max_amount(), 77), "1." + std::string(kMaxText + 1));
  EXPECT_EQ(format_decimal(max_amount(), 78), "0." + std::string(kMaxText));
}

RC_GTEST_PROP(FormatDecimal, keeps_every_digit, (const Amount& amount)) {
  const auto scale = *rc::gen::inRange(1u, 100u);
  std::string text = format_decimal(amount, scale);
  const std::size_t point = text.find('.');
  RC_ASSERT(point != std::string::npos);
  RC_ASSERT(text.size() - point - 1 == scale);
  RC_ASSERT(point >= 1u);
  text.erase(point, 1);
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  RC_ASSERT(text == to_string(amount));
}

TEST(AmountWord, is_32_bytes_big_endian) {
  AmountWord expected;
  EXPECT_EQ(to_word(Amount(0)), expected);
  expected.bytes[31] = 1;
  EXPECT_EQ(to_word(Amount(1)), expected);
  expected.bytes[30] = 2;
  EXPECT_EQ(to_word(Amount(0x0201)), expected);
  AmountWord two_to_64;
  two_to_64.bytes[23] = 1;
  EXPECT_EQ(to_word(amount_of(power_of_two(64))), two_to_64);
  AmountWord all;
  all.bytes.fill(0xff);
  EXPECT_EQ(to_word(max_amount()), all);
}

TEST(AmountWord, round_trips_at_every_boundary) {
  for (const Integer& value : boundaries()) {
    EXPECT_EQ(from_word(to_word(amount_of(value)).view()), amount_of(value)) << value;
  }
}

RC_GTEST_PROP(AmountWord, round_trips_and_sorts_like_the_amount, (const Amount& a, const Amount& b)) {
  RC_ASSERT(from_word(to_word(a).view()) == a);
  RC_ASSERT((to_word(a) < to_word(b)) == (a < b));
}

TEST(AmountWord, of_another_length_ends_the_process) {
  const Bytes bytes(31);
  EXPECT_DEATH((void)from_word(bytes), "word32.size");
}

}  // namespace
}  // namespace clearspan
