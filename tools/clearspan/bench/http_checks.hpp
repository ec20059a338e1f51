// What must hold before `clearspan bench http` prints a figure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/chain/ids.hpp"
#include "tools/clearspan/bench/http_load.hpp"
#include "tools/clearspan/bench/http_orders.hpp"

namespace clearspan::tools {

struct HttpChecks {
  std::uint64_t in_logs = 0;   // trades in the logs, each as it was asked for
  std::uint64_t repeats = 0;   // answered with the same bytes
  std::uint64_t refusals = 0;  // bad requests, each with its own error
  std::vector<std::string> wrong;
};

// Every answer was 201; a sample of the requests gets the same bytes again; the same key with another body, another
// bearer key and an array with one bad trade are refused.
void check_answers(const HttpOrders& orders, const HttpLoadResult& load, std::uint16_t port, HttpChecks& checks);

// Reads all logs from their beginning: every trade that was asked for is there, once, and nothing else is. The engine
// has been stopped.
void check_logs(const HttpOrders& orders, const std::string& data_dir, const EngineTag& tag, std::uint16_t shards,
                HttpChecks& checks);

}  // namespace clearspan::tools
