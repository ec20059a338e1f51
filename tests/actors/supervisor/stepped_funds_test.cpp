// What the submitter promises of what an account has, when messages, blocks and balances come in an order of their own.
#include "actors/submitter/submitter.hpp"
#include "tests/actors/supervisor/stepped_world.hpp"

namespace clearspan::actors {
namespace {

// What the payers have to give, in exchanges.
class FundsTest : public SteppedEngineTest {
 protected:
  static constexpr std::uint64_t kAll = 10'000'000'000;  // of alice's

  // Whether the engine finds that alice can give so many times 100.
  bool can_give(std::uint64_t times) {
    world.exchange(Placement::engine, times);
    world.settle();
    while (world.engine().call_ledger(0)) world.settle();
    return world.engine().ledgers()[0].txns_outstanding == 1;
  }

  SteppedWorld world{1};
};

// Each block makes the balance that is being read an old one.
TEST_F(FundsTest, what_is_too_much_is_refused_although_blocks_come_while_the_balance_is_read) {
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  world.exchange(Placement::engine, kAll + 1);
  world.settle();
  int readings = 0;
  const auto answer = [&] {
    world.a().produce(1);
    EXPECT_TRUE(world.engine().follow_ledger(0).ok());
    world.settle();
    return world.engine().call_ledger(0);
  };
  while (readings < 5 && answer()) {
    world.settle();
    ++readings;
  }
  EXPECT_EQ(readings, 1);
}

TEST_F(FundsTest, what_waits_for_one_balance_gets_it_in_the_order_in_which_it_was_asked_for) {
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  const Plan first = world.exchange(Placement::engine, kAll * 6 / 10);
  world.settle();
  const Plan second = world.exchange(Placement::engine, kAll * 6 / 10);
  world.settle();
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.signatures(first, MovementKind::hold), 2U);
  EXPECT_EQ(SteppedWorld::effects(world.a(), second, 0).holds, 0U);
  EXPECT_EQ(world.engine().stats().settled, 1U);
}

// The balance that was read before does not show it.
TEST_F(FundsTest, what_a_final_block_took_is_not_promised_again) {
  const Plan plan = sign_a_hold(world, kAll * 6 / 10);
  Movement other = payment_of(plan);
  other.amount = Amount(1);
  world.make(other);  // the hold is not the first of its block
  world.settle();
  ASSERT_TRUE(world.engine().call_ledger(0));
  world.a().produce(1);
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.engine().stats().settled, 1U);
  EXPECT_FALSE(can_give(kAll * 6 / 10));
}

// Alice gives half of what she has away before her hold is placed.
TEST_F(FundsTest, what_failed_in_a_final_block_is_not_kept_back) {
  const Plan plan = sign_a_hold(world, kAll * 6 / 10);
  Movement other = payment_of(plan);
  other.amount = Amount(100 * (kAll / 2));
  world.make(other);
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.engine().stats().settled, 0U);
  EXPECT_TRUE(can_give(kAll * 45 / 100));
}

// Alice's balance is read again, for what she gets back shows only there; the hold that waited for it then waits for
// the answer to another txn.
TEST_F(FundsTest, what_waits_beyond_its_time_is_not_kept_back) {
  const Plan given_back = sign_a_hold(world, kAll * 6 / 10);
  world.settle();
  ASSERT_TRUE(world.engine().call_ledger(0));
  world.a().produce(1);  // with the hold
  world.engine().cancel(given_back.id, [](const Status& status) { EXPECT_TRUE(status.ok()); });
  ASSERT_TRUE(world.until_ended());
  const auto ask = [this](std::uint64_t times) {
    Plan plan = world.exchange(Placement::engine, times);
    world.settle();
    return plan;
  };
  ask(1);
  const Plan late = ask(kAll * 6 / 10);
  ask(1);
  world.pass_time(kTickInterval);
  world.settle();
  ASSERT_EQ(world.engine().ledgers()[0].txns_outstanding, 2U);
  ASSERT_TRUE(world.engine().call_ledger(0));  // takes the first txn
  ASSERT_TRUE(world.engine().call_ledger(0));  // says the balance
  world.settle();
  while (world.engine().ledgers()[0].time <= late.legs[0].not_after) {
    world.a().produce(1);
    ASSERT_TRUE(world.engine().follow_ledger(0).ok());
    world.settle();
  }
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.signatures(late, MovementKind::hold), 1U) << "bob's";
  EXPECT_TRUE(can_give(kAll * 9 / 10));
}

}  // namespace
}  // namespace clearspan::actors
