// Disasters that take a whole engine: two simulated ledgers whose nodes and chains misbehave, and a real log.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/scenarios/world.hpp"

namespace clearspan::disasters {
namespace {

using scenarios::World;
using simulated::FaultAction;
using simulated::FaultRule;
using simulated::ReorganisedTxns;

// How many different txns were signed with a movement of that kind for the trade.
std::size_t signed_txns(World& world, const Plan& plan, MovementKind kind) {
  std::set<TxnId> ids;
  for (const evidence::HistoryEntry& entry : world.snapshot(plan).history) {
    const auto* txn = std::get_if<evidence::TxnSigned>(&entry.record.body);
    if (txn == nullptr) continue;
    for (const Movement& movement : txn->movements) {
      if (movement.kind == kind && trade_of(movement.ref) == plan.id) ids.insert(txn->id);
    }
  }
  return ids.size();
}

void resend_soon(EngineOptions& options) {
  options.resend_after = Millis{20};
}

FaultRule delay(const std::string& account, std::uint64_t blocks) {
  FaultRule rule;
  rule.action = FaultAction::delay;
  rule.account = AccountId{account};
  rule.delay_blocks = blocks;
  return rule;
}

TEST(Disaster09, a_payment_that_its_ledger_lists_as_failed_releases_nothing) {
  World world;
  FaultRule fail;
  fail.action = FaultAction::fail;
  fail.account = AccountId{"erin"};
  ASSERT_TRUE(world.b().add_fault(fail).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "erin");
  world.until_quiet();
  EXPECT_EQ(world.phase(plan), Phase::refunded);
  EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 0U);
  EXPECT_EQ(world.balance(world.b(), "bob", "BCN"), 1000U);
}

// The pivot's ledger calls a block final when two follow it.
TEST(Disaster13, nothing_is_credited_before_it_is_final) {
  World world;
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until("the merchant is paid in some block", [&] { return world.effects(world.b(), plan, 1).payments == 1; });
  const std::uint64_t included = world.b().true_head().number.value;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(world.phase(plan), Phase::deciding);
  world.b().produce();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(world.phase(plan), Phase::deciding) << "one block behind the payment, two are needed";
  EXPECT_EQ(world.snapshot(plan).summary.phase, Phase::deciding);
  EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 0U);
  world.until_phase(plan, Phase::settled);
  EXPECT_GE(world.b().true_head().number.value, included + 2);
}

TEST(Disaster14, after_a_final_block_was_replaced_nothing_is_signed_on_that_ledger) {
  World world;
  ASSERT_TRUE(world.a().add_fault(delay("alice", 20)).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.produce(12);
  ASSERT_TRUE(world.b().reorganise(8, ReorganisedTxns::dropped).ok());
  world.until("b-coin is frozen", [&] { return world.engine().ledgers().back().frozen; });
  world.until("the hold is there", [&] { return world.effects(world.a(), plan, 0).holds == 1; });
  world.produce(60);
  EXPECT_EQ(world.phase(plan), Phase::deciding);
  EXPECT_EQ(signed_txns(world, plan, MovementKind::payment), 0U);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 0U);
  EXPECT_EQ(world.effects(world.a(), plan, 0).refunds, 0U) << "the frozen ledger has not said that nothing was paid";
}

TEST(Disaster16, a_txn_that_a_node_kept_back_is_still_known_when_it_comes) {
  World world;
  ASSERT_TRUE(world.b().add_fault(delay("erin", 40)).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "erin");
  world.until("the pivot is signed", [&] { return signed_txns(world, plan, MovementKind::payment) == 1; });
  world.restart();
  EXPECT_EQ(world.engine().ledgers().back().txns_outstanding, 1U);
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
  EXPECT_EQ(world.effects(world.a(), plan, 0).refunds, 0U);
}

TEST(Disaster17, what_was_sent_before_a_restart_is_not_signed_again) {
  World world;
  ASSERT_TRUE(world.b().add_fault(delay("erin", 40)).ok());
  const Plan plan = world.pay("alice", "bob", 1000, "erin");
  world.until("the pivot is signed", [&] { return signed_txns(world, plan, MovementKind::payment) == 1; });
  world.restart();
  world.until_quiet();
  EXPECT_EQ(world.phase(plan), Phase::settled);
  EXPECT_EQ(signed_txns(world, plan, MovementKind::payment), 1U);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
}

TEST(Disaster19, an_evicted_txn_is_sent_again_in_the_same_bytes) {
  World world;
  world.stop();
  world.tune(resend_soon);
  world.start();
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until("the merchant is paid in some block", [&] { return world.effects(world.b(), plan, 1).payments == 1; });
  ASSERT_TRUE(world.b().reorganise(1, ReorganisedTxns::dropped).ok());
  ASSERT_EQ(world.effects(world.b(), plan, 1).payments, 0U);
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
  EXPECT_EQ(signed_txns(world, plan, MovementKind::payment), 1U);
}

// The node does not answer, and half of what it is given arrives all the same.
TEST(Disaster20, a_send_that_timed_out_is_not_taken_for_a_payment_that_never_happens) {
  World world;
  world.stop();
  world.tune([](EngineOptions& options) {
    resend_soon(options);
    options.submit_timeout = Millis{20};
    options.read_timeout = Millis{20};
  });
  world.start();
  const Plan before = world.pay("alice", "bob", 10, "carol");  // from here on carol's balance is known
  world.until_phase(before, Phase::settled);
  world.b().set_node_fault(simulated::NodeFault::silent, 0);
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until("the pivot is signed", [&] { return signed_txns(world, plan, MovementKind::payment) == 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // two sends or more time out
  EXPECT_EQ(world.phase(plan), Phase::deciding);
  world.b().set_node_fault(simulated::NodeFault::none, 0);
  world.until_quiet();
  EXPECT_EQ(world.phase(plan), Phase::settled);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
  EXPECT_EQ(world.effects(world.a(), plan, 0).refunds, 0U);
}

class Deposits : public testing::Test {
 protected:
  void deposit(std::uint64_t units) {
    world_.deposit(plan_, [units](Movement& hold) { hold.amount = Amount(units); });
  }

  World world_;
  std::uint64_t before_ = world_.balance(world_.a(), "walter", "ACN");
  Plan plan_ = world_.pay("walter", "bob", 1000, "carol", Placement::payer);  // 1,510 are due
};

using Disaster11 = Deposits;
using Disaster30 = Deposits;

TEST_F(Disaster11, a_deposit_that_is_one_unit_short_credits_nothing) {
  deposit(1509);
  world_.until("it went back", [&] {
    return world_.effects(world_.a(), plan_, 0).holds == 1 && world_.a().books().open_holds.empty();
  });
  EXPECT_EQ(world_.balance(world_.a(), "walter", "ACN"), before_);
  EXPECT_EQ(world_.phase(plan_), Phase::preparing);
  EXPECT_EQ(world_.effects(world_.b(), plan_, 1).payments, 0U);
}

TEST_F(Disaster30, under_over_split_double_and_late_deposits_all_go_back) {
  deposit(1509);
  deposit(1511);
  deposit(755);
  deposit(755);
  world_.produce(10);
  EXPECT_EQ(world_.phase(plan_), Phase::preparing) << "none of them is what was asked for";
  deposit(1510);
  deposit(1510);
  world_.until_phase(plan_, Phase::settled);
  deposit(1510);
  world_.produce(3);
  world_.until_quiet();
  EXPECT_TRUE(world_.a().books().open_holds.empty());
  EXPECT_EQ(world_.balance(world_.a(), "walter", "ACN"), before_ - 1510);
  EXPECT_EQ(world_.effects(world_.a(), plan_, 0).releases, 1U);
  EXPECT_EQ(world_.snapshot(plan_).related.size(), 6U);
}

}  // namespace
}  // namespace clearspan::disasters
