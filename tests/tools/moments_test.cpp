// How the time that the engine adds is told from the time that a trade waits for the ledgers.
#include "tools/clearspan/bench/moments.hpp"

#include <gtest/gtest.h>

#include "core/scenario/trade_id.hpp"

namespace clearspan::tools {
namespace {

using Micros = Latencies::Micros;

// So long after the run began.
Moment at(int ms) {
  return Moment(std::chrono::hours(1)) + std::chrono::milliseconds(ms);
}

Micros ms(int count) {
  return std::chrono::milliseconds(count);
}

// Of the trade with that number, as orders.cpp numbers them.
OperationRef ref_of(std::uint8_t number) {
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  randomness.back() = number;
  return make_operation_ref(make_trade_id(Timestamp{}, randomness), 0, EngineTag{});
}

// One trade, whose hold and release are in blocks 1 and 2 of the source and whose payment is in block 1 of the
// destination, where one more block makes it final.
class MomentsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    moments_.note_due(0, at(10));
    moments_.note_taken(0, at(11));
    send(0, MovementKind::hold, at(13));
    include(1, 0, MovementKind::hold);
    send(0, MovementKind::payment, at(45));
    include(1, 0, MovementKind::payment);
    send(0, MovementKind::release, at(106));
    include(2, 0, MovementKind::release);
  }

  void send(std::uint8_t trade, MovementKind kind, Moment now) {
    const MovementKey key{ref_of(trade), kind};
    moments_.note_sent({&key, 1}, now);
  }

  void include(std::uint64_t height, std::uint8_t trade, MovementKind kind) {
    VerifiedBlock block;
    block.height = Height{height};
    block.outcomes.emplace_back().ref = ref_of(trade);
    block.outcomes.back().kind = kind;
    moments_.note_included(block, at(0));
  }

  Result<EngineShare> share() { return moments_.engine_share(source_, destination_, speeds_); }

  Moments moments_{1};
  CoreSpeeds speeds_;
  BlockMoments source_{{at(0), at(40), at(200)}, {at(0), at(42), at(201)}, {}, 0};
  BlockMoments destination_{{at(0), at(60), at(100)}, {at(0), at(61), at(103)}, {}, 1};
};

TEST_F(MomentsTest, give_the_engine_all_but_what_lies_between_sent_and_shown) {
  moments_.note_settled(0, at(207));
  const auto found = share();
  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(found->stages[0].max(), ms(3));
  EXPECT_EQ(found->stages[1].max(), ms(5));
  EXPECT_EQ(found->stages[2].max(), ms(6));
  EXPECT_EQ(found->stages[3].max(), ms(7));
  EXPECT_EQ(found->until_taken.max(), ms(1));
  EXPECT_EQ(found->until_bytes_read[0].max(), ms(2));
  EXPECT_EQ(found->until_bytes_read[1].max(), ms(3));
  EXPECT_EQ(found->until_bytes_read[2].max(), ms(1));
  EXPECT_EQ(found->whole.max(), ms(3 + 5 + 6 + 7));
  EXPECT_EQ(found->ledgers.max(), ms(27 + 55 + 94));
  EXPECT_EQ(found->whole.max() + found->ledgers.max(), ms(207 - 10));
}

// A core that took 40 us at one moment, and 10 at all others.
class AtFullSpeed : public MomentsTest {
 protected:
  void slow_down(int moment_ms) {
    std::vector<CoreSpeeds::Sample> samples;
    for (int ms = -100; ms < 300; ms += 100) samples.push_back({at(ms), std::chrono::microseconds(10)});
    samples.push_back({at(moment_ms), std::chrono::microseconds(40)});
    speeds_ = CoreSpeeds(std::move(samples));
    moments_.note_settled(0, at(207));
  }
};

TEST_F(AtFullSpeed, is_a_trade_while_the_cores_had_it) {
  slow_down(208);
  const auto found = share();
  EXPECT_EQ(found->at_full_speed.max(), found->whole.max());
  EXPECT_EQ(found->at_full_speed_share(), 1);
}

TEST_F(AtFullSpeed, is_no_trade_that_met_a_slow_core) {
  slow_down(206);
  EXPECT_EQ(share()->at_full_speed_share(), 0);
}

TEST_F(AtFullSpeed, is_no_trade_that_came_soon_after_a_slow_core) {
  slow_down(-20);
  EXPECT_EQ(share()->at_full_speed_share(), 0);
}

TEST_F(AtFullSpeed, is_no_trade_of_which_nothing_is_known) {
  moments_.note_settled(0, at(207));
  EXPECT_EQ(share()->at_full_speed_share(), 0);
}

TEST_F(MomentsTest, are_refused_for_a_trade_that_did_not_settle) {
  const auto found = share();
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::check_failed);
}

TEST_F(MomentsTest, are_refused_when_a_block_shows_what_was_not_sent_yet) {
  moments_.note_settled(0, at(207));
  source_.published[1] = at(12);
  EXPECT_FALSE(share().ok());
}

TEST_F(MomentsTest, are_refused_for_a_movement_that_was_handed_over_twice) {
  moments_.note_settled(0, at(207));
  send(0, MovementKind::release, at(107));
  EXPECT_FALSE(share().ok());
}

TEST_F(MomentsTest, are_not_those_of_other_trades_or_movements) {
  for (int times = 0; times < 2; ++times) send(1, MovementKind::hold, at(90));
  for (int times = 0; times < 2; ++times) send(0, MovementKind::refund, at(90));
  include(2, 1, MovementKind::hold);
  moments_.note_settled(0, at(207));
  EXPECT_TRUE(share().ok());
}

// Whoever published a block may be slower to say so than the engine is to read it.
TEST_F(MomentsTest, count_from_the_bytes_of_a_block_that_came_before_the_news_of_it) {
  moments_.note_settled(0, at(207));
  source_.published[2] = at(205);
  EXPECT_EQ(share()->stages[3].max(), ms(207 - 201));
}

}  // namespace
}  // namespace clearspan::tools
