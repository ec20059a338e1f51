// The deadlines of a plan. They are computed once, from what is known of the ledgers when the trade is created, and a
// plan that cannot promise that a refund comes after the pivot's last possible finality is refused with the numbers.
//
//   now ........ prepare_until ........ deadline ............ pivot_final_max ............ reclaim_after
//       holds may take effect   pivot may take    the pivot may become     the release becomes   the payer may take
//                               effect            final                    final (+ margin)      its value back alone
#pragma once

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/movement.hpp"
#include "core/chain/traits.hpp"

namespace clearspan {

// A ledger as last seen by this node.
struct LedgerNow {
  LedgerTraits traits;
  LedgerTime time;  // on the ledger's clock, at its newest block
  Timestamp seen;   // when that was
};

struct TimingPolicy {
  Millis prepare_window{60'000};               // default time for the holds
  Millis pivot_window{60'000};                 // time kept for the pivot
  Millis margin{30'000};                       // between the last possible finality and anything that relies on it
  Millis reclaim_delay{7 * 24 * 3'600'000LL};  // how long after all that a payer may help itself
};

// The ledger's clock at a moment of wall-clock time: Unix seconds, or the height expected by then, rounded up. A moment
// before the ledger was seen gives the height it had then. Never kNever.
LedgerTime ledger_time_at(const LedgerNow& ledger, Timestamp moment);

// moment + span, and to - from, stopping at the ends of the range instead of wrapping.
Timestamp later(Timestamp moment, Millis span);
Millis between(Timestamp from, Timestamp to);

}  // namespace clearspan
