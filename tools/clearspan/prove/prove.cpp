#include "tools/clearspan/prove.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "tools/clearspan/prove/crash.hpp"
#include "tools/clearspan/prove/reorg.hpp"
#include "tools/clearspan/prove/sim.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint32_t kJobsMax = 64;

void add_prove_crash(CLI::App& prove, std::function<int()>& run) {
  CLI::App* command = prove.add_subcommand("crash", "Kill the engine again and again under load, and audit");
  const auto options = std::make_shared<CrashOptions>();
  CLI::Option* random = command->add_option("--random", options->random, "Kills at random moments")->option_text("N");
  CLI::Option* points = command->add_option("--points", options->points, "Kills at points: all, or names with commas")
                            ->option_text("NAMES");
  command->add_option("--times", options->times, "Kills at each of the points")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", options->seed, "Decides what is asked for and when kills come")->capture_default_str();
  command->add_option("--jobs", options->jobs, "Worlds at once")
      ->capture_default_str()
      ->check(CLI::Range(1U, kJobsMax));
  command->add_option("--kills-per-world", options->kills_per_world, "Kills until a world is audited")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_flag("--evm", options->evm, "Between real EVM nodes (anvil, from npm) instead of devnets");
  command->add_option("--contracts", options->contracts_dir, "Where the compiled contracts are")->capture_default_str();
  command->add_option("--folder", options->folder, "Where all files stay; else a temporary folder");
  command->callback([=, &run] {
    if (random->count() == 0 && points->count() == 0) throw CLI::RequiredError("--random or --points");
    run = [options] { return run_prove_crash(*options, std::cout, std::cerr); };
  });
}

void add_prove_reorg(CLI::App& prove, std::function<int()>& run) {
  CLI::App* command =
      prove.add_subcommand("reorg", "Take a ledger's newest blocks away under live trades, at any depth");
  const auto options = std::make_shared<ReorgOptions>();
  command->add_option("--depth", options->depth, "One depth, or FIRST:LAST, 1 to 1000")->capture_default_str();
  command->add_option("--finality", options->finality, "Blocks until a block is final; 0: half of the deepest")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Decides what is lost, and when")->capture_default_str();
  command->add_option("--jobs", options->jobs, "Worlds at once")
      ->capture_default_str()
      ->check(CLI::Range(1U, kJobsMax));
  command->callback([=, &run] { run = [options] { return run_prove_reorg(*options, std::cout, std::cerr); }; });
}

void add_prove_sim(CLI::App& prove, std::function<int()>& run) {
  CLI::App* command = prove.add_subcommand("sim", "Run the engine in a simulation with faults, the same for each seed");
  const auto options = std::make_shared<SimOptions>();
  sim::CampaignOptions& campaign = options->campaign;
  command->add_option("--seeds", campaign.seeds, "How many")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--seed", campaign.first_seed, "The first one")->capture_default_str();
  command->add_option("--events", campaign.events, "Of each seed, with faults")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--jobs", campaign.jobs, "Processes")->capture_default_str()->check(CLI::Range(1U, kJobsMax));
  command->add_flag("--partial", options->partial, "States that were never reached are no failure");
  command->callback([=, &run] { run = [options] { return run_prove_sim(*options, std::cout, std::cerr); }; });
}

}  // namespace

void add_prove(CLI::App& app, std::function<int()>& run) {
  CLI::App* prove =
      app.add_subcommand("prove", "Try to make the engine lose or duplicate value, and show that it cannot");
  prove->require_subcommand(1);
  add_prove_sim(*prove, run);
  add_prove_crash(*prove, run);
  add_prove_reorg(*prove, run);
}

}  // namespace clearspan::tools
