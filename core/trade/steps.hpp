// The parts that the steps of the machine are made of; for core/trade alone.
#pragma once

#include <optional>
#include <vector>

#include "core/trade/advance.hpp"

namespace clearspan {

inline bool is_hold(const Plan& plan, std::size_t leg) {
  return plan.legs[leg].role == LegRole::hold;
}

// Nothing changes.
inline Step stay(State state) {
  return {std::move(state), {}};
}

// The keys of the trade's own holds, by leg; zero where there is none.
std::vector<HoldKey> keys_of(const Preparing& state);
std::vector<HoldKey> keys_of(const Deciding& state);
std::vector<HoldKey> keys_of(const Releasing& state);
std::vector<HoldKey> keys_of(const Refunding& state);

template <class From>
Step suspend(const From& state, SuspendReason reason) {
  return {Suspended{reason, keys_of(state)}, {}};
}

// All holds are to be released, once the decision is on record.
Releasing start_releasing(const Plan& plan, const std::vector<HoldKey>& keys);

// The decision is on record: asks for every release or refund that waited for it.
Step end_holds(Releasing state);
Step end_holds(Refunding state);

// Gives up preparing. Holds that were asked for and are not final may still land; each is abandoned and then waited
// for. `gone`: the leg that is known never to take effect, or whose value is back with its payer already.
Step start_refunding(const Plan& plan, const std::vector<std::optional<HoldKey>>& placed, AbortReason reason,
                     std::optional<LegIndex> gone, HoldEnding::Progress gone_as);
Step start_refunding(const Plan& plan, const Deciding& state, AbortReason reason);

// To the end, if every hold has come to its own.
Step finish_releasing(Releasing state);
Step finish_refunding(Refunding state);

// Asks for the release or refund of every hold that waits for it.
Commands submit_endings(const std::vector<HoldEnding>& holds, MovementKind kind);

// The leg whose hold is final and has this key.
std::optional<LegIndex> find_hold(const std::vector<HoldEnding>& holds, const HoldKey& key);

// Errors: invalid_transition when the leg cannot have a movement of that kind.
Status check_leg(const Plan& plan, LegIndex leg, MovementKind kind);

// Counts a failed or dead release or refund and asks again, up to the limit. Before the decision is on record the
// engine has asked for none: what failed is a stranger's.
template <class Ending>
Step retry_ending(Ending state, LegIndex leg, MovementKind kind) {
  if (!state.decision_recorded) return stay(std::move(state));
  HoldEnding& hold = state.holds[leg];
  if (++hold.failures >= kEndingFailuresMax) return suspend(state, SuspendReason::retries_exhausted);
  Commands commands{Submit{leg, kind, hold.key, hold.failures}};
  return {std::move(state), std::move(commands)};
}

// What a final outcome changes, in any state (outcomes.cpp).
Step on_outcome(const Plan& plan, State state, const OutcomeFinal& fact);

}  // namespace clearspan
