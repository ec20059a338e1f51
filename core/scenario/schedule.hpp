// The moments of a plan on the wall clock, and the refusal of a plan whose moments promise nothing (picture in
// timing.hpp). Every refusal states the numbers that it comes from; Error.field says which part of the request to
// change.
#pragma once

#include <optional>
#include <vector>

#include "core/scenario/timing.hpp"

namespace clearspan {

// How far ahead a deadline or a reclaim may lie: beyond ten years it is a typing error, not a term of trade.
inline constexpr Millis kHorizonMax{10LL * 365 * 24 * 3'600'000};

// Blocks that a ledger needs to take in what it is given: one that is under way already, and the one after.
inline constexpr int kInclusionBlocks = 2;

struct Schedule {
  Timestamp prepare_until;  // when the engine stops waiting for holds
  Timestamp deadline;       // payment: the last moment of the pivot; pvp: the same as prepare_until
  Timestamp reclaim_after;  // for legs on ledgers that have it
};

// `destination` may be the same ledger as `source`. Errors: deadline_expired, margin_not_promisable, out_of_range,
// invalid_value, not_ready, config_invalid.
Result<Schedule> schedule_payment(std::optional<Timestamp> deadline, std::optional<Timestamp> reclaim_after,
                                  const LedgerNow& source, const LedgerNow& destination, const TimingPolicy& policy,
                                  Timestamp now);

// Errors: as above.
Result<Schedule> schedule_pvp(std::optional<Timestamp> deadline, std::optional<Timestamp> reclaim_after,
                              const std::vector<LedgerNow>& ledgers, const TimingPolicy& policy, Timestamp now);

}  // namespace clearspan
