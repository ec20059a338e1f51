#include "tools/clearspan/prove/sim.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <ostream>

#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

constexpr std::chrono::seconds kProgressInterval{10};

}  // namespace

int run_prove_sim(const SimOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::off);  // the engines' warnings are what the campaign is about
  auto said_at = std::chrono::steady_clock::now();
  const auto on_seed = [&](const sim::CampaignResult& so_far) {
    const auto now = std::chrono::steady_clock::now();
    if (now - said_at < kProgressInterval) return;
    said_at = now;
    err << fmt::format("{} of {} seeds, {} events, {} violations\n", so_far.seeds, options.campaign.seeds,
                       so_far.events, so_far.violations.size());
  };
  const Result<sim::CampaignResult> result = sim::run_campaign(options.campaign, on_seed);
  if (!result) {
    err << "clearspan prove sim: " << describe(result.error()) << '\n';
    return kExitUsage;
  }
  for (const std::string& text : result->violations) err << text << '\n';
  const std::vector<std::string_view> never = result->never_reached();
  for (const std::string_view name : never) err << "never reached: " << name << '\n';
  out << sim::to_json(*result) << '\n';
  const bool ok = result->violations.empty() && (options.partial || never.empty());
  out << fmt::format("verdict: {} (seeds {} to {}, {} events, {} violations, {} states never reached)\n",
                     ok ? "passed" : "FAILED", options.campaign.first_seed,
                     options.campaign.first_seed + options.campaign.seeds - 1, result->events,
                     result->violations.size(), never.size());
  return ok ? kExitOk : kExitNegative;
}

}  // namespace clearspan::tools
