#include "actors/trade/phase_reports.hpp"

#include "actors/shard.hpp"

namespace clearspan::actors {
namespace {

// Moves a trade between the counts.
void count_phase(Tally& tally, Phase from, Phase to) {
  if (from == Phase::suspended) --tally.suspended;
  if (to == Phase::suspended) ++tally.suspended;
  if (!is_terminal(to)) return;
  --tally.live;
  if (to == Phase::settled) ++tally.settled;
  if (to == Phase::refunded) ++tally.refunded;
  if (to == Phase::rejected) ++tally.rejected;
}

}  // namespace

// Trades take their turns nearly in the order of their facts; one that comes early waits for those before it.
void PhaseReports::put(const PhaseReport& report) {
  if (waiting_.empty() && report.fact <= durable_) return tell(report);
  waiting_.push_back(report);
}

void PhaseReports::reach(std::uint64_t fact) {
  durable_ = fact;
  while (!waiting_.empty() && waiting_.front().fact <= durable_) {
    tell(waiting_.front());
    waiting_.pop_front();
  }
}

void PhaseReports::tell(const PhaseReport& report) {
  count_phase(tally_, report.before, report.change.phase);
  if (options_.on_phase_change) options_.on_phase_change(report.change);
}

}  // namespace clearspan::actors
