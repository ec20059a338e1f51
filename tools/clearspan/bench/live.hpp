// Many live trades at once: what each costs in memory, what one event that touches many of them takes, and how soon an
// engine serves again that finds them all in its logs. The trades wait for holds that their payers never place.
//
// Memory is the growth of the process's resident set: actors, timers, logs' buffers and the trade index included. It is
// not told where memory was reserved before, which makes the rest what it is on a server that is prepared for it. The
// storm is a deadline that many trades share: from that moment until the last of their changes is durable. The start is
// everything from opening the logs until the engine takes trades.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "core/base/result.hpp"

namespace clearspan::tools {

struct LiveBenchOptions {
  std::uint32_t trades = 1'000'000;
  std::uint32_t storm = 100'000;  // of them, share the deadline
  std::uint16_t shards = 0;       // 0: one per core
  std::string data_dir;           // empty: a temporary folder that is removed at the end
  bool json = false;              // no table
};

struct LiveBenchReport {
  double creates_per_second = 0;  // durable
  std::optional<double> bytes_per_trade;
  double storm_ms = 0;
  double still_serving_ms = 0;  // until one more trade is durable, with all of them live
  double start_seconds = 0;
};

// Errors: those of the engine; check_failed when a trade did what it should not.
Result<LiveBenchReport> bench_live(const LiveBenchOptions& options);

// Exit status as in bench.hpp.
int run_bench_live(const LiveBenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
