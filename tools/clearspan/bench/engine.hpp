// The whole engine between two simulated ledgers in this process. What the figures include: compiling each plan, the
// trade machine, signing batches, every record durable on the disk of the data folder, the ledgers' own work (checking
// signatures, applying movements, rendering blocks), parsing those blocks and recomputing their hashes, and the trade
// index. What they do not include: HTTP, and a network between the engine and the ledgers.
//
// At a given rate the latency is also told apart: what a trade waited for the ledgers, and what the engine added, from
// the order's being due and from each block's publication on (moments.hpp). A ledger's pace decides how many trades a
// block moves on at once; the last of them waits for the work of all, and that is in the figure.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "actors/write_times.hpp"
#include "core/base/result.hpp"
#include "tools/clearspan/bench/latency.hpp"
#include "tools/clearspan/bench/moments.hpp"
#include "tools/clearspan/bench/usage.hpp"

namespace clearspan::tools {

struct EngineBenchOptions {
  std::uint32_t trades = 100'000;
  double rate = 0;                     // trades per second; 0: as fast as they settle
  std::uint32_t in_flight = 40'000;    // with rate 0: submitted and not settled
  std::uint32_t batch = 256;           // trades per call of create(), at most
  std::uint16_t shards = 0;            // 0: one per core
  std::uint32_t block_interval = 100;  // ms
  std::uint32_t live = 0;              // trades beside them that wait all the while
  std::string data_dir;                // empty: a temporary folder that is removed at the end
  bool json = false;                   // no table
};

struct EngineBenchReport {
  std::uint32_t trades = 0;
  double seconds = 0;  // from the first submission to the last trade settled
  double settlements_per_second = 0;
  Latencies latency;                 // from the moment at which a trade was due to its being settled, durably
  std::optional<EngineShare> share;  // of the latency, at a given rate
  CpuUse cpu;                        // per settlement
  double cpu_us_of_noting = 0;       // of them, for the moments of trades
  std::uint64_t records = 0;
  WriteTimes writes;                 // of groups of them
  std::uint64_t bytes_verified = 0;  // of block JSON
  double index_lag_seconds = 0;      // how long the index took after the last trade to have everything
};

// Errors: those of the engine; check_failed when not every trade settled, or the ledgers' books or the moments of the
// trades do not fit.
Result<EngineBenchReport> bench_engine(const EngineBenchOptions& options);

// Exit status as in bench.hpp.
int run_bench_engine(const EngineBenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
