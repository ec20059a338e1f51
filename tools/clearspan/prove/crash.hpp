// `clearspan prove crash`: a real engine between two real ledgers, each a devnet or an EVM node, killed with SIGKILL
// thousands of times under load, at random moments or at every point of core/base/kill_points.def, and nothing may be
// lost, paid twice or forgotten.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace clearspan::tools {

struct CrashOptions {
  std::uint64_t random = 0;            // kills at random moments
  std::string points;                  // "all", or names with commas between them
  std::uint64_t times = 20;            // kills at each of the points
  std::uint64_t seed = 1;              // decides everything but the machine's own pace
  std::uint32_t jobs = 1;              // worlds at once
  std::uint64_t kills_per_world = 60;  // then it is audited, and another is made
  bool evm = false;                    // anvil nodes instead of devnets
  std::string contracts_dir = "build/contracts";
  std::string folder;  // kept; empty: a temporary one that is kept only when something was wrong
};

// Prints progress to `err`; one line of JSON and a verdict to `out`. Exit status 1 when anything was wrong, or a point
// was not reached.
int run_prove_crash(const CrashOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
