// The demo's driver: submits the trades, lets things go wrong, waits until every trade has ended, and collects figures.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <unordered_map>
#include <vector>

#include "actors/engine.hpp"
#include "tools/clearspan/demo/world.hpp"

namespace clearspan::tools {

inline constexpr std::size_t kMisfortuneCount = kMisfortunes.size() + 1;  // with none

struct ShowResult {
  std::vector<Plan> plans;                                             // of every trade that was created
  std::array<std::array<std::uint64_t, 8>, kMisfortuneCount> ended{};  // by misfortune and phase
  std::vector<std::int64_t> latencies_us;  // submission to terminal, of the trades without misfortune
  std::uint64_t returns = 0;               // stray deposits sent back
  double seconds = 0;
  std::vector<std::string> surprises;  // trades that ended otherwise than their story says
};

class Show {
 public:
  using Progress = std::function<void(std::uint64_t ended, std::uint64_t total, const EngineStats& stats)>;

  Show(DemoWorld& world, std::uint32_t trades, std::uint64_t seed);

  // To be given to the engine before it starts.
  void on_phase_change(const PhaseChange& change);

  // Errors: not_ready when the engine does not come up, timed_out when trades do not end, and those of creating.
  Result<ShowResult> run(Engine& engine, const Progress& progress);

 private:
  struct Story {
    Misfortune misfortune = Misfortune::none;
    std::chrono::steady_clock::time_point submitted;
    Phase phase = Phase::preparing;
    bool over = false;
  };

  Status wait_until_ready(Engine& engine);
  Status submit_all(Engine& engine, bool stalled_ones, const Progress& progress);
  Result<Plan> plan_one(Engine& engine, std::uint64_t number, Misfortune misfortune);
  Status submit(Engine& engine, const Plan& plan, Misfortune misfortune);
  Status wait_for_end(Engine& engine, const Progress& progress, std::size_t left_max);
  [[nodiscard]] Misfortune misfortune_of(std::uint64_t number) const;
  void collect(ShowResult& result);
  void note_failure(const Error& error);

  DemoWorld& world_;
  std::uint32_t trades_;
  std::mt19937_64 random_;
  std::vector<Plan> plans_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<TradeId, Story> stories_;
  std::size_t ended_ = 0;
  std::uint64_t returns_ = 0;
  std::vector<std::int64_t> latencies_us_;
  std::optional<Error> failure_;
};

}  // namespace clearspan::tools
