// `clearspan bench engine` and `bench blocks` in small: what they say of latency fits together.
#include <gtest/gtest.h>

#include <sstream>

#include "tools/clearspan/bench/blocks.hpp"
#include "tools/clearspan/bench/engine.hpp"
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
