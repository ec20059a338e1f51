// Payments: hold on a-coin, pivot on b-coin, release or refund on a-coin.
#include <gtest/gtest.h>

#include "tests/scenarios/world.hpp"

namespace clearspan::scenarios {
namespace {

using simulated::FaultAction;
using simulated::FaultRule;
using simulated::NodeFault;

FaultRule fault(FaultAction action, const std::string& account, std::uint64_t delay_blocks = 0) {
  FaultRule rule;
  rule.action = action;
  rule.account = AccountId{account};
  rule.delay_blocks = delay_blocks;
  return rule;
}

TEST(Payment, moves_the_payers_value_to_the_exchanger_and_pays_the_merchant_once) {
  World world;
  const std::uint64_t alice_before = world.balance(world.a(), "alice", "ACN");
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.balance(world.a(), "alice", "ACN"), alice_before - 1510);
  EXPECT_EQ(world.balance(world.b(), "bob", "BCN"), 2000U);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
  EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 1U);
  world.expect_books_add_up();
}

TEST(Payment, is_rejected_when_the_payer_is_short_and_nothing_was_held) {
  World world;
  const Plan plan = world.pay("poor", "bob", 1000, "carol");
  world.until_phase(plan, Phase::rejected);
  EXPECT_EQ(world.effects(world.a(), plan, 0).holds, 0U);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 0U);
}

TEST(Payment, is_refunded_when_the_exchanger_is_short) {
  World world;
  const std::uint64_t alice_before = world.balance(world.a(), "alice", "ACN");
  const Plan plan = world.pay("alice", "bob", 1000, "poor");
  world.until_phase(plan, Phase::refunded);
  EXPECT_EQ(world.balance(world.a(), "alice", "ACN"), alice_before);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 0U);
}

TEST(Payment, the_exchangers_balance_is_not_promised_to_two_trades) {
  World world;
  // bob has 1,000 as an exchanger: enough for one of the two.
  const Plan first = world.pay("alice", "carol", 700, "bob");
  const Plan second = world.pay("alice", "carol", 700, "bob");
  world.until_quiet();
  const int settled = (world.phase(first) == Phase::settled ? 1 : 0) + (world.phase(second) == Phase::settled ? 1 : 0);
  EXPECT_EQ(settled, 1);
  EXPECT_EQ(world.balance(world.b(), "bob", "BCN"), 300U);
  world.expect_books_add_up();
}

TEST(Payment, is_refunded_once_a_dropped_pivot_is_proven_dead) {
  World world;
  ASSERT_TRUE(world.b().add_fault(fault(FaultAction::drop, "erin")).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "erin");
  world.until_phase(plan, Phase::refunded);
  const evidence::TradeSnapshot shown = world.snapshot(plan);
  EXPECT_EQ(shown.summary.abort_reason, AbortReason::pivot_dead);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 0U);
  EXPECT_EQ(world.effects(world.a(), plan, 0).refunds, 1U);
}

TEST(Payment, never_refunds_while_a_delayed_pivot_can_still_land) {
  World world;
  ASSERT_TRUE(world.b().add_fault(fault(FaultAction::delay, "erin", 12)).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "erin");
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
  EXPECT_EQ(world.effects(world.a(), plan, 0).refunds, 0U);
  EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 1U);
}

TEST(Payment, is_refunded_when_the_pivot_is_included_and_fails) {
  World world;
  ASSERT_TRUE(world.b().add_fault(fault(FaultAction::fail, "erin")).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "erin");
  world.until_phase(plan, Phase::refunded);
  EXPECT_EQ(world.snapshot(plan).summary.abort_reason, AbortReason::pivot_failed);
}

TEST(Payment, waits_through_a_node_that_stalls_and_one_that_lies) {
  World world;
  world.b().set_node_fault(NodeFault::stalled, 10);
  const Plan first = world.pay("alice", "bob", 1000, "carol");
  world.until_phase(first, Phase::settled);
  world.b().set_node_fault(NodeFault::lying, 10);
  const Plan second = world.pay("alice", "bob", 1000, "carol");
  world.until_phase(second, Phase::settled);
  EXPECT_EQ(world.balance(world.b(), "bob", "BCN"), 3000U);
}

TEST(Payment, a_release_that_is_dropped_is_made_again_and_takes_effect_once) {
  World world;
  FaultRule drop = fault(FaultAction::drop, "operator");
  ASSERT_TRUE(world.a().add_fault(drop).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until_phase(plan, Phase::releasing);
  world.produce(30);
  EXPECT_EQ(world.phase(plan), Phase::releasing);
  world.a().clear_faults();
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 1U);
}

TEST(Payment, survives_a_reorganisation_of_blocks_that_are_not_final) {
  World world;
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until("the merchant is paid in some block", [&] { return world.effects(world.b(), plan, 1).payments == 1; });
  ASSERT_TRUE(world.b().reorganise(2, simulated::ReorganisedTxns::returned).ok());
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
  world.expect_books_add_up();
}

TEST(Payment, a_reorganisation_below_finality_freezes_the_ledger) {
  World world;
  world.produce(10);
  ASSERT_TRUE(world.b().reorganise(6, simulated::ReorganisedTxns::dropped).ok());
  world.until("b-coin is frozen", [&] { return world.engine().ledgers().back().frozen; });
  EXPECT_FALSE(world.engine().ledgers().front().frozen);
  world.restart();
  EXPECT_TRUE(world.engine().ledgers().back().frozen);
}

TEST(Payment, the_record_shows_every_step_with_its_proof) {
  World world;
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until_phase(plan, Phase::settled);
  const evidence::TradeSnapshot shown = world.snapshot(plan);
  EXPECT_EQ(shown.summary.phase, Phase::settled);
  int proofs = 0;
  int txns = 0;
  for (const evidence::HistoryEntry& entry : shown.history) {
    if (std::holds_alternative<evidence::TxnSigned>(entry.record.body)) ++txns;
    const auto* event = std::get_if<evidence::TradeEvent>(&entry.record.body);
    const auto* fact = event == nullptr ? nullptr : std::get_if<OutcomeFinal>(&event->event);
    if (fact == nullptr) continue;
    ++proofs;
    EXPECT_TRUE(fact->outcome.ok);
    EXPECT_FALSE(fact->outcome.position.block.is_zero());
    EXPECT_FALSE(fact->outcome.position.txn.is_zero());
  }
  EXPECT_EQ(proofs, 3);
  EXPECT_EQ(txns, 3);
}

}  // namespace
}  // namespace clearspan::scenarios
