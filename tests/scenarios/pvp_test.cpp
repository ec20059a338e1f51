// Payment versus payment: holds on both ledgers, the engine's decision, and both releases or both refunds.
#include <gtest/gtest.h>

#include "tests/scenarios/world.hpp"

namespace clearspan::scenarios {
namespace {

TEST(Pvp, releases_both_holds_when_both_are_final) {
  World world;
  const Plan plan = world.exchange("alice", 500, "bob", 300);
  world.until_phase(plan, Phase::settled);
  EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 1U);
  EXPECT_EQ(world.effects(world.b(), plan, 1).releases, 1U);
  EXPECT_EQ(world.balance(world.b(), "bob", "BCN"), 700U);
  world.expect_books_add_up();
}

TEST(Pvp, gives_the_one_hold_back_when_the_other_side_is_short) {
  World world;
  const std::uint64_t alice_before = world.balance(world.a(), "alice", "ACN");
  const Plan plan = world.exchange("alice", 500, "poor", 300);
  world.until_quiet();
  EXPECT_NE(world.phase(plan), Phase::settled);
  EXPECT_EQ(world.balance(world.a(), "alice", "ACN"), alice_before);
  EXPECT_EQ(world.effects(world.a(), plan, 0).releases, 0U);
  world.expect_books_add_up();
}

TEST(Pvp, a_cancelled_exchange_leaves_nothing_held) {
  World world;
  const Plan plan = world.exchange("alice", 500, "bob", 300);
  ASSERT_TRUE(world.cancel(plan).ok());
  world.until_quiet();
  EXPECT_TRUE(world.phase(plan) == Phase::refunded || world.phase(plan) == Phase::rejected);
  EXPECT_EQ(world.balance(world.b(), "bob", "BCN"), 1000U);
  world.expect_books_add_up();
}

TEST(Pvp, cannot_be_cancelled_once_it_is_decided) {
  World world;
  const Plan plan = world.exchange("alice", 500, "bob", 300);
  world.until_phase(plan, Phase::settled);
  const Status answer = world.cancel(plan);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::unknown_trade);  // it has left memory; the gateway answers from the index
}

}  // namespace
}  // namespace clearspan::scenarios
