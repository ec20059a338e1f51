#include "core/scenario/timing.hpp"

#include <algorithm>
#include <limits>

namespace clearspan {
namespace {

// Both arguments are not negative.
std::uint64_t divide_up(std::int64_t value, std::int64_t unit) {
  return static_cast<std::uint64_t>(value / unit) + (value % unit == 0 ? 0U : 1U);
}

// Stops below kNever: a moment far away is not the same as never.
LedgerTime add_saturated(LedgerTime time, std::uint64_t count) {
  const std::uint64_t last = kNever.value - 1;
  if (time.value >= last) return {last};
  return {count > last - time.value ? last : time.value + count};
}

}  // namespace

Timestamp later(Timestamp moment, Millis span) {
  using Limits = std::numeric_limits<Millis::rep>;
  const Millis::rep at = moment.time_since_epoch().count();
  const Millis::rep by = span.count();
  if (by > 0 && at > Limits::max() - by) return Timestamp(Millis(Limits::max()));
  if (by < 0 && at < Limits::min() - by) return Timestamp(Millis(Limits::min()));
  return Timestamp(Millis(at + by));
}

Millis between(Timestamp from, Timestamp to) {
  return later(to, -std::max(from.time_since_epoch(), -Millis::max())).time_since_epoch();
}

LedgerTime ledger_time_at(const LedgerNow& ledger, Timestamp moment) {
  switch (ledger.traits.clock) {
    case ClockKind::unix_seconds:
      return {divide_up(std::max<std::int64_t>(moment.time_since_epoch().count(), 0), 1000)};
    case ClockKind::height: {
      const Millis elapsed = std::max(between(ledger.seen, moment), Millis{0});
      const Millis interval = std::max(ledger.traits.block_interval, Millis{1});
      return add_saturated(ledger.time, divide_up(elapsed.count(), interval.count()));
    }
  }
  return kNever;
}

}  // namespace clearspan
