// The whole engine on two simulated ledgers in this process, as `clearspan bench engine` measures it; what the figure
// includes is said in tools/clearspan/bench/engine.hpp.
#include <benchmark/benchmark.h>

#include "tools/clearspan/bench/engine.hpp"

namespace clearspan {
namespace {

void settle_payments(benchmark::State& state) {
  tools::EngineBenchOptions options;
  options.trades = static_cast<std::uint32_t>(state.range(0));
  double seconds = 0;
  for (auto _ : state) {
    const auto report = tools::bench_engine(options);
    if (!report) return state.SkipWithError(describe(report.error()).c_str());
    state.SetIterationTime(report->seconds);
    seconds += report->seconds;
  }
  state.counters["settlements/s"] =
      static_cast<double>(options.trades) * static_cast<double>(state.iterations()) / seconds;
}

BENCHMARK(settle_payments)->Arg(1'000)->Arg(20'000)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace clearspan

BENCHMARK_MAIN();
