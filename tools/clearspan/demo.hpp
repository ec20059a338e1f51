// `clearspan demo`: the main job, shown. Thousands of trades between two ledgers, a tenth of them failing on purpose in
// every way that the script knows; then the books of both ledgers, read from the ledgers and not from the engine, must
// show that value was conserved, nobody was paid twice and no payer was left short.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace clearspan::tools {

struct DemoOptions {
  std::uint32_t trades = 0;  // 0: 10,000 on simulated ledgers, 500 on EVM nodes
  std::uint64_t seed = 1;
  bool json = false;     // one JSON object at the end, no progress
  std::string data_dir;  // empty: a temporary folder that is removed at the end
  bool evm = false;
  std::string endpoint_a;  // both empty: two local nodes are started
  std::string endpoint_b;
  std::string key_file;  // the key of an account with funds on both nodes
  std::string contracts_dir = "build/contracts";
};

// Exit status: 0 when every promise held, 1 when one did not, 2 when the demo could not be run.
int run_demo(const DemoOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
