// The trade machine: one pure function. The actor, recovery, audit and simulation all run it; nothing else decides.
#pragma once

#include <optional>

#include "core/base/result.hpp"
#include "core/trade/command.hpp"
#include "core/trade/event.hpp"
#include "core/trade/plan.hpp"
#include "core/trade/state.hpp"

namespace clearspan {

struct Step {
  State next;
  Commands commands;
};

// How often a release or refund may fail or die before the trade is suspended for an operator.
inline constexpr std::uint8_t kEndingFailuresMax = 50;

// The state of a trade before any event.
State initial_state(const Plan& plan);

// What the event changes. An event that says nothing new leaves the state as it is and asks for nothing. Outcomes may
// hold anything that a ledger lets strangers write; they never fail. An event of the engine's own that does not fit the
// plan or the state is a bug: invalid_transition.
Result<Step> advance(const Plan& plan, State state, const Event& event);

// The decision that an event stands for on record: Decided, or a pivot that took effect, which decides by itself.
// `after`: the phase to which the event led. The first event of a trade that has one is its decision; later ones repeat
// it.
std::optional<Decision> decision_by(const Event& event, Phase after);

// What a trade in this state is waiting for, as the commands that ask for it. Carrying out a command again has no
// further effect, so recovery repeats them all.
Commands outstanding_commands(const Plan& plan, const State& state);

}  // namespace clearspan
