// `clearspan prove sim`: the deterministic simulation (tools/simulation), seed by seed.
#pragma once

#include <iosfwd>

#include "tools/simulation/campaign.hpp"

namespace clearspan::tools {

struct SimOptions {
  sim::CampaignOptions campaign;
  bool partial = false;  // too few seeds to come across every state: those never reached are no failure
};

// Returns the exit status.
int run_prove_sim(const SimOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
