// Trades go on while their facts are on the way to the disk; what leaves their shard waits.
#include <optional>

#include "tests/actors/supervisor/stepped_world.hpp"

namespace clearspan::actors {
namespace {

constexpr std::uint64_t kBeyondAllMeans = 10'000'000'000'000;
constexpr int kRounds = 2 * static_cast<int>(kFinalityDepth) + 4;  // enough for all that needs no disk

class AheadOfTheDisk : public SteppedEngineTest {
 protected:
  static void begin(SteppedWorld& world) {
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    world.settle();
  }

  // All that happens while no log writes.
  static void go_on_without_the_disk(SteppedWorld& world) {
    for (int round = 0; round < kRounds; ++round) {
      for (std::size_t ledger = 0; ledger < 2; ++ledger) {
        world.run_actors();
        world.engine().call_ledger(ledger);
        ASSERT_TRUE(world.engine().follow_ledger(ledger).ok());
      }
    }
    world.run_actors();
  }

  static void write_once(SteppedWorld& world) {
    for (std::uint16_t log = 0; log < world.engine().log_count(); ++log) world.engine().write_log(log);
    world.run_actors();
  }

  static std::uint64_t outstanding(SteppedWorld& world) {
    return world.engine().ledgers()[0].txns_outstanding + world.engine().ledgers()[1].txns_outstanding;
  }
};

// The trade's creation, what it asks for and the signature stand in one log in this order, whoever signs.
TEST_F(AheadOfTheDisk, all_shards_sign_what_is_caused_by_a_record_before_theirs) {
  SteppedWorld world(2);
  ASSERT_NO_FATAL_FAILURE(begin(world));
  world.exchange();
  ASSERT_NO_FATAL_FAILURE(go_on_without_the_disk(world));
  EXPECT_EQ(outstanding(world), 2U);
}

// What a full log has not taken yet has no place before what others put there.
TEST_F(AheadOfTheDisk, another_shard_signs_nothing_whose_cause_a_full_log_has_not_taken) {
  SteppedWorld world(2);
  ASSERT_NO_FATAL_FAILURE(begin(world));
  const Plan pattern = world.exchange();
  ASSERT_TRUE(world.until_ended());
  world.settle();
  world.fill_the_log(pattern);
  world.exchange();
  world.run_actors(0);
  ASSERT_NO_FATAL_FAILURE(go_on_without_the_disk(world));
  EXPECT_EQ(outstanding(world), 1U);
  world.settle();
  EXPECT_EQ(outstanding(world), 2U);
}

// Where each shard has a log, a signature by another one stands in another log, and could be there after a crash
// without the trade.
TEST_F(AheadOfTheDisk, a_shard_with_another_log_signs_only_what_is_caused_by_a_durable_record) {
  SteppedWorld world(2, 1, SteppedWorld::Logs::one_for_each_shard);
  ASSERT_NO_FATAL_FAILURE(begin(world));
  world.exchange();
  ASSERT_NO_FATAL_FAILURE(go_on_without_the_disk(world));
  EXPECT_EQ(outstanding(world), 1U);
  write_once(world);
  ASSERT_NO_FATAL_FAILURE(go_on_without_the_disk(world));
  EXPECT_EQ(outstanding(world), 2U);
}

// The refusal of its holds and the decision take one write, not one after the other.
TEST_F(AheadOfTheDisk, nobody_is_told_of_an_end_that_is_not_durable) {
  SteppedWorld world(1);
  ASSERT_NO_FATAL_FAILURE(begin(world));
  const Plan plan = world.exchange(Placement::engine, kBeyondAllMeans);
  world.settle();
  ASSERT_NO_FATAL_FAILURE(go_on_without_the_disk(world));
  std::optional<Status> answer;
  world.engine().cancel(plan.id, [&](const Status& status) { answer = status; });
  world.run_actors();
  EXPECT_EQ(world.engine().stats().rejected, 0U);
  EXPECT_EQ(world.engine().stats().live, 1U);
  EXPECT_FALSE(answer.has_value());

  write_once(world);
  EXPECT_EQ(world.engine().stats().rejected, 1U);
  EXPECT_EQ(world.engine().stats().live, 0U);
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->ok());
  EXPECT_EQ(answer->error().code, ErrorCode::unknown_trade);
}

TEST_F(AheadOfTheDisk, nobody_is_told_of_a_decision_that_is_not_durable) {
  SteppedWorld world(1);
  ASSERT_NO_FATAL_FAILURE(begin(world));
  const Plan plan = world.exchange();
  ASSERT_TRUE(world.until([&] {
    return SteppedWorld::effects(world.a(), plan, 0).holds == 1 && SteppedWorld::effects(world.b(), plan, 1).holds == 1;
  }));
  world.settle();
  world.a().produce(kFinalityDepth);
  world.b().produce(kFinalityDepth);
  ASSERT_NO_FATAL_FAILURE(go_on_without_the_disk(world));
  std::optional<Status> answer;
  world.engine().cancel(plan.id, [&](const Status& status) { answer = status; });
  world.run_actors();
  EXPECT_FALSE(answer.has_value());

  write_once(world);
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->ok());
  EXPECT_EQ(answer->error().code, ErrorCode::already_decided);
}

}  // namespace
}  // namespace clearspan::actors
