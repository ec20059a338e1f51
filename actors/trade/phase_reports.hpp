// Changes of phase on their way out of the engine: nobody is told of one before the fact behind it is durable. Trades
// put them in on their turns, the evidence writer says what is durable; both run on the shard's worker thread.
#pragma once

#include <deque>

#include "actors/engine.hpp"

namespace clearspan::actors {

struct Tally;

struct PhaseReport {
  std::uint64_t fact = 0;  // the number of its record; 0: one that was durable before this start
  Phase before = Phase::preparing;
  PhaseChange change;
};

class PhaseReports {
 public:
  PhaseReports(Tally& tally, const EngineOptions& options) : tally_(tally), options_(options) {}

  void put(const PhaseReport& report);

  // All facts up to this one are durable.
  void reach(std::uint64_t fact);

 private:
  void tell(const PhaseReport& report);

  Tally& tally_;
  const EngineOptions& options_;
  std::uint64_t durable_ = 0;
  std::deque<PhaseReport> waiting_;  // in the order in which the trades heard of the facts
};

}  // namespace clearspan::actors
