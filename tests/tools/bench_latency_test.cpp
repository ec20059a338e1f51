// `clearspan bench engine` and `bench blocks` in small: what they say of latency fits together, and what they say when
// they cannot.
#include <gtest/gtest.h>

#include <sstream>

#include "tools/clearspan/bench/blocks.hpp"
#include "tools/clearspan/bench/engine.hpp"
#include "tools/clearspan/bench/failure.hpp"
#include "tools/clearspan/bench/load.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

TEST(BenchEngine, tells_the_engines_time_from_the_ledgers) {
  EngineBenchOptions options;
  options.trades = 400;
  options.rate = 2'000;
  options.block_interval = 20;
  options.live = 100;
  const auto report = bench_engine(options);
  ASSERT_TRUE(report.ok()) << describe(report.error());
  ASSERT_TRUE(report->share.has_value());
  const EngineShare& share = *report->share;
  EXPECT_GT(share.whole.quantile(0), Latencies::Micros{0});
  EXPECT_GT(share.ledgers.quantile(0), std::chrono::milliseconds(20)) << "the payment's own block and two behind it";
  EXPECT_LT(share.whole.max(), report->latency.max());
  constexpr Latencies::Micros kRoundedOff{7};  // less than one in each of a trade's parts
  EXPECT_GE(share.whole.max() + share.ledgers.max() + kRoundedOff, report->latency.max());
  EXPECT_LE(share.at_full_speed.count(), share.whole.count());
  EXPECT_TRUE(report->cpu.core_speeds.average());
}

TEST(BenchEngine, tells_nothing_apart_at_its_peak) {
  EngineBenchOptions options;
  options.trades = 100;
  options.block_interval = 20;
  const auto report = bench_engine(options);
  ASSERT_TRUE(report.ok()) << describe(report.error());
  EXPECT_FALSE(report->share.has_value());
}

TEST(BenchBlocks, moves_on_the_trades_of_every_block) {
  BlocksBenchOptions options;
  options.trades = 500;
  options.blocks = 4;
  options.block = 50;
  options.paced_ms = 20;
  const auto report = bench_blocks(options);
  ASSERT_TRUE(report.ok()) << describe(report.error());
  EXPECT_GT(report->block_bytes, 50 * 300.0);
  EXPECT_EQ(report->blocks.max(), report->trades.max());
  EXPECT_GE(report->from_shown.max(), report->blocks.max());
  EXPECT_GT(report->verifying.quantile(0), Latencies::Micros{0});
  EXPECT_LT(report->verifying.max(), report->blocks.max());
}

TEST(BenchLoad, says_how_many_trades_did_not_settle_and_what_time_they_had) {
  const auto world = SimulatedWorld::make(1, 1, Millis{20});
  ASSERT_TRUE(world.ok());
  Moments moments(1);
  Load load({.trades = 1}, **world, moments);
  load.on_phase_change({TradeId{}, Phase::refunded, Timestamp{}});
  const Status checked = load.check();
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(describe(checked.error()),
            "check_failed: of 1 trades 0 were refused and 1 ended without being settled; each has 12000 ms to be held "
            "and 12000 ms more to be paid");
}

TEST(BenchFailure, says_whether_it_was_done_wrongly_or_not_at_all) {
  std::ostringstream err;
  EXPECT_EQ(say_why_not("engine", make_error(ErrorCode::check_failed, "2 of 3 trades"), err), kExitNegative);
  EXPECT_EQ(err.str(), "clearspan bench engine: check_failed: 2 of 3 trades\n");
  EXPECT_EQ(say_why_not("live", make_error(ErrorCode::timed_out), err), kExitNegative);
  EXPECT_EQ(say_why_not("live", make_error(ErrorCode::storage_failed), err), kExitUsage);
}

TEST(BenchBlocks, refuses_more_holds_than_trades) {
  BlocksBenchOptions options;
  options.trades = 99;
  options.blocks = 2;
  options.block = 50;
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run_bench_blocks(options, out, err), kExitUsage);
  EXPECT_TRUE(out.str().empty());
}

}  // namespace
}  // namespace clearspan::tools
