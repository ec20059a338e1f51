#include "actors/submitter/solvency_book.hpp"

#include <gtest/gtest.h>

namespace clearspan::actors {
namespace {

const AssetId kCoin{"COIN"};
const AssetId kToken{"TOK"};

LedgerTraits ledger() {
  LedgerTraits traits;
  traits.id = LedgerId{"a-coin"};
  traits.held_in = AccountId{"escrow"};
  traits.assets = {{kCoin, 2}, {kToken, 6}};
  return traits;
}

// Blocks as they come, and the ledger's books, which a test may falsify.
class SolvencyBookTest : public testing::Test {
 protected:
  VerifiedBlock block(std::vector<HeldChange> held = {}) {
    VerifiedBlock made;
    made.height = Height{++height_};
    made.hash.bytes.fill(static_cast<std::uint8_t>(height_));
    made.held = std::move(held);
    return made;
  }

  static HeldChange in(const AssetId& asset, std::uint64_t units) {
    std::vector<HeldChange> held;
    add_held(held, MovementKind::hold, asset.text, Amount(units));
    return held.front();
  }

  static HeldChange out(const AssetId& asset, std::uint64_t units) {
    std::vector<HeldChange> held;
    add_held(held, MovementKind::release, asset.text, Amount(units));
    return held.front();
  }

  // What the book finds at its next reading, which must be due now.
  evidence::HoldingsChecked read(std::uint64_t coins, std::uint64_t tokens) {
    const auto at = book_.begin_reading();
    EXPECT_TRUE(at.has_value());
    EXPECT_FALSE(book_.take(kCoin, *at, Amount(coins)).has_value());
    const auto checked = book_.take(kToken, *at, Amount(tokens));
    EXPECT_TRUE(checked.has_value());
    return checked.value_or(evidence::HoldingsChecked{});
  }

  std::uint64_t height_ = 100;
  SolvencyBook book_{ledger(), 4, std::nullopt};
};

TEST_F(SolvencyBookTest, the_first_reading_is_due_at_the_first_block_and_taken_as_it_is) {
  EXPECT_FALSE(book_.begin_reading().has_value());
  book_.add(block());
  const auto checked = read(500, 7);
  EXPECT_EQ(checked.height, Height{101});
  EXPECT_EQ(checked.unexplained(), nullptr);
  EXPECT_EQ(checked.balances[0], (evidence::HeldBalance{kCoin, Amount(500), Amount(500)}));
}

TEST_F(SolvencyBookTest, what_blocks_say_explains_what_is_found) {
  book_.add(block());
  read(500, 7);
  book_.add(block({in(kCoin, 30)}));
  book_.add(block({out(kCoin, 500), in(kToken, 1)}));
  book_.add(block());
  EXPECT_FALSE(book_.begin_reading().has_value()) << "three blocks after the last";
  book_.add(block());
  EXPECT_EQ(read(30, 8).unexplained(), nullptr);
}

TEST_F(SolvencyBookTest, one_unit_less_or_more_is_not_explained_and_stays_so) {
  for (const std::uint64_t found : {106U, 108U}) {
    height_ = 100;
    book_ = SolvencyBook(ledger(), 1, std::nullopt);
    book_.add(block());
    read(500, 7);
    book_.add(block({in(kToken, 100)}));
    const auto checked = read(500, found);
    ASSERT_NE(checked.unexplained(), nullptr);
    EXPECT_EQ(checked.unexplained()->asset, kToken);
    EXPECT_EQ(checked.unexplained()->expected, Amount(107));
    book_.add(block());
    EXPECT_FALSE(book_.begin_reading().has_value()) << "there is nothing more to find out";
  }
}

TEST_F(SolvencyBookTest, blocks_that_come_while_balances_are_read_count_for_the_next_reading) {
  book_.add(block());
  const auto at = book_.begin_reading();
  ASSERT_TRUE(at.has_value());
  book_.add(block({in(kCoin, 9)}));
  EXPECT_FALSE(book_.begin_reading().has_value()) << "one reading at a time";
  book_.take(kCoin, *at, Amount(500));
  ASSERT_TRUE(book_.take(kToken, *at, Amount(7)).has_value());
  for (int i = 0; i < 3; ++i) book_.add(block());
  const auto checked = read(509, 7);
  EXPECT_EQ(checked.unexplained(), nullptr);
  EXPECT_EQ(checked.balances[0].expected, Amount(509));
}

TEST_F(SolvencyBookTest, a_balance_that_cannot_be_read_proves_nothing_and_is_read_again) {
  book_.add(block());
  const auto first = book_.begin_reading();
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(book_.take(kCoin, *first, make_error(ErrorCode::timed_out)).has_value());
  book_.add(block());
  const auto second = book_.begin_reading();
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(book_.take(kToken, *first, Amount(1)).has_value()) << "an answer to the reading that failed";
  EXPECT_FALSE(book_.take(kCoin, *second, Amount(500)).has_value());
  EXPECT_TRUE(book_.take(kToken, *second, Amount(7)).has_value());
}

TEST_F(SolvencyBookTest, a_restart_goes_on_from_the_comparison_on_record) {
  book_.add(block());
  const auto last = read(500, 7);
  book_ = SolvencyBook(ledger(), 2, last);
  VerifiedBlock again;
  again.height = last.height;
  again.hash = last.block;
  again.held = {in(kCoin, 1'000)};
  book_.add(again);
  book_.add(block({in(kCoin, 3)}));
  EXPECT_FALSE(book_.begin_reading().has_value());
  book_.add(block());
  EXPECT_EQ(read(503, 7).unexplained(), nullptr);
}

TEST_F(SolvencyBookTest, a_difference_on_record_ends_all_readings) {
  evidence::HoldingsChecked last{LedgerId{"a-coin"}, Height{100}, {}, {{kCoin, Amount(5), Amount(4)}}};
  book_ = SolvencyBook(ledger(), 1, last);
  book_.add(block());
  EXPECT_FALSE(book_.begin_reading().has_value());
}

TEST_F(SolvencyBookTest, an_asset_that_is_new_in_the_configuration_is_taken_as_it_is_found) {
  evidence::HoldingsChecked last{LedgerId{"a-coin"}, Height{100}, {}, {{kCoin, Amount(5), Amount(5)}}};
  book_ = SolvencyBook(ledger(), 1, last);
  book_.add(block({in(kToken, 4), out(kCoin, 5)}));
  const auto checked = read(0, 44);
  EXPECT_EQ(checked.unexplained(), nullptr);
  book_.add(block({out(kToken, 44)}));
  EXPECT_EQ(read(0, 0).unexplained(), nullptr);
}

TEST_F(SolvencyBookTest, more_out_than_in_is_no_balance_that_a_ledger_can_have) {
  book_.add(block());
  read(0, 0);
  for (int i = 0; i < 4; ++i) book_.add(block({out(kCoin, 1)}));
  EXPECT_NE(read(0, 0).unexplained(), nullptr);
}

TEST_F(SolvencyBookTest, a_ledger_without_an_account_for_holdings_is_never_read) {
  LedgerTraits traits = ledger();
  traits.held_in = {};
  SolvencyBook none(traits, 1, std::nullopt);
  none.add(block());
  EXPECT_FALSE(none.begin_reading().has_value());
}

}  // namespace
}  // namespace clearspan::actors
