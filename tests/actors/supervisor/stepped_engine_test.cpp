// Rules of the engine's core that show only when messages, logs and ledgers come in an order of their own.
#include "actors/monitor/ledger_monitor.hpp"
#include "tests/actors/supervisor/stepped_world.hpp"

namespace clearspan::actors {
namespace {

constexpr std::uint64_t kOrders = 40;      // seeds; each is one order of steps
constexpr std::uint64_t kCrossings = 140;  // of an ask and its end: one order in forty has one
constexpr std::uint64_t kBeyondAllMeans = 10'000'000'000'000;

// Else a crash would let the second shard begin behind the first one's trades.
TEST_F(SteppedEngineTest, is_ready_when_every_shard_has_a_block_of_every_ledger_on_record) {
  SteppedWorld world(2);
  SteppedEngine& engine = world.engine();
  world.run_actors();
  for (std::size_t ledger = 0; ledger < 2; ++ledger) ASSERT_TRUE(engine.follow_ledger(ledger).ok());
  const auto record = [&](std::uint16_t shard) {
    world.run_actors(shard);
    ASSERT_TRUE(engine.write_log(0));
    world.run_actors(shard);
  };
  EXPECT_FALSE(engine.ready());
  record(0);
  EXPECT_FALSE(engine.ready());
  record(1);
  EXPECT_TRUE(engine.ready());
}

TEST_F(SteppedEngineTest, counts_each_write_of_its_logs) {
  SteppedWorld world(2);
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  const WriteTimes before = world.engine().stats().writes;
  EXPECT_GT(before.count(), 0U);
  EXPECT_GT(before.sum.count(), 0);
  world.exchange();
  world.settle();
  EXPECT_GT((world.engine().stats().writes - before).count(), 0U);
}

TEST_F(SteppedEngineTest, a_trade_hears_that_its_time_is_over_soon_after_and_not_before) {
  constexpr Millis kSoon{40};
  SteppedWorld world(1);
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  const Timestamp end = world.exchange().prepare_until;
  const auto pass_until = [&](Timestamp moment) {
    while (world.now() < moment) {
      world.pass_time(std::min(moment - world.now(), kSoon / 4));
      world.settle();
    }
  };
  pass_until(end - Millis{1});
  EXPECT_EQ(world.engine().stats().rejected, 0U);
  pass_until(end + kSoon);
  EXPECT_EQ(world.engine().stats().rejected, 1U);
}

// A storm is told of in parts, but no part waits for the next tick.
TEST_F(SteppedEngineTest, every_trade_whose_time_is_over_hears_of_it_at_one_tick) {
  constexpr std::size_t kTrades = 2 * kTimeoutsPerTurn + 1;
  SteppedWorld world(1);
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  Timestamp end;
  for (std::size_t i = 0; i < kTrades; ++i) end = world.exchange().prepare_until;
  world.settle();
  EXPECT_EQ(world.engine().stats().live, kTrades);
  world.pass_time(end - world.now() + PrepareTick{1});
  world.settle();
  EXPECT_EQ(world.engine().stats().rejected, kTrades);
}

// Until the followers have caught up, they read blocks that are older than what a shard has acted on.
TEST_F(SteppedEngineTest, starts_with_the_time_and_the_final_height_that_its_logs_know) {
  SteppedWorld world(2);
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  for (int i = 0; i < 4; ++i) world.exchange();
  ASSERT_TRUE(world.until_ended());
  world.crash();
  world.start();
  const std::vector<LedgerStatus> ledgers = world.engine().ledgers();
  EXPECT_GT(world.recorded(world.a()).height, Height{kFinalityDepth + 1});
  EXPECT_EQ(ledgers[0].time, world.recorded(world.a()).time);
  EXPECT_EQ(ledgers[0].final_height, world.recorded(world.a()).height);
  EXPECT_EQ(ledgers[1].time, world.recorded(world.b()).time);
  EXPECT_EQ(ledgers[1].final_height, world.recorded(world.b()).height);
}

// Each of its two holds was signed once, and so was its release.
void expect_settled_once(const SteppedWorld& world, const Plan& plan) {
  EXPECT_EQ(world.signatures(plan, MovementKind::hold), 2U);
  EXPECT_EQ(world.signatures(plan, MovementKind::release), 2U);
  EXPECT_EQ(world.signatures(plan, MovementKind::refund), 0U);
  EXPECT_EQ(SteppedWorld::effects(world.a(), plan, 0).releases, 1U);
  EXPECT_EQ(SteppedWorld::effects(world.b(), plan, 1).releases, 1U);
}

// Facts go on coming while the trade is read back; it must hear each of them once, and its end must be counted once.
TEST_F(SteppedEngineTest, a_trade_whose_actor_crashed_is_rebuilt_and_ends_as_if_nothing_had_happened) {
  for (std::uint64_t seed = 1; seed <= kOrders; ++seed) {
    SCOPED_TRACE(seed);
    SteppedWorld world(1, seed);
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    const std::vector<Plan> plans = {world.exchange(), world.exchange(), world.exchange()};
    for (std::uint64_t crash = 0; crash < 1 + seed % 4; ++crash) {
      world.crash_an_actor();
      for (std::uint64_t i = 0; i < 100 * (seed % 7); ++i) world.step();
    }
    ASSERT_TRUE(world.until_ended());
    EXPECT_EQ(world.engine().stats().settled, plans.size());
    for (const Plan& plan : plans) expect_settled_once(world, plan);
  }
}

// A trade that is back asks again, and the end of what it asks for may be on its way already.
TEST_F(SteppedEngineTest, what_crosses_with_its_own_end_after_a_restart_is_not_signed_again) {
  for (std::uint64_t seed = 1; seed <= kCrossings; ++seed) {
    SCOPED_TRACE(seed);
    SteppedWorld world(1, seed);
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    const std::vector<Plan> plans = {world.exchange(), world.exchange(), world.exchange()};
    world.settle();  // they are on record
    for (int restart = 0; restart < 3; ++restart) {
      for (std::uint64_t i = 0; i < 40 * (1 + seed % 9); ++i) world.step();
      world.crash();
      world.start();
    }
    ASSERT_TRUE(world.until_ended());
    for (const Plan& plan : plans) expect_settled_once(world, plan);
  }
}

TEST_F(SteppedEngineTest, of_trades_that_are_over_nothing_stays_in_memory) {
  for (std::uint64_t seed = 1; seed <= kOrders; ++seed) {
    SCOPED_TRACE(seed);
    SteppedWorld world(1 + seed % 2, seed);
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    for (int i = 0; i < 3; ++i) world.exchange();
    world.exchange(Placement::engine, kBeyondAllMeans);
    ASSERT_TRUE(world.until([&] { return world.engine().stats().in_memory.trades != 0; }));
    world.crash_an_actor();
    ASSERT_TRUE(world.until_ended());
    EXPECT_TRUE(world.until([&] { return world.engine().stats().in_memory == InMemory{}; }));
  }
}

// At its third and last change it crashes as often as any trade may; but then it is over, and not left alone.
TEST_F(SteppedEngineTest, a_trade_whose_actor_crashes_at_each_change_leaves_memory) {
  static_assert(kTradeCrashesMax == 3);
  SteppedWorld world(1);
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  world.exchange();
  ASSERT_TRUE(world.until([&] {
    world.crash_an_actor();
    return world.engine().stats().settled == 1;
  }));
  EXPECT_TRUE(world.until([&] { return world.engine().stats().in_memory == InMemory{}; }));
}

// Refused, and decided at once: the trade is over before its new actor is there, which has to say so.
TEST_F(SteppedEngineTest, a_trade_that_ended_while_it_was_rebuilt_is_counted) {
  for (std::uint64_t seed = 1; seed <= kOrders; ++seed) {
    SCOPED_TRACE(seed);
    SteppedWorld world(1, seed);
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    world.exchange(Placement::engine, kBeyondAllMeans);
    world.settle();
    for (std::size_t ledger = 0; ledger < 2; ++ledger) ASSERT_TRUE(world.engine().call_ledger(ledger));
    world.crash_an_actor();
    for (int steps = 0; steps < 200; ++steps) {
      world.step();
      world.engine().write_log(0);  // as fast as it comes, so that the records are ahead of the rebuilding
    }
    ASSERT_TRUE(world.until_ended());
    EXPECT_EQ(world.engine().stats().rejected, 1U);
  }
}

// One hold after the other in the name of a trade whose actor crashes at the first of them. What was on its way to it
// is found when the trade is read back; what becomes durable until its new actor is there waits for that one.
TEST_F(SteppedEngineTest, every_deposit_around_the_crash_of_an_actor_but_the_first_is_sent_back) {
  constexpr std::uint32_t kDeposits = 12;
  for (std::uint64_t seed = 1; seed <= kOrders; ++seed) {
    SCOPED_TRACE(seed);
    SteppedWorld world(1, seed);
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    const Plan plan = world.exchange(Placement::payer);
    ASSERT_TRUE(world.until([&] { return SteppedWorld::effects(world.b(), plan, 1).holds == 1; }));
    world.b().produce(kFinalityDepth);
    ASSERT_TRUE(world.until([&] { return world.engine().ledgers()[1].txns_outstanding == 0; }));
    world.crash_an_actor();
    for (std::uint32_t i = 0; i < kDeposits; ++i) {
      world.deposit(plan);
      world.a().produce(1);
      for (int steps = 0; steps < 15; ++steps) world.step();
    }
    ASSERT_TRUE(world.until_ended());
    EXPECT_EQ(world.engine().stats().settled, 1U);
    EXPECT_EQ(world.engine().stats().refunded, kDeposits - 1);
    EXPECT_EQ(SteppedWorld::effects(world.a(), plan, 0).holds, kDeposits);
    EXPECT_TRUE(world.a().ledger->books().open_holds.empty());
  }
}

}  // namespace
}  // namespace clearspan::actors
