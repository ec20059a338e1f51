// Durable transitions per second of many live trades, without any ledger's work: the payers' holds of one trade after
// the other become final, and each trade then decides, pays, releases and settles. Every change of phase counts as one
// transition once the record that caused it is durable on the disk of the data folder: three for each trade. The
// records behind them are counted too: facts, signed txns, and the places in the ledgers.
//
// Included: the trade machine, actors, signing orders, evidence records with their chain and tree, the trade index. Not
// included: keys and signatures, blocks and their hashes (ledgers hand over blocks that are verified already).
//
// Latency is from the moment at which the ledger shows a payer's hold until the trade's next phase is durable.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "core/base/result.hpp"
#include "tools/clearspan/bench/latency.hpp"
#include "tools/clearspan/bench/usage.hpp"

namespace clearspan::tools {

struct TransitionsBenchOptions {
  std::uint32_t trades = 1'000'000;  // live before the first transition
  std::uint32_t block = 1'024;       // holds in one block
  std::uint32_t in_flight = 8'192;   // trades whose hold was shown and that are not settled, at most
  std::uint16_t shards = 0;          // 0: one per core
  std::string data_dir;              // empty: a temporary folder that is removed at the end
  bool json = false;                 // no table
};

struct TransitionsBenchReport {
  double transitions_per_second = 0;
  double records_per_second = 0;
  double seconds = 0;
  CpuUse cpu;  // per trade
  Latencies latency;
};

// Errors: those of the engine; timed_out when trades stop moving.
Result<TransitionsBenchReport> bench_transitions(const TransitionsBenchOptions& options);

// Exit status as in bench.hpp.
int run_bench_transitions(const TransitionsBenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
