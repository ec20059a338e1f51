#include "ledgers/ethereum/fees.hpp"

#include <gtest/gtest.h>

namespace clearspan::ethereum {
namespace {

const Address kAccount{{1}};

TEST(FeeBook, each_step_offers_at_least_an_eighth_more_of_both_fees) {
  FeeBook book(FeeOptions{});
  for (const std::uint64_t base_fee : {0ull, 7ull, 1'000'000'000ull}) {
    book.observe_base_fee(Amount(base_fee));
    const Sequence sequence{base_fee};
    for (std::uint32_t step = 1; step < 20; ++step) {
      const Fee before = book.fee_for(kAccount, sequence, step - 1);
      const Fee after = book.fee_for(kAccount, sequence, step);
      EXPECT_GE(after.max_fee.units() * 8, before.max_fee.units() * 9);
      EXPECT_GE(after.priority_fee.units() * 8, before.priority_fee.units() * 9);
      EXPECT_LE(after.priority_fee, after.max_fee);
    }
  }
}

TEST(FeeBook, an_offer_that_was_made_does_not_change_with_the_market) {
  FeeBook book(FeeOptions{});
  const Fee first = book.fee_for(kAccount, Sequence{1}, 0);
  const Fee second = book.fee_for(kAccount, Sequence{1}, 1);
  book.observe_base_fee(Amount(90'000'000'000));
  EXPECT_EQ(book.fee_for(kAccount, Sequence{1}, 0), first);
  EXPECT_EQ(book.fee_for(kAccount, Sequence{1}, 1), second);
  EXPECT_GT(book.fee_for(kAccount, Sequence{1}, 2).max_fee, Amount(180'000'000'000));
  EXPECT_GT(book.fee_for(kAccount, Sequence{2}, 0).max_fee, Amount(180'000'000'000));
}

TEST(FeeBook, never_offers_more_than_the_limit) {
  FeeOptions options;
  options.fee_max = Amount(2'000'000'000);
  FeeBook book(options);
  const Amount beyond(U256(1) << 255);
  book.observe_base_fee(beyond);
  EXPECT_EQ(book.fee_for(kAccount, Sequence{1}, 0).max_fee, options.fee_max);
  book.observe_gas_price(beyond);
  EXPECT_EQ(book.fee_for(kAccount, Sequence{2}, 300).max_fee, options.fee_max);
}

TEST(FeeBook, remembers_a_bounded_number_of_offers) {
  FeeBook book(FeeOptions{});
  for (std::uint64_t i = 0; i < 2 * FeeBook::kRemembered; ++i) book.fee_for(kAccount, Sequence{i}, 0);
  book.observe_base_fee(Amount(50'000'000'000));
  const Fee market = book.fee_for(kAccount, Sequence{3 * FeeBook::kRemembered}, 0);
  EXPECT_NE(book.fee_for(kAccount, Sequence{2 * FeeBook::kRemembered - 1}, 0), market);
}

}  // namespace
}  // namespace clearspan::ethereum
