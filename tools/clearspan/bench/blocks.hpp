// From a block's bytes to the trades that it moves on. Many trades are live and wait for their payers' holds; blocks
// come at a given pace, each with the holds of so many of them, spread over all that are live, one txn each. What is
// measured is the time from the moment at which the engine has a block's bytes until the next phase of a trade is
// durable and reported, and until that is so for the last trade of the block.
//
// Included: parsing the block and recomputing all its hashes, the trade machine, the records and the proofs that go
// with them, durable on the disk of the data folder. Not included: what the trades then ask for. They pay, release and
// settle between two blocks, so a block finds an engine that has time for it; blocks that came later than their pace
// for that are counted.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "core/base/result.hpp"
#include "tools/clearspan/bench/latency.hpp"

namespace clearspan::tools {

struct BlocksBenchOptions {
  std::uint32_t trades = 1'000'000;  // live before the first block
  std::uint32_t blocks = 300;
  std::uint32_t block = 200;     // txns of one block
  std::uint32_t paced_ms = 100;  // from block to block
  std::uint16_t shards = 0;      // 0: one per core
  std::string data_dir;          // empty: a temporary folder that is removed at the end
  bool json = false;             // no table
};

struct BlocksBenchReport {
  Latencies blocks;        // from the bytes until the last trade of the block
  Latencies trades;        // the same for each trade
  Latencies from_shown;    // as `blocks`, from the publication of the block
  Latencies verifying;     // in it: until all hashes are recomputed
  double block_bytes = 0;  // of one block, on average
  std::uint32_t late = 0;  // blocks that came behind their pace
  double cpu_us = 0;       // of the engine's threads, for one trade from its hold to its end
};

// Errors: those of the engine; invalid_value when there are fewer trades than the blocks move on; check_failed when a
// block held something else, a trade did not settle or the ledgers' books do not fit.
Result<BlocksBenchReport> bench_blocks(const BlocksBenchOptions& options);

// Exit status as in bench.hpp.
int run_bench_blocks(const BlocksBenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
