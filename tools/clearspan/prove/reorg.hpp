// `clearspan prove reorg`: at every depth, a ledger replaces its newest blocks under live trades. Up to the policy's
// finality depth everything must end well all the same; beyond it the ledger contradicts what was final, and must be
// frozen by the next block, on record, with nothing signed for it any more.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace clearspan::tools {

struct ReorgOptions {
  std::string depth = "1:1000";  // one depth, or the first and the last
  std::uint64_t finality = 0;    // the policy's; 0: half of the deepest
  std::uint64_t seed = 1;
  std::uint32_t jobs = 1;
};

// Prints progress to `err`; one line of JSON and a verdict to `out`.
int run_prove_reorg(const ReorgOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
