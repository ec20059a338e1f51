#include "actors/submitter/funds_book.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

namespace clearspan::actors {
namespace {

using Answer = FundsBook::Answer;

const AccountId kCarol{"carol"};
const AssetId kCoin{"BCN"};

Movement payment(std::uint8_t number, std::uint64_t units) {
  Movement movement;
  movement.ref.bytes.fill(number);
  movement.kind = MovementKind::payment;
  movement.from = kCarol;
  movement.asset = kCoin;
  movement.amount = Amount(units);
  return movement;
}

TEST(FundsBook, asks_for_the_balance_before_it_promises_anything) {
  FundsBook book;
  EXPECT_EQ(book.promise(payment(1, 10), Height{5}), Answer::read_balance);
  book.set_balance(kCarol, kCoin, Height{5}, Amount(10));
  EXPECT_EQ(book.promise(payment(1, 10), Height{5}), Answer::promised);
}

TEST(FundsBook, does_not_promise_the_same_money_twice) {
  FundsBook book;
  book.set_balance(kCarol, kCoin, Height{5}, Amount(15));
  EXPECT_EQ(book.promise(payment(1, 10), Height{5}), Answer::promised);
  EXPECT_EQ(book.promise(payment(2, 10), Height{5}), Answer::insufficient);
  EXPECT_EQ(book.promise(payment(3, 5), Height{5}), Answer::promised);
}

TEST(FundsBook, counts_a_movement_once_however_often_it_is_promised) {
  FundsBook book;
  book.set_balance(kCarol, kCoin, Height{5}, Amount(10));
  EXPECT_EQ(book.promise(payment(1, 10), Height{5}), Answer::promised);
  EXPECT_EQ(book.promise(payment(1, 10), Height{5}), Answer::promised);
  EXPECT_EQ(book.promised(kCarol, kCoin), Amount(10));
}

TEST(FundsBook, reads_again_before_it_says_no_on_an_old_balance) {
  FundsBook book;
  book.set_balance(kCarol, kCoin, Height{5}, Amount(1));
  EXPECT_EQ(book.promise(payment(1, 10), Height{6}), Answer::read_balance);
  book.set_balance(kCarol, kCoin, Height{6}, Amount(10));
  EXPECT_EQ(book.promise(payment(1, 10), Height{6}), Answer::promised);
}

TEST(FundsBook, what_was_spent_stays_counted_until_the_balance_shows_it) {
  FundsBook book;
  book.set_balance(kCarol, kCoin, Height{5}, Amount(10));
  ASSERT_EQ(book.promise(payment(1, 10), Height{5}), Answer::promised);
  book.spent(key_of(payment(1, 10)), Height{7});
  EXPECT_EQ(book.promise(payment(2, 10), Height{5}), Answer::insufficient);
  book.set_balance(kCarol, kCoin, Height{6}, Amount(10));
  EXPECT_EQ(book.promise(payment(2, 10), Height{6}), Answer::insufficient);
  book.set_balance(kCarol, kCoin, Height{7}, Amount(0));
  EXPECT_EQ(book.promised(kCarol, kCoin), Amount(0));
  EXPECT_EQ(book.promise(payment(2, 10), Height{7}), Answer::insufficient);
}

// An account whose balance is read once and pays in every block: the sums become those of two heights each.
TEST(FundsBook, what_was_spent_long_ago_counts_until_a_balance_shows_what_came_behind_it_too) {
  constexpr std::uint64_t kHeights = kSpentSumsMax + 1;
  FundsBook book;
  book.set_balance(kCarol, kCoin, Height{0}, Amount(kHeights));
  for (std::uint64_t height = 1; height <= kHeights; ++height) {
    ASSERT_EQ(book.promise(payment(1, 1), Height{0}), Answer::promised);
    book.spent(key_of(payment(1, 1)), Height{height});
  }
  EXPECT_EQ(book.promised(kCarol, kCoin), Amount(kHeights));
  book.set_balance(kCarol, kCoin, Height{3}, Amount(kHeights - 3));
  EXPECT_EQ(book.promised(kCarol, kCoin), Amount(kHeights - 2));
  book.set_balance(kCarol, kCoin, Height{4}, Amount(kHeights - 4));
  EXPECT_EQ(book.promised(kCarol, kCoin), Amount(kHeights - 4));
  book.set_balance(kCarol, kCoin, Height{kHeights - 1}, Amount(1));
  EXPECT_EQ(book.promised(kCarol, kCoin), Amount(1));
  book.set_balance(kCarol, kCoin, Height{kHeights}, Amount(0));
  EXPECT_EQ(book.promised(kCarol, kCoin), Amount(0));
}

TEST(FundsBook, what_can_never_land_is_free_again) {
  FundsBook book;
  book.set_balance(kCarol, kCoin, Height{5}, Amount(10));
  ASSERT_EQ(book.promise(payment(1, 10), Height{5}), Answer::promised);
  book.release(key_of(payment(1, 10)));
  EXPECT_EQ(book.promise(payment(2, 10), Height{5}), Answer::promised);
}

TEST(FundsBook, an_older_balance_does_not_replace_a_newer_one) {
  FundsBook book;
  book.set_balance(kCarol, kCoin, Height{9}, Amount(3));
  book.set_balance(kCarol, kCoin, Height{8}, Amount(100));
  EXPECT_EQ(book.promise(payment(1, 10), Height{9}), Answer::insufficient);
}

// A ledger with one account, and a book that sees it late: what the book promises is always covered in the end.
TEST(FundsBook, never_promises_more_than_the_ledger_can_pay) {
  ASSERT_TRUE(rc::check([] {
    FundsBook book;
    std::uint64_t on_ledger = 1000;
    std::uint64_t height = 1;
    std::vector<Movement> in_flight;
    book.set_balance(kCarol, kCoin, Height{height}, Amount(on_ledger));
    std::uint8_t number = 0;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5));
    for (const int step : steps) {
      if (step <= 1) {
        const auto units = *rc::gen::inRange<std::uint64_t>(1, 400);
        const Movement movement = payment(++number, units);
        if (book.promise(movement, Height{height}) == Answer::promised) in_flight.push_back(movement);
      } else if (step == 2 && !in_flight.empty()) {
        const std::uint64_t units = std::stoull(to_string(in_flight.back().amount));
        RC_ASSERT(units <= on_ledger);
        on_ledger -= units;
        book.spent(key_of(in_flight.back()), Height{++height});
        in_flight.pop_back();
      } else if (step == 3 && !in_flight.empty()) {
        book.release(key_of(in_flight.back()));
        in_flight.pop_back();
      } else {
        book.set_balance(kCarol, kCoin, Height{height}, Amount(on_ledger));
      }
      std::uint64_t promised = 0;
      for (const Movement& movement : in_flight) promised += std::stoull(to_string(movement.amount));
      RC_ASSERT(promised <= on_ledger);
      if (number == 250) break;
    }
  }));
}

}  // namespace
}  // namespace clearspan::actors
