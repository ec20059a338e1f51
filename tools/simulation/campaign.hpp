// Many simulated lives: a range of seeds, divided over child processes, and what came of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/simulation/world.hpp"

namespace clearspan::sim {

struct CampaignOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 100;
  std::uint64_t events = kEventsPerSeed;  // of each seed, with faults
  unsigned jobs = 1;
};

struct CampaignResult {
  std::uint64_t first_seed = 0;
  std::uint64_t seeds = 0;
  std::uint64_t events = 0;
  std::uint64_t trades = 0;
  std::uint64_t trace_hash = 0;  // over the seeds in their order, whatever the number of jobs
  SometimesCounts sometimes{};
  std::vector<std::string> violations;
  double seconds = 0;

  [[nodiscard]] std::vector<std::string_view> never_reached() const;
};

// `on_seed` is called with what is known so far after each seed. Errors: storage_failed when no process can be started.
Result<CampaignResult> run_campaign(const CampaignOptions& options,
                                    const std::function<void(const CampaignResult&)>& on_seed);

// One line of JSON.
std::string to_json(const CampaignResult& result);

}  // namespace clearspan::sim
