// Trades whose evidence is exported and checked as a stranger would, with nothing but the public keys of the logs.
#pragma once

#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::tools {

struct EvidenceSample {
  std::size_t bundles = 0;
  std::size_t largest_bytes = 0;
  double slowest_ms = 0;             // to verify one
  std::vector<std::string> refused;  // what was not proven, in words
};

// Takes some of the trades, evenly. Each bundle is left in `folder` as <trade>.evidence, beside the keys (`trust`).
// Errors: storage_failed, not_ready when the index is behind.
Result<EvidenceSample> sample_evidence(Engine& engine, const std::vector<Plan>& plans, const std::string& folder);

}  // namespace clearspan::tools
