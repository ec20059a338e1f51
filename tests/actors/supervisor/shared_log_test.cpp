// Which logs there are: one that all shards write, or one for each where engines of before began so.
#include "tests/actors/supervisor/stepped_world.hpp"

namespace clearspan::actors {
namespace {

class SharedLog : public SteppedEngineTest {
 protected:
  static void run_a_trade(SteppedWorld& world) {
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    const std::uint64_t settled = world.engine().stats().settled;
    world.exchange();
    ASSERT_TRUE(world.until_ended());
    EXPECT_EQ(world.engine().stats().settled, settled + 1);
  }

  // The first process of the world is over.
  Result<std::unique_ptr<SteppedEngine>> start_with(SteppedWorld& world, std::uint16_t shards) {
    EngineOptions options = world.options();
    options.shards = shards;
    SteppedSurroundings surroundings;
    surroundings.disk = &world.disk();
    surroundings.clock = &clock_;
    return SteppedEngine::start(options, {world.a().node, world.b().node}, std::move(surroundings));
  }

  ManualClock clock_;
};

TEST_F(SharedLog, is_written_by_all_shards_of_new_data) {
  SteppedWorld world(2);
  ASSERT_NO_FATAL_FAILURE(run_a_trade(world));
  world.crash();
  world.start();
  ASSERT_NO_FATAL_FAILURE(run_a_trade(world));
  EXPECT_EQ(world.engine().shard_count(), 2U);
  EXPECT_EQ(world.engine().log_count(), 1U);
}

TEST_F(SharedLog, does_not_replace_the_logs_of_each_shard) {
  SteppedWorld world(2, 1, SteppedWorld::Logs::one_for_each_shard);
  ASSERT_NO_FATAL_FAILURE(run_a_trade(world));
  world.crash();
  world.start();
  ASSERT_NO_FATAL_FAILURE(run_a_trade(world));
  EXPECT_EQ(world.engine().shard_count(), 2U);
  EXPECT_EQ(world.engine().log_count(), 2U);
}

// With the first log alone, the trades of the other one would be forgotten.
TEST_F(SharedLog, is_not_made_of_the_logs_of_each_shard_when_one_is_missing) {
  SteppedWorld world(2, 1, SteppedWorld::Logs::one_for_each_shard);
  ASSERT_NO_FATAL_FAILURE(run_a_trade(world));
  world.crash();
  std::map<std::string, Bytes> files = world.disk().files();
  std::erase_if(files, [](const auto& file) { return file.first.starts_with("/data/shard-1/"); });
  world.disk().put_back(files);
  const auto started = start_with(world, 0);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, ErrorCode::log_corrupt);
  EXPECT_EQ(started.error().detail, "the engine wrote 2 logs, and 1 are there");
}

// A trade stays on its shard.
TEST_F(SharedLog, keeps_the_number_of_its_shards_from_its_first_record_on) {
  SteppedWorld world(2);
  world.crash();
  auto started = start_with(world, 3);
  ASSERT_TRUE(started.ok()) << describe(started.error());
  EXPECT_EQ((*started)->shard_count(), 3U);
  world.disk().crash();
  started->reset();
  world.start();
  world.settle();
  world.crash();
  started = start_with(world, 3);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().field, "engine.shards");
  EXPECT_EQ(started.error().detail, "the data folder has 2 shards");
  started = start_with(world, 0);
  ASSERT_TRUE(started.ok()) << describe(started.error());
  EXPECT_EQ((*started)->shard_count(), 2U);
}

// The shard that signs for the ledger is the slower one.
TEST_F(SharedLog, has_what_was_signed_for_a_ledger_before_the_freeze_of_it) {
  constexpr std::uint16_t kOther = 0;
  SteppedWorld world(2);
  ASSERT_NO_FATAL_FAILURE(run_a_trade(world));
  world.settle();
  const auto a_coin = [&] { return world.engine().ledgers()[0]; };
  for (int look = 0; look < 5; ++look) ASSERT_TRUE(world.engine().follow_ledger(0).ok());
  world.settle();
  world.exchange();
  for (int turn = 0; turn < 100 && a_coin().txns_outstanding == 0; ++turn) {
    const auto shard = static_cast<std::uint16_t>(turn % 2);
    if (world.engine().runnable(shard) != 0) world.engine().run_actor(shard, 0);
  }
  ASSERT_EQ(a_coin().txns_outstanding, 1U);
  ASSERT_TRUE(world.a().ledger->reorganise(kFinalityDepth + 1, simulated::ReorganisedTxns::returned).ok());
  world.a().produce(1);
  ASSERT_FALSE(world.engine().follow_ledger(0).ok());
  ASSERT_TRUE(a_coin().frozen);
  world.run_actors(kOther);
  world.settle();
  EXPECT_EQ(world.signed_when_frozen(), 0U);
}

}  // namespace
}  // namespace clearspan::actors
