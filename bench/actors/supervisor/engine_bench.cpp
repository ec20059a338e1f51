// The whole engine on two simulated ledgers in this process: payments from create() to settled. What the figure
// includes: compiling the plan, the trade machine, signing, three movements per trade with every record durable on the
// disk of the temporary folder, rendering and executing the ledgers' blocks, and parsing and hash-verifying them.
// Blocks come every 100 ms, all trades are submitted at once. The books are checked before a figure counts.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "actors/engine.hpp"
#include "core/scenario/trade_id.hpp"
#include "tools/clearspan/demo/audit.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"

namespace clearspan {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::minutes(2);

LedgerNow now_of(const Engine& engine, const LedgerId& ledger) {
  for (const LedgerStatus& status : engine.ledgers()) {
    if (status.traits.id == ledger) return {status.traits, status.time, status.seen};
  }
  return {};
}

Plan plan_of(const tools::SimulatedWorld& world, const Engine& engine, std::uint64_t number) {
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  for (std::size_t i = 0; i < sizeof(number); ++i)
    randomness[2 + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  const Timestamp now = SystemClock().now();
  const Profile& profile = world.profile_for(tools::Misfortune::none);
  return compile_payment(world.payment(number, tools::Misfortune::none), profile, now_of(engine, profile.source_ledger),
                         now_of(engine, profile.destination_ledger), world.timing(),
                         {make_trade_id(now, randomness), world.engine_tag(), now})
      .value();
}

void settle_payments(benchmark::State& state) {
  const auto trades = static_cast<std::uint32_t>(state.range(0));
  double seconds = 0;
  for (auto _ : state) {
    const std::filesystem::path data =
        std::filesystem::temp_directory_path() / ("clearspan-bench-" + std::to_string(::getpid()));
    std::filesystem::remove_all(data);
    auto world = tools::SimulatedWorld::make(trades, 1).value();
    std::atomic<std::uint32_t> settled{0};
    EngineOptions options;
    options.data_dir = data.string();
    options.tag = world->engine_tag();
    options.on_phase_change = [&settled](const PhaseChange& change) {
      if (change.phase == Phase::settled) ++settled;
    };
    auto engine = Engine::start(std::move(options), world->connectors()).value();
    while (!engine->ready()) std::this_thread::sleep_for(Millis{5});
    std::vector<Plan> plans;
    const auto begin = SteadyClock::now();
    for (std::uint32_t number = 0; number < trades; ++number) {
      plans.push_back(plan_of(*world, *engine, number));
      std::vector<NewTrade> one(1);
      one.front().plan = plans.back();
      engine->create(std::move(one), [](const auto&) {});
    }
    while (settled < trades && SteadyClock::now() - begin < kPatience) std::this_thread::sleep_for(Millis{1});
    const double elapsed = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    state.SetIterationTime(elapsed);
    seconds += elapsed;
    const auto books = world->read_books();
    const bool is_right = settled == trades && books.ok() && tools::audit(plans, *books).violations.empty();
    engine.reset();
    std::filesystem::remove_all(data);
    if (!is_right) {
      state.SkipWithError("not every trade settled, or the books do not add up");
      return;
    }
  }
  state.counters["settlements/s"] = static_cast<double>(trades) * static_cast<double>(state.iterations()) / seconds;
}

BENCHMARK(settle_payments)->Arg(1'000)->Arg(20'000)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace clearspan

BENCHMARK_MAIN();
