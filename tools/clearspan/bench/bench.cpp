#include "tools/clearspan/bench.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "tools/clearspan/bench/blocks.hpp"
#include "tools/clearspan/bench/engine.hpp"
#include "tools/clearspan/bench/events.hpp"
#include "tools/clearspan/bench/http.hpp"
#include "tools/clearspan/bench/live.hpp"
#include "tools/clearspan/bench/scale.hpp"
#include "tools/clearspan/bench/transitions.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

// The option of a benchmark whose memory would grow while it measures: memory is taken before. Its value is there after
// parsing; none: what the trades need.
using Reserve = std::shared_ptr<std::optional<std::uint64_t>>;

Reserve add_reserve(CLI::App& command, std::optional<std::uint64_t> by_default = std::nullopt) {
  auto reserve = std::make_shared<std::optional<std::uint64_t>>(by_default);
  const std::string what = by_default ? "" : "; by default what its trades need";
  command.add_option("--reserve-mib", *reserve, "Memory taken from the system before the run" + what)
      ->check(CLI::Range(0U, 1U << 24));
  return reserve;
}

// What all benchmarks have that run one engine.
template <class Options>
Reserve add_run_options(CLI::App& command, Options& options,
                        std::optional<std::uint64_t> reserve_by_default = std::nullopt) {
  command.add_option("--shards", options.shards, "0: one per core")->capture_default_str();
  Reserve reserve = add_reserve(command, reserve_by_default);
  command.add_option("--data-dir", options.data_dir, "Where the engine keeps its logs; kept afterwards");
  command.add_flag("--json", options.json, "The line of JSON alone");
  return reserve;
}

// Exit status of `measure`, or of memory that is not there.
int run_reserved(const Reserve& reserve, std::uint64_t trades, const std::function<int()>& measure) {
  const Status status = reserve_for_run(*reserve, trades);
  if (status.ok()) return measure();
  std::cerr << "clearspan bench: " << describe(status.error()) << "\n";
  return kExitUsage;
}

void add_bench_engine(CLI::App& bench, std::function<int()>& run) {
  CLI::App* command = bench.add_subcommand("engine", "Settle payments between two simulated ledgers in this process");
  const auto options = std::make_shared<EngineBenchOptions>();
  command->add_option("--trades", options->trades, "How many")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--rate", options->rate, "Trades per second; 0: as fast as they settle")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--in-flight", options->in_flight, "Without a rate: submitted and not settled, at most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--batch", options->batch, "Trades submitted at once, at most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--block-interval-ms", options->block_interval, "Of both ledgers")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--live", options->live, "Trades beside them that wait all the while")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  const Reserve reserve = add_run_options(*command, *options);
  command->callback([options, reserve, &run] {
    run = [options, reserve] {
      return run_reserved(reserve, std::uint64_t{options->trades} + options->live,
                          [&] { return run_bench_engine(*options, std::cout, std::cerr); });
    };
  });
}

void add_bench_transitions(CLI::App& bench, std::function<int()>& run) {
  CLI::App* command = bench.add_subcommand("transitions", "Move many live trades on, without any ledger's work");
  const auto options = std::make_shared<TransitionsBenchOptions>();
  command->add_option("--trades", options->trades, "How many")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--block", options->block, "Holds in one block")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--in-flight", options->in_flight, "Trades on the move at once")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  const Reserve reserve = add_run_options(*command, *options);
  command->callback([options, reserve, &run] {
    run = [options, reserve] {
      return run_reserved(reserve, options->trades,
                          [&] { return run_bench_transitions(*options, std::cout, std::cerr); });
    };
  });
}

void add_bench_blocks(CLI::App& bench, std::function<int()>& run) {
  CLI::App* command =
      bench.add_subcommand("blocks", "From a block's bytes to its trades durable, among many live ones");
  const auto options = std::make_shared<BlocksBenchOptions>();
  command->add_option("--trades", options->trades, "How many are live")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--blocks", options->blocks, "How many")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--block", options->block, "Txns of one block, each the hold of one trade")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--paced-ms", options->paced_ms, "From block to block")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  const Reserve reserve = add_run_options(*command, *options);
  command->callback([options, reserve, &run] {
    if (std::uint64_t{options->blocks} * options->block > options->trades) {
      throw CLI::ValidationError("--trades", "must be at least --blocks times --block");
    }
    run = [options, reserve] {
      return run_reserved(reserve, options->trades, [&] { return run_bench_blocks(*options, std::cout, std::cerr); });
    };
  });
}

void add_bench_scale(CLI::App& bench, std::function<int()>& run) {
  CLI::App* command = bench.add_subcommand(
      "scale", "CPU per settlement at ten times the load and with a hundred times the live trades");
  const auto options = std::make_shared<ScaleBenchOptions>();
  command->add_option("--rate", options->rate, "Trades per second, the lower one")
      ->capture_default_str()
      ->check(CLI::Range(1U, 100'000U));
  command->add_option("--live", options->live, "Trades that wait all the while, the fewer")
      ->capture_default_str()
      ->check(CLI::Range(1U, 1'000'000U));
  command->add_option("--seconds", options->seconds, "Of each run")->capture_default_str()->check(CLI::Range(1U, 600U));
  command->add_option("--rounds", options->rounds, "Of all runs; the median counts")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--block-interval-ms", options->block_interval, "Of both ledgers")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "The line of JSON alone");
  command->callback([options, &run] { run = [options] { return run_bench_scale(*options, std::cout, std::cerr); }; });
}

void add_bench_live(CLI::App& bench, std::function<int()>& run) {
  CLI::App* command = bench.add_subcommand("live", "Hold many trades at once; a deadline that many share; a restart");
  const auto options = std::make_shared<LiveBenchOptions>();
  command->add_option("--trades", options->trades, "How many")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--storm", options->storm, "How many of them share the deadline")->capture_default_str();
  const Reserve reserve = add_run_options(*command, *options, 0);  // for its memory is measured
  command->callback([options, reserve, &run] {
    if (options->storm >= options->trades) throw CLI::ValidationError("--storm", "must be below --trades");
    run = [options, reserve] {
      return run_reserved(reserve, options->trades, [&] { return run_bench_live(*options, std::cout, std::cerr); });
    };
  });
}

void add_bench_events(CLI::App& bench, std::function<int()>& run) {
  CLI::App* command =
      bench.add_subcommand("events", "One event that touches many live trades: a block, a node, a deadline");
  const auto options = std::make_shared<EventsBenchOptions>();
  command->add_option("--trades", options->trades, "How many")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--touched", options->touched, "How many of them each event touches")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  const Reserve reserve = add_run_options(*command, *options);
  command->callback([options, reserve, &run] {
    if (options->touched > options->trades) throw CLI::ValidationError("--touched", "must not be above --trades");
    run = [options, reserve] {
      return run_reserved(reserve, options->created(),
                          [&] { return run_bench_events(*options, std::cout, std::cerr); });
    };
  });
}

void add_bench_http(CLI::App& bench, std::function<int()>& run) {
  CLI::App* command = bench.add_subcommand("http", "Take in trades over HTTP, one per request and in arrays");
  const auto options = std::make_shared<HttpBenchOptions>();
  command->add_option("--load", options->load, "one, many or both")
      ->capture_default_str()
      ->check(CLI::IsMember({"one", "many", "both"}));
  command->add_option("--trades", options->trades, "One per request")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--array-trades", options->array_trades, "In arrays")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--array-size", options->array_size, "Trades of one array")
      ->capture_default_str()
      ->check(CLI::Range(2U, 1000U));
  command->add_option("--connections", options->connections, "Kept open")
      ->capture_default_str()
      ->check(CLI::Range(1U, 512U));
  command->add_option("--pipeline", options->pipeline, "Requests of a connection that wait for answers")
      ->capture_default_str()
      ->check(CLI::Range(1U, 64U));
  const Reserve reserve = add_run_options(*command, *options);
  command->callback([options, reserve, &run] {
    run = [options, reserve] {
      return run_reserved(reserve, std::uint64_t{options->trades} + options->array_trades,
                          [&] { return run_bench_http(*options, std::cout, std::cerr); });
    };
  });
}

}  // namespace

void add_bench(CLI::App& app, std::function<int()>& run) {
  CLI::App* bench = app.add_subcommand("bench", "Measure the engine on this machine, and check what was measured");
  bench->require_subcommand(1);
  add_bench_engine(*bench, run);
  add_bench_blocks(*bench, run);
  add_bench_live(*bench, run);
  add_bench_events(*bench, run);
  add_bench_transitions(*bench, run);
  add_bench_http(*bench, run);
  add_bench_scale(*bench, run);
}

}  // namespace clearspan::tools
