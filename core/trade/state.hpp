// Where a trade stands. Each state holds only what is true in it.
//
//   preparing -- all holds final --> deciding -- pivot final ok (or no pivot) --> releasing -- all final --> settled
//       |                               |
//       | a hold failed, is dead,       | pivot failed or dead
//       | deadline, cancelled           v
//       +--------------------------> refunding -- all refunds final --> refunded     (nothing was held: rejected)
//   any -- the ledger contradicts what was proven, or retries are exhausted --> suspended
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/chain/movement.hpp"

namespace clearspan {

enum class Decision : std::uint8_t { commit, abort };

// Why a trade was aborted.
enum class AbortReason : std::uint8_t {
  none,  // it was not
  hold_failed,
  hold_dead,
  hold_refused,
  prepare_deadline,
  cancelled,
  pivot_failed,
  pivot_dead,
  pivot_refused,
  returned,  // scenario "return": the value was never wanted
};

enum class SuspendReason : std::uint8_t {
  hold_ended_early,         // a hold that the trade relied on was released, refunded or reclaimed
  pivot_contradicts_plan,   // the pivot took effect with other terms than the plan's
  pivot_contradicts_proof,  // the pivot took effect although it was proven dead, or was never asked for
  ended_against_decision,   // a release after abort, or a refund after commit
  retries_exhausted,        // a release or refund failed too often
};

std::string_view to_string(Decision decision);
std::string_view to_string(AbortReason reason);
std::string_view to_string(SuspendReason reason);

// Holds are indexed by leg; the pivot's entry is unused.
struct Preparing {
  std::vector<std::optional<HoldKey>> holds;  // the key once the hold is final

  bool operator==(const Preparing&) const = default;
};

struct Deciding {
  std::vector<HoldKey> holds;
  bool cancel_requested = false;

  bool operator==(const Deciding&) const = default;
};

// One hold on its way to release or refund.
struct HoldEnding {
  enum class Progress : std::uint8_t {
    may_land,  // refunding only: the hold was asked for and is neither final nor dead
    ending,    // final; its release or refund is outstanding
    ended,     // its release or refund is final
    void_,     // never took effect and never can; also the pivot's entry
  };

  Progress progress = Progress::void_;
  std::uint8_t failures = 0;  // of its release or refund so far
  HoldKey key;

  bool operator==(const HoldEnding&) const = default;
};

struct Releasing {
  bool decision_recorded = false;  // nothing is submitted before it is; by the pivot's outcome, or by Decided
  std::vector<HoldEnding> holds;

  bool operator==(const Releasing&) const = default;
};

struct Refunding {
  bool decision_recorded = false;
  AbortReason reason = AbortReason::none;
  std::vector<HoldEnding> holds;

  bool operator==(const Refunding&) const = default;
};

// Once a trade is over or suspended, `holds` still names what was its own, by leg (zero: none), so that a hold that is
// reported again is not taken for a deposit that came late.
struct Settled {
  std::vector<HoldKey> holds;

  bool operator==(const Settled&) const = default;
};

struct Refunded {
  AbortReason reason = AbortReason::none;
  std::vector<HoldKey> holds;

  bool operator==(const Refunded&) const = default;
};

struct Rejected {
  AbortReason reason = AbortReason::none;
  std::vector<HoldKey> holds;

  bool operator==(const Rejected&) const = default;
};

struct Suspended {
  SuspendReason reason = SuspendReason::retries_exhausted;
  std::vector<HoldKey> holds;

  bool operator==(const Suspended&) const = default;
};

using State = std::variant<Preparing, Deciding, Releasing, Refunding, Settled, Refunded, Rejected, Suspended>;

// The same as a plain name, for lists, filters and metrics.
enum class Phase : std::uint8_t { preparing, deciding, releasing, refunding, settled, refunded, rejected, suspended };

Phase phase_of(const State& state);
std::string_view to_string(Phase phase);
std::optional<Phase> parse_phase(std::string_view name);

// Whether nothing can change any more. A suspended trade is not terminal: its value is still held.
bool is_terminal(Phase phase);

// Why the trade was aborted; none if it was not.
AbortReason abort_reason_of(const State& state);

}  // namespace clearspan
