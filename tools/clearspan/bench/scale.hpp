// What a settlement costs as the load grows and as more trades are live: `clearspan bench engine` in processes of its
// own, one after the other, at a rate and at ten times that rate, beside few live trades and beside a hundred times as
// many. Each run checks its answer; the figure is CPU per settlement on all threads, everything included that `bench
// engine` includes.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace clearspan::tools {

inline constexpr std::uint32_t kMoreLoad = 10;
inline constexpr std::uint32_t kMoreLive = 100;

struct ScaleBenchOptions {
  std::uint32_t rate = 2'000;  // trades per second, the lower one
  std::uint32_t live = 10'000;
  std::uint32_t seconds = 10;  // of each run
  std::uint32_t rounds = 3;    // of all four runs; the median counts
  std::uint32_t block_interval = 20;
  bool json = false;
};

struct ScaleCell {
  std::uint32_t rate = 0;
  std::uint32_t live = 0;
  std::vector<double> cpu_us;  // per settlement, by round

  [[nodiscard]] double median() const;
};

// Errors: not_ready when a run fails; its own message goes to this process's standard error.
Result<std::vector<ScaleCell>> bench_scale(const ScaleBenchOptions& options, const std::string& program);

// Exit status as in bench.hpp.
int run_bench_scale(const ScaleBenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
