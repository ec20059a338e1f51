// The orders of a run, each given to the engine at its time, and when they are over.
#pragma once

#include <atomic>
#include <vector>

#include "actors/engine.hpp"
#include "tools/clearspan/bench/moments.hpp"
#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"

namespace clearspan::tools {

struct LoadOptions {
  std::uint32_t trades = 0;
  double rate = 0;              // trades per second; 0: as fast as they settle
  std::uint32_t in_flight = 0;  // with rate 0: submitted and not settled, at most
  std::uint32_t batch = 0;      // trades per call of create(), at most
};

class Load {
 public:
  // `moments` is for that many trades.
  Load(const LoadOptions& options, const SimulatedWorld& world, Moments& moments);

  // For the engine; any thread. Trades of others are ignored.
  void on_phase_change(const PhaseChange& change);

  // Until all trades are over. Errors: of the plan or of create; timed_out when nothing moves any more.
  Status run(Engine& engine);

  [[nodiscard]] const std::vector<Plan>& plans() const { return plans_; }

  // Errors: check_failed when not every trade settled.
  [[nodiscard]] Status check() const;

  // From due to settled.
  [[nodiscard]] Latencies latencies() const;

  // From the first order to the last trade settled.
  [[nodiscard]] double seconds() const;

 private:
  [[nodiscard]] std::uint32_t submitted() const { return static_cast<std::uint32_t>(plans_.size()); }

  // How many trades may have been submitted by now.
  [[nodiscard]] std::uint32_t submittable(Moment now) const;
  [[nodiscard]] Moment due(std::uint32_t number, Moment now) const;
  void wait(Moment now) const;
  Status submit(Engine& engine, OrderTaker& orders, std::uint32_t until, Moment now);

  const LoadOptions options_;
  const SimulatedWorld& world_;
  Moments& moments_;
  std::vector<Plan> plans_;
  std::atomic<std::uint32_t> over_{0};
  std::atomic<std::uint32_t> failed_{0};
  std::atomic<std::uint32_t> refused_{0};
  Moment begin_;
};

}  // namespace clearspan::tools
