// The engine stops and starts again: live trades go on from the log, and nothing happens twice.
#include <gtest/gtest.h>

#include "tests/scenarios/world.hpp"

namespace clearspan::scenarios {
namespace {

TEST(Restart, a_finished_trade_is_remembered_and_not_made_again) {
  World world;
  const Plan plan = world.pay("alice", "bob", 1000, "carol");
  world.until_phase(plan, Phase::settled);
  world.restart();
  world.produce(10);
  EXPECT_EQ(world.snapshot(plan).summary.phase, Phase::settled);
  EXPECT_EQ(world.engine().stats().live, 0U);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
}

TEST(Restart, trades_in_every_phase_go_on_and_pay_once) {
  World world;
  std::vector<Plan> plans;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 3; ++i) plans.push_back(world.pay("alice", "bob", 100, "carol"));
    plans.push_back(world.exchange("alice", 50, "carol", 30));
    world.produce(round % 4);
    world.restart();
  }
  world.until_quiet();
  for (const Plan& plan : plans) {
    EXPECT_EQ(world.snapshot(plan).summary.phase, Phase::settled);
    const bool is_payment = plan.pivot().has_value();
    EXPECT_EQ(world.effects(world.b(), plan, 1).payments, is_payment ? 1U : 0U);
    EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 1U);
    EXPECT_EQ(world.effects(world.a(), plan, 0).refunds, 0U);
  }
  world.expect_books_add_up();
}

TEST(Restart, a_ledger_that_made_no_block_meanwhile_is_known_all_the_same) {
  World world;
  world.produce(3);
  for (int round = 0; round < 5; ++round) {
    world.restart();
    world.pay("alice", "bob", 100, "carol");
  }
  world.until_quiet();
}

TEST(Restart, what_happened_while_the_engine_was_down_is_found) {
  World world;
  const Plan plan = world.pay("walter", "bob", 1000, "carol", Placement::payer);
  world.stop();
  world.deposit(plan);
  world.produce(20);
  world.start();
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.effects(world.b(), plan, 1).payments, 1U);
}

// What both shards ask for before the ledger is seen again goes into one txn. It is never included.
TEST(Restart, the_trades_of_every_shard_hear_that_the_txn_that_they_share_is_dead) {
  World world;
  world.b().set_node_fault(simulated::NodeFault::unreachable, 0);  // no balance, so no pivot is signed
  std::vector<Plan> plans(12);
  for (Plan& plan : plans) plan = world.pay("alice", "bob", 100, "carol");
  for (const Plan& plan : plans) world.until_phase(plan, Phase::deciding);
  world.stop();
  world.b().set_node_fault(simulated::NodeFault::none, 0);
  simulated::FaultRule drop;
  drop.account = AccountId{"carol"};
  ASSERT_TRUE(world.b().add_fault(drop).ok());
  world.start();
  world.until_quiet();
  for (const Plan& plan : plans) EXPECT_EQ(world.snapshot(plan).summary.phase, Phase::refunded);
  world.expect_books_add_up();
}

TEST(Restart, another_number_of_shards_is_refused) {
  World world(1);
  world.stop();
  EngineOptions options;
  options.tag.bytes.fill(0xc5);
  options.shards = 3;
  options.data_dir = world.data_dir();
  const auto started = Engine::start(std::move(options), world.connectors());
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, ErrorCode::config_invalid);
  EXPECT_EQ(started.error().field, "engine.shards");
}

}  // namespace
}  // namespace clearspan::scenarios
