#include "core/scenario/timing.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/core/scenario/world.hpp"

namespace clearspan {
namespace {

constexpr Millis kOldest = Millis::min();
constexpr Millis kLatest = Millis::max();

TEST(Timing, rounds_seconds_up) {
  const LedgerNow ledger = seconds_ledger("a");
  EXPECT_EQ(ledger_time_at(ledger, Timestamp(Millis(7000))).value, 7U);
  EXPECT_EQ(ledger_time_at(ledger, Timestamp(Millis(7001))).value, 8U);
}

TEST(Timing, rounds_heights_up) {
  LedgerNow ledger = height_ledger("b");
  ledger.traits.block_interval = Millis(12'000);
  EXPECT_EQ(ledger_time_at(ledger, ledger.seen + Millis(12'000)).value, 5001U);
  EXPECT_EQ(ledger_time_at(ledger, ledger.seen + Millis(12'001)).value, 5002U);
}

TEST(Timing, gives_the_height_as_seen_for_moments_before) {
  const LedgerNow ledger = height_ledger("b");
  EXPECT_EQ(ledger_time_at(ledger, Timestamp(kOldest)).value, 5000U);
}

TEST(Timing, survives_the_ends_of_every_range_without_reaching_never) {
  LedgerNow ledger = height_ledger("b");
  ledger.traits.block_interval = Millis(0);
  ledger.seen = Timestamp(kOldest);
  ledger.time = kNever;
  EXPECT_LT(ledger_time_at(ledger, Timestamp(kLatest)), kNever);
  ledger.time = {kNever.value - 5};
  EXPECT_LT(ledger_time_at(ledger, Timestamp(kLatest)), kNever);
  EXPECT_LT(ledger_time_at(seconds_ledger("a"), Timestamp(kLatest)), kNever);
  EXPECT_EQ(ledger_time_at(seconds_ledger("a"), Timestamp(kOldest)).value, 0U);
}

TEST(Timing, stops_at_the_ends_instead_of_wrapping) {
  EXPECT_EQ(later(Timestamp(kLatest), Millis(1)), Timestamp(kLatest));
  EXPECT_EQ(later(Timestamp(kOldest), Millis(-1)), Timestamp(kOldest));
  EXPECT_EQ(between(Timestamp(kOldest), Timestamp(kLatest)), kLatest);
  EXPECT_EQ(between(Timestamp(kLatest), Timestamp(kOldest)), kOldest);
  EXPECT_EQ(between(at_second(3), at_second(5)), Millis(2000));
}

TEST(TradeIds, sort_by_creation_and_carry_their_time_and_randomness) {
  const std::array<std::uint8_t, kTradeIdRandomBytes> high = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  const std::array<std::uint8_t, kTradeIdRandomBytes> low = {};
  const TradeId earlier = make_trade_id(at_second(1'700'000'000), high);
  const TradeId later_id = make_trade_id(at_second(1'700'000'000) + Millis(1), low);
  EXPECT_LT(earlier, later_id);
  EXPECT_EQ(created_at(earlier), at_second(1'700'000'000));
  EXPECT_EQ(to_string(earlier), "018bcfe56800ffffffffffffffffffff");
  EXPECT_NE(make_trade_id(at_second(1), high), make_trade_id(at_second(1), low));
}

// Whatever the ledgers, the policy and the request: a plan that is made keeps its promise.
RC_GTEST_PROP(TimingProperty, a_plan_never_lets_a_payer_reclaim_before_the_release_can_be_final, ()) {
  PaymentWorld world;
  const auto span = [](std::int64_t max) { return Millis(*rc::gen::inRange<std::int64_t>(0, max)); };
  world.policy = {span(200'000), span(200'000), span(100'000), span(100'000)};
  for (LedgerNow* ledger : {&world.source, &world.destination}) {
    ledger->traits.clock = *rc::gen::element(ClockKind::height, ClockKind::unix_seconds);
    ledger->traits.block_interval = span(15'000) + Millis(1);
    ledger->traits.finality_max = span(60'000);
    ledger->time = {1'000'000};
  }
  world.source.traits.has_reclaim = true;
  if (*rc::gen::arbitrary<bool>()) world.request.deadline = world.identity.now + span(400'000);
  if (*rc::gen::arbitrary<bool>()) world.request.reclaim_after = world.identity.now + span(900'000);
  const auto plan = world.compile();
  RC_CLASSIFY(plan.ok());
  if (!plan.ok()) {
    const bool expected =
        plan.error().code == ErrorCode::margin_not_promisable || plan.error().code == ErrorCode::deadline_expired;
    RC_ASSERT(expected);
    return;
  }
  const Timestamp deadline = plan->prepare_until + world.policy.pivot_window;
  const auto lasts = [](const LedgerNow& ledger) { return ledger.traits.finality_max + ledger.traits.block_interval; };
  const Timestamp safe = deadline + lasts(world.destination) + lasts(world.source) + world.policy.margin;
  RC_ASSERT(plan->legs[0].reclaim_after >= ledger_time_at(world.source, safe));
  RC_ASSERT(plan->legs[0].not_after <= plan->legs[0].reclaim_after);
  RC_ASSERT(plan->prepare_until - world.identity.now >= lasts(world.source));
}

}  // namespace
}  // namespace clearspan
