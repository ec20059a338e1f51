// `clearspan bench http`: how many trades a second the engine takes in over HTTP. A gateway as `clearspan serve` runs
// it, on loopback, with the gate, the bearer key and an Idempotency-Key on every request; behind it the whole engine on
// two simulated ledgers. A trade counts when its 201 has arrived, so its record is durable. The trades' holds are
// placed by their payers, who do not come while it is measured: what is measured is the intake.
//
//   one   a trade per request     many   an array of trades per request
//
// Before a figure is printed the evidence logs are read back, every hash of them, and hold exactly the trades that were
// asked for, each once; repeats get the same bytes, and bad requests their own errors.
//
//   exit 0  everything was as it must be
//   exit 1  something was not
//   exit 2  the call is wrong
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace clearspan::tools {

struct HttpBenchOptions {
  std::string load = "both";             // one, many or both
  std::uint32_t trades = 100'000;        // one per request
  std::uint32_t array_trades = 500'000;  // in arrays
  std::uint32_t array_size = 1000;
  std::uint32_t connections = 32;  // arrays: 8 at most
  std::uint32_t pipeline = 32;     // of one connection; arrays: 2
  std::uint16_t shards = 0;        // 0: one per core
  std::string data_dir;            // of the logs, which stay; else a temporary folder
  bool json = false;               // the line of JSON alone
};

int run_bench_http(const HttpBenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
