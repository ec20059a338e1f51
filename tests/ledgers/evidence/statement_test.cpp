// A statement is what final blocks moved, once and on two accounts.
#include "ledgers/evidence/statement.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "codecs/json/document.hpp"
#include "tests/ledgers/evidence/views_fixture.hpp"

namespace clearspan::evidence {
namespace {

class StatementTest : public ViewsTest {};

TEST_F(StatementTest, a_settled_payment_moves_value_through_the_escrow) {
  begin();
  settle(1, 10);
  write();
  EXPECT_EQ(lines(statement(kLedgerA, "payer-1")), Lines{"hold debit 1001 escrow -1001"});
  EXPECT_EQ(lines(statement(kLedgerA, "exchanger")), Lines{"release credit 1001 escrow 1001"});
  EXPECT_EQ(lines(statement(kLedgerA, "escrow")),
            (Lines{"hold credit 1001 payer-1 1001", "release debit 1001 exchanger 0"}));
  EXPECT_EQ(lines(statement(kLedgerB, "exchanger")), Lines{"payment debit 1001 merchant -1001"});
  EXPECT_EQ(lines(statement(kLedgerB, "merchant")), Lines{"payment credit 1001 exchanger 1001"});
  EXPECT_TRUE(statement(kLedgerB, "escrow").entries.empty());
}

TEST_F(StatementTest, what_failed_moved_nothing) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  move(plan, 0, MovementKind::hold, 10);
  move(plan, 1, MovementKind::payment, 11, false);
  story().event(plan.id, Decided{Decision::abort});
  move(plan, 0, MovementKind::refund, 12, false);
  move(plan, 0, MovementKind::refund, 13);
  write();
  EXPECT_EQ(lines(statement(kLedgerA, "payer-1")),
            (Lines{"hold debit 1001 escrow -1001", "refund credit 1001 escrow 0"}));
  EXPECT_TRUE(statement(kLedgerB, "merchant").entries.empty());
  EXPECT_TRUE(statement(kLedgerB, "").trial.empty());
}

TEST_F(StatementTest, a_hold_that_its_payer_took_back_says_so) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  move(plan, 0, MovementKind::hold, 10);
  OutcomeFinal reclaim = placed(Story::outcome(plan, 0, MovementKind::refund, 1, true), 2000);
  reclaim.outcome.reclaimed = true;
  story().event(plan.id, reclaim);
  write();
  const AccountStatement payer = statement(kLedgerA, "payer-1");
  ASSERT_EQ(payer.entries.size(), 2u);
  EXPECT_TRUE(payer.entries.back().reclaimed);
  EXPECT_EQ(payer.entries.back().balance, 0);
  EXPECT_NE(to_json(payer).find(R"("reclaimed":true)"), std::string::npos);
}

TEST_F(StatementTest, a_statement_and_all_balances_are_told_as_in_the_golden_files) {
  begin();
  settle(1, 10);
  settle(8, 20);
  write();
  const AccountStatement escrow = statement(kLedgerA, "escrow");
  EXPECT_TRUE(json::Document().parse(to_json(escrow)).ok());
  expect_golden("statement.json", to_json(escrow) + "\n");
  expect_golden("statement.csv", to_csv(escrow));
  const AccountStatement all = statement(kLedgerA, "");
  EXPECT_TRUE(all.entries.empty());
  expect_golden("balances.json", to_json(all) + "\n");
  expect_golden("balances.csv", to_csv(all));
}

TEST_F(StatementTest, two_shards_entries_are_merged_by_time) {
  begin(0, 2);
  begin(1, 2);
  const auto hold = [&](std::uint16_t shard, std::uint64_t number, std::uint64_t time) {
    const Plan plan = story(shard).plan_of(number);
    story(shard).set_time(time);
    story(shard).create(plan, "");
    story(shard).event(plan.id, placed(Story::outcome(plan, 0, MovementKind::hold, number, true), number));
  };
  hold(0, 1, 10);
  hold(1, 2, 20);
  hold(0, 3, 30);
  hold(1, 4, 30);
  hold(1, 5, 25);  // a clock that went back does not change the order of a log
  write(0);
  write(1);
  EXPECT_EQ(lines(statement(kLedgerA, "escrow")),
            (Lines{"hold credit 1001 payer-1 1001", "hold credit 1002 payer-2 2003", "hold credit 1003 payer-3 3006",
                   "hold credit 1004 payer-4 4010", "hold credit 1005 payer-5 5015"}));
}

TEST_F(StatementTest, an_outcome_that_is_recorded_again_after_a_crash_is_counted_once) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  const OutcomeFinal hold = placed(Story::outcome(plan, 0, MovementKind::hold, 1, true), 10);
  story().event(plan.id, hold);
  story().event(plan.id, hold);
  // Another effect of the same txn is another movement.
  story().event(plan.id, placed(Story::outcome(plan, 0, MovementKind::hold, 2, true), 10, 1));
  story().add(ViewAdvanced{kLedgerA, Height{10}, filled<BlockHash>(10), LedgerTime{10}});
  write();
  EXPECT_EQ(statement(kLedgerA, "escrow").entries.size(), 2u);
  story().add(ViewAdvanced{kLedgerB, Height{90}, filled<BlockHash>(90), LedgerTime{90}});
  story().event(plan.id, placed(Story::outcome(plan, 0, MovementKind::hold, 3, true), 11));
  write();
  EXPECT_EQ(statement(kLedgerA, "escrow").entries.size(), 3u);
  story().event(plan.id, hold);
  write();
  EXPECT_EQ(fault(try_statement(kLedgerA, "escrow")).rfind("record_misplaced: shard-0, record 11: ", 0), 0u);
}

// What one shard has handled says nothing of what another still records of the same block.
TEST_F(StatementTest, an_outcome_may_stand_behind_the_view_of_another_shard_and_behind_no_other) {
  begin();
  const Plan plan = story().plan_of(1);
  const auto view = [](std::uint64_t height, std::uint16_t shard) {
    return ViewAdvanced{kLedgerA, Height{height}, filled<BlockHash>(static_cast<std::uint8_t>(height)),
                        LedgerTime{height}, shard};
  };
  story().add(view(9, 0));
  story().add(view(9, 1));
  story().create(plan, "");
  story().add(view(10, 0));
  const OutcomeFinal hold = placed(Story::outcome(plan, 0, MovementKind::hold, 1, true), 10);
  story().event(plan.id, hold);
  story().event(plan.id, hold);
  write();
  EXPECT_EQ(statement(kLedgerA, "escrow").entries.size(), 1u);
  story().add(view(10, 1));
  story().event(plan.id, hold);
  write();
  EXPECT_EQ(fault(try_statement(kLedgerA, "escrow")).rfind("record_misplaced: shard-0, record ", 0), 0u);
}

TEST_F(StatementTest, balances_neither_wrap_nor_lose_a_unit) {
  begin();
  const Amount most(~U256(0));
  for (std::uint64_t number : {1u, 8u, 15u}) {
    Plan plan = story().plan_of(number);
    plan.legs[0].amount = most;
    story().create(plan, "");
    story().event(plan.id, placed(Story::outcome(plan, 0, MovementKind::hold, number, true), number));
  }
  write();
  const SignedUnits three = SignedUnits(most.units()) * 3;
  EXPECT_EQ(statement(kLedgerA, "payer-1").entries.back().balance, -three);
  EXPECT_EQ(statement(kLedgerA, "escrow").balances.front().balance(), three);
  EXPECT_NE(to_csv(statement(kLedgerA, "payer-1")).find(",-" + three.str() + ","), std::string::npos);
}

TEST_F(StatementTest, an_asset_that_no_record_describes_has_no_scale) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  OutcomeFinal hold = placed(Story::outcome(plan, 0, MovementKind::hold, 1, true), 10);
  hold.outcome.asset.text = "0x1234";
  story().event(plan.id, hold);
  write();
  EXPECT_NE(to_json(statement(kLedgerA, "escrow")).find(R"("amount":{"units":"1001","scale":null})"),
            std::string::npos);
}

TEST_F(StatementTest, an_account_named_like_the_escrow_is_not_the_escrow) {
  begin();
  Plan plan = story().plan_of(1);
  plan.legs[0].payer.text = "escrow";
  story().create(plan, "");
  story().event(plan.id, placed(Story::outcome(plan, 0, MovementKind::hold, 1, true), 10));
  write();
  EXPECT_EQ(lines(statement(kLedgerA, "escrow")), Lines{"hold credit 1001 account:escrow 1001"});
  EXPECT_EQ(lines(statement(kLedgerA, "account:escrow")), Lines{"hold debit 1001 escrow -1001"});
  for (const char* name : {"alice", "escrow", "account:alice", "account:escrow"}) {
    const StatementAccount account{false, AccountId{name}};
    EXPECT_EQ(parse_statement_account(to_string(account)), account) << name;
  }
}

TEST_F(StatementTest, a_payment_to_oneself_stands_on_both_sides) {
  begin();
  Plan plan = story().plan_of(1);
  plan.legs[1].payee = plan.legs[1].payer;
  story().create(plan, "");
  story().event(plan.id, placed(Story::outcome(plan, 1, MovementKind::payment, 1, true), 10));
  write();
  EXPECT_EQ(lines(statement(kLedgerB, "exchanger")),
            (Lines{"payment debit 1001 exchanger -1001", "payment credit 1001 exchanger 0"}));
}

// The books of random movements, kept in another way.
TEST_F(StatementTest, all_balances_of_an_asset_add_up_to_zero) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  begin();
  std::map<std::string, std::int64_t> expected;
  for (std::uint64_t number = 1; number <= 200; ++number) {
    const Plan plan = story().plan_of(number);
    story().create(plan, "");
    const auto kind = static_cast<MovementKind>(random() % 4);
    const LegIndex leg = kind == MovementKind::payment ? 1 : 0;
    const bool ok = random() % 4 != 0;
    story().event(plan.id, placed(Story::outcome(plan, leg, kind, number, ok), number));
    if (!ok || leg == 1) continue;
    const auto amount = static_cast<std::int64_t>(1000 + number);
    const std::string other = kind == MovementKind::release ? "exchanger" : plan.legs[0].payer.text;
    expected["escrow"] += kind == MovementKind::hold ? amount : -amount;
    expected[other] -= kind == MovementKind::hold ? amount : -amount;
  }
  write();
  const AccountStatement all = statement(kLedgerA, "");
  SignedUnits sum = 0;
  std::map<std::string, std::int64_t> found;
  for (const StatementBalance& balance : all.balances) {
    sum += balance.balance();
    found[to_string(balance.account)] = static_cast<std::int64_t>(balance.balance());
  }
  EXPECT_EQ(sum, 0);
  EXPECT_EQ(found, expected);
  ASSERT_EQ(all.trial.size(), 1u);
  EXPECT_EQ(all.trial.front().accounts, expected.size());
  EXPECT_EQ(all.trial.front().debits, all.trial.front().credits);
}

TEST_F(StatementTest, an_account_without_entries_is_empty_and_an_unknown_ledger_is_named) {
  begin();
  settle(1, 10);
  write();
  const AccountStatement nobody = statement(kLedgerA, "nobody");
  EXPECT_TRUE(nobody.entries.empty());
  EXPECT_TRUE(nobody.balances.empty());
  EXPECT_EQ(nobody.trial.size(), 1u);
  EXPECT_EQ(fault(try_statement(LedgerId{"c-coin"}, "")).rfind("unknown_ledger: ", 0), 0u);
}

}  // namespace
}  // namespace clearspan::evidence
