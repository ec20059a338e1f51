#include "core/trade/advance.hpp"

#include <algorithm>
#include <utility>

#include "core/trade/deposit.hpp"

namespace clearspan {
namespace {

using Progress = HoldEnding::Progress;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;  // clang 14 does not deduce it for an aggregate

bool is_hold(const Plan& plan, std::size_t leg) {
  return plan.legs[leg].role == LegRole::hold;
}

Step stay(State state) {
  return {std::move(state), {}};
}

// The keys of the trade's own holds, by leg; zero where there is none.
std::vector<HoldKey> keys_of(const Deciding& state) {
  return state.holds;
}

std::vector<HoldKey> keys_of(const Preparing& state) {
  std::vector<HoldKey> keys;
  for (const auto& hold : state.holds) keys.push_back(hold.value_or(HoldKey{}));
  return keys;
}

template <class Ending>
std::vector<HoldKey> keys_of(const Ending& state) {
  std::vector<HoldKey> keys;
  for (const HoldEnding& hold : state.holds) keys.push_back(hold.key);
  return keys;
}

template <class From>
Step suspend(const From& state, SuspendReason reason) {
  return {Suspended{reason, keys_of(state)}, {}};
}

Command send_back(const Plan& plan, const Outcome& hold, ReturnReason reason) {
  return ReturnDeposit{plan.legs[leg_of(hold.ref)].ledger, hold, reason};
}

// --- The way into and through the retriable phases ---

Step start_releasing(const Plan& plan, const std::vector<HoldKey>& keys) {
  Releasing next;
  for (std::size_t leg = 0; leg < plan.legs.size(); ++leg) {
    next.holds.push_back(is_hold(plan, leg) ? HoldEnding{Progress::ending, 0, keys[leg]} : HoldEnding{});
  }
  return {std::move(next), {RecordDecision{Decision::commit}}};
}

// Gives up preparing. Holds that were asked for and are not final may still land; each is abandoned and then waited
// for. `gone`: the leg that is known never to take effect, or whose value is back with its payer already.
Step start_refunding(const Plan& plan, const std::vector<std::optional<HoldKey>>& placed, AbortReason reason,
                     std::optional<LegIndex> gone, Progress gone_as) {
  Refunding next;
  next.reason = reason;
  Commands commands;
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    const auto leg = static_cast<LegIndex>(i);
    HoldEnding hold;
    if (is_hold(plan, i)) {
      if (gone == leg) {
        hold = {gone_as, 0, placed[i].value_or(HoldKey{})};
      } else if (placed[i]) {
        hold = {Progress::ending, 0, *placed[i]};
      } else {
        hold.progress = Progress::may_land;
        commands.push_back(Abandon{leg, MovementKind::hold});
      }
    }
    next.holds.push_back(hold);
  }
  commands.push_back(RecordDecision{Decision::abort});
  return {std::move(next), std::move(commands)};
}

Step start_refunding(const Plan& plan, const Deciding& state, AbortReason reason) {
  const std::vector<std::optional<HoldKey>> placed(state.holds.begin(), state.holds.end());
  return start_refunding(plan, placed, reason, std::nullopt, Progress::void_);
}

bool all_over(const std::vector<HoldEnding>& holds) {
  return std::all_of(holds.begin(), holds.end(), [](const HoldEnding& hold) {
    return hold.progress == Progress::ended || hold.progress == Progress::void_;
  });
}

Step finish_releasing(Releasing state) {
  if (state.decision_recorded && all_over(state.holds)) return {Settled{keys_of(state)}, {Finish{}}};
  return stay(std::move(state));
}

Step finish_refunding(Refunding state) {
  if (!state.decision_recorded || !all_over(state.holds)) return stay(std::move(state));
  const bool any_held = std::any_of(state.holds.begin(), state.holds.end(),
                                    [](const HoldEnding& hold) { return hold.progress == Progress::ended; });
  if (any_held) return {Refunded{state.reason, keys_of(state)}, {Finish{}}};
  return {Rejected{state.reason, keys_of(state)}, {Finish{}}};
}

Commands submit_endings(const std::vector<HoldEnding>& holds, MovementKind kind) {
  Commands commands;
  for (std::size_t leg = 0; leg < holds.size(); ++leg) {
    if (holds[leg].progress == Progress::ending) {
      commands.push_back(Submit{static_cast<LegIndex>(leg), kind, holds[leg].key, holds[leg].failures});
    }
  }
  return commands;
}

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

std::optional<LegIndex> find_hold(const std::vector<HoldEnding>& holds, const HoldKey& key) {
  for (std::size_t leg = 0; leg < holds.size(); ++leg) {
    const Progress progress = holds[leg].progress;
    if ((progress == Progress::ending || progress == Progress::ended) && holds[leg].key == key) {
      return static_cast<LegIndex>(leg);
    }
  }
  return std::nullopt;
}

// Whether a failed hold means that the leg can never have its hold. The engine tries once; a payer may try again, and a
// stranger's failure under the same ref says nothing.
bool is_last_try(const Leg& leg, const Outcome& failed) {
  return leg.placement == Placement::engine && failed.from == leg.payer;
}

// --- Outcomes, by state ---

Step on_hold_outcome(const Plan& plan, Preparing state, const Outcome& outcome) {
  const LegIndex leg = leg_of(outcome.ref);
  if (!outcome.ok) {
    if (state.holds[leg] || !is_last_try(plan.legs[leg], outcome)) return stay(std::move(state));
    return start_refunding(plan, state.holds, AbortReason::hold_failed, leg, Progress::void_);
  }
  if (state.holds[leg] == outcome.hold_key) return stay(std::move(state));
  if (const auto reason = reason_to_return(plan.legs[leg], outcome, state.holds[leg].has_value())) {
    return {std::move(state), {send_back(plan, outcome, *reason)}};
  }
  state.holds[leg] = outcome.hold_key;
  Deciding next;
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    if (is_hold(plan, i) && !state.holds[i]) return stay(std::move(state));
    next.holds.push_back(state.holds[i].value_or(HoldKey{}));
  }
  if (const auto pivot = plan.pivot()) {
    return {std::move(next), {Submit{*pivot, MovementKind::payment, HoldKey{}}}};
  }
  return start_releasing(plan, next.holds);
}

// A hold that ended while the trade still relied on it. While preparing it aborts the trade; later it contradicts the
// plan.
Step on_ending_outcome(const Plan& plan, Preparing state, const Outcome& outcome) {
  for (std::size_t i = 0; i < state.holds.size(); ++i) {
    if (outcome.ok && state.holds[i] == outcome.hold_key) {
      if (outcome.kind == MovementKind::release) return suspend(state, SuspendReason::hold_ended_early);
      return start_refunding(plan, state.holds, AbortReason::hold_failed, static_cast<LegIndex>(i), Progress::ended);
    }
  }
  return stay(std::move(state));
}

Step on_pivot_outcome(const Plan& plan, Deciding state, const Outcome& outcome) {
  const Leg& pivot = plan.legs[leg_of(outcome.ref)];
  if (outcome.from != pivot.payer) return stay(std::move(state));
  if (!outcome.ok) return start_refunding(plan, state, AbortReason::pivot_failed);
  if (outcome.asset != pivot.asset || outcome.to != pivot.payee || outcome.amount != pivot.amount) {
    return suspend(state, SuspendReason::pivot_contradicts_plan);
  }
  return start_releasing(plan, state.holds);
}

Step on_outcome_in(const Plan& plan, Preparing state, const Outcome& outcome) {
  switch (outcome.kind) {
    case MovementKind::hold:
      return on_hold_outcome(plan, std::move(state), outcome);
    case MovementKind::release:
    case MovementKind::refund:
      return on_ending_outcome(plan, std::move(state), outcome);
    case MovementKind::payment:
      // The engine asks for the pivot only when all holds are final: its payment before that is somebody's mistake with
      // the exchanger's key, and the holds must not be refunded as if nothing had been paid.
      if (outcome.ok && outcome.from == plan.legs[leg_of(outcome.ref)].payer) {
        return suspend(state, SuspendReason::pivot_contradicts_proof);
      }
      return stay(std::move(state));
  }
  return stay(std::move(state));
}

Step on_outcome_in(const Plan& plan, Deciding state, const Outcome& outcome) {
  switch (outcome.kind) {
    case MovementKind::hold: {
      const bool is_ours = state.holds[leg_of(outcome.ref)] == outcome.hold_key;
      if (!outcome.ok || is_ours) return stay(std::move(state));
      const auto reason = reason_to_return(plan.legs[leg_of(outcome.ref)], outcome, true);
      return {std::move(state), {send_back(plan, outcome, reason.value_or(ReturnReason::duplicate))}};
    }
    case MovementKind::release:
    case MovementKind::refund: {
      const bool is_ours = std::find(state.holds.begin(), state.holds.end(), outcome.hold_key) != state.holds.end();
      if (outcome.ok && is_ours) return suspend(state, SuspendReason::hold_ended_early);
      return stay(std::move(state));
    }
    case MovementKind::payment:
      return on_pivot_outcome(plan, std::move(state), outcome);
  }
  return stay(std::move(state));
}

Step on_outcome_in(const Plan& plan, Releasing state, const Outcome& outcome) {
  const LegIndex named_leg = leg_of(outcome.ref);
  if (outcome.kind == MovementKind::payment) return stay(std::move(state));
  if (outcome.kind == MovementKind::hold) {
    if (!outcome.ok || find_hold(state.holds, outcome.hold_key)) return stay(std::move(state));
    const auto reason = reason_to_return(plan.legs[named_leg], outcome, true);
    return {std::move(state), {send_back(plan, outcome, reason.value_or(ReturnReason::duplicate))}};
  }
  const auto leg = find_hold(state.holds, outcome.hold_key);
  if (!leg || state.holds[*leg].progress == Progress::ended) return stay(std::move(state));
  if (!outcome.ok) {
    if (outcome.kind != MovementKind::release) return stay(std::move(state));
    return retry_ending(std::move(state), *leg, MovementKind::release);
  }
  if (outcome.kind == MovementKind::refund) return suspend(state, SuspendReason::ended_against_decision);
  state.holds[*leg].progress = Progress::ended;
  return finish_releasing(std::move(state));
}

// A hold that was asked for and lands after the abort is the trade's own: it is refunded like the others.
Step on_late_hold(const Plan& plan, Refunding state, const Outcome& outcome) {
  const LegIndex leg = leg_of(outcome.ref);
  HoldEnding& hold = state.holds[leg];
  if (!outcome.ok) {
    if (hold.progress != Progress::may_land || !is_last_try(plan.legs[leg], outcome)) return stay(std::move(state));
    hold.progress = Progress::void_;
    return finish_refunding(std::move(state));
  }
  if (find_hold(state.holds, outcome.hold_key)) return stay(std::move(state));
  const bool is_expected = hold.progress == Progress::may_land;
  if (const auto reason = reason_to_return(plan.legs[leg], outcome, !is_expected)) {
    return {std::move(state),
            {send_back(plan, outcome, hold.progress == Progress::void_ ? ReturnReason::late : *reason)}};
  }
  hold = {Progress::ending, 0, outcome.hold_key};
  Commands commands;
  if (state.decision_recorded) commands.push_back(Submit{leg, MovementKind::refund, hold.key});
  return {std::move(state), std::move(commands)};
}

Step on_outcome_in(const Plan& plan, Refunding state, const Outcome& outcome) {
  if (outcome.kind == MovementKind::payment) {
    const Leg& pivot = plan.legs[leg_of(outcome.ref)];
    if (outcome.ok && outcome.from == pivot.payer) return suspend(state, SuspendReason::pivot_contradicts_proof);
    return stay(std::move(state));
  }
  if (outcome.kind == MovementKind::hold) return on_late_hold(plan, std::move(state), outcome);
  const auto leg = find_hold(state.holds, outcome.hold_key);
  if (!leg || state.holds[*leg].progress == Progress::ended) return stay(std::move(state));
  if (!outcome.ok) {
    if (outcome.kind != MovementKind::refund) return stay(std::move(state));
    return retry_ending(std::move(state), *leg, MovementKind::refund);
  }
  if (outcome.kind == MovementKind::release) return suspend(state, SuspendReason::ended_against_decision);
  state.holds[*leg].progress = Progress::ended;
  return finish_refunding(std::move(state));
}

bool is_among(const std::vector<HoldKey>& holds, const HoldKey& key) {
  return std::find(holds.begin(), holds.end(), key) != holds.end();
}

// A trade that is over only sends back what still arrives in its name.
template <class Ended>
Step on_outcome_in(const Plan& plan, Ended state, const Outcome& outcome) {
  if (outcome.kind != MovementKind::hold || !outcome.ok || is_among(state.holds, outcome.hold_key)) {
    return stay(std::move(state));
  }
  return {std::move(state), {send_back(plan, outcome, ReturnReason::late)}};
}

// So does one that waits for an operator; but a hold that it asked for stays held with the others, for whoever has paid
// against it.
Step on_outcome_in(const Plan& plan, Suspended state, const Outcome& outcome) {
  if (outcome.kind != MovementKind::hold || !outcome.ok || is_among(state.holds, outcome.hold_key)) {
    return stay(std::move(state));
  }
  const LegIndex leg = leg_of(outcome.ref);
  if (leg >= state.holds.size()) return stay(std::move(state));
  HoldKey& own = state.holds[leg];
  if (const auto reason = reason_to_return(plan.legs[leg], outcome, !own.is_zero())) {
    return {std::move(state), {send_back(plan, outcome, *reason)}};
  }
  own = outcome.hold_key;
  return stay(std::move(state));
}

// --- The other events ---

// A hold can never take effect.
Step on_hold_void(const Plan& plan, State state, LegIndex leg, AbortReason reason) {
  if (auto* preparing = std::get_if<Preparing>(&state)) {
    if (preparing->holds[leg]) return stay(std::move(state));
    return start_refunding(plan, preparing->holds, reason, leg, Progress::void_);
  }
  if (auto* refunding = std::get_if<Refunding>(&state)) {
    if (refunding->holds[leg].progress != Progress::may_land) return stay(std::move(state));
    refunding->holds[leg].progress = Progress::void_;
    return finish_refunding(std::move(*refunding));
  }
  return stay(std::move(state));
}

Step on_pivot_void(const Plan& plan, State state, AbortReason reason) {
  const auto* deciding = std::get_if<Deciding>(&state);
  if (!deciding) return stay(std::move(state));
  const bool by_cancel = deciding->cancel_requested && reason == AbortReason::pivot_refused;
  return start_refunding(plan, *deciding, by_cancel ? AbortReason::cancelled : reason);
}

Step on_ending_void(State state, LegIndex leg, MovementKind kind) {
  if (auto* releasing = std::get_if<Releasing>(&state); releasing && kind == MovementKind::release) {
    if (releasing->holds[leg].progress != Progress::ending) return stay(std::move(state));
    return retry_ending(std::move(*releasing), leg, kind);
  }
  if (auto* refunding = std::get_if<Refunding>(&state); refunding && kind == MovementKind::refund) {
    if (refunding->holds[leg].progress != Progress::ending) return stay(std::move(state));
    return retry_ending(std::move(*refunding), leg, kind);
  }
  return stay(std::move(state));
}

Step on_void(const Plan& plan, State state, LegIndex leg, MovementKind kind, AbortReason hold_reason,
             AbortReason pivot_reason) {
  switch (kind) {
    case MovementKind::hold:
      return on_hold_void(plan, std::move(state), leg, hold_reason);
    case MovementKind::payment:
      return on_pivot_void(plan, std::move(state), pivot_reason);
    case MovementKind::release:
    case MovementKind::refund:
      return on_ending_void(std::move(state), leg, kind);
  }
  return stay(std::move(state));
}

Step stop_preparing(const Plan& plan, State state, AbortReason reason) {
  const auto* preparing = std::get_if<Preparing>(&state);
  if (!preparing) return stay(std::move(state));
  return start_refunding(plan, preparing->holds, reason, std::nullopt, Progress::void_);
}

// Before the pivot's outcome a cancelled trade stops trying; what was signed already may still decide it.
Step on_cancel(const Plan& plan, State state) {
  if (auto* deciding = std::get_if<Deciding>(&state); deciding && !deciding->cancel_requested) {
    deciding->cancel_requested = true;
    const auto pivot = plan.pivot();
    CLEARSPAN_VERIFY(pivot.has_value());
    return {std::move(state), {Abandon{*pivot, MovementKind::payment}}};
  }
  return stop_preparing(plan, std::move(state), AbortReason::cancelled);
}

Result<Step> on_decided(State state, Decision decision) {
  if (auto* releasing = std::get_if<Releasing>(&state); releasing && decision == Decision::commit) {
    if (releasing->decision_recorded) return stay(std::move(state));
    releasing->decision_recorded = true;
    Commands commands = submit_endings(releasing->holds, MovementKind::release);
    Step step = finish_releasing(std::move(*releasing));
    step.commands.insert(step.commands.begin(), commands.begin(), commands.end());
    return step;
  }
  if (auto* refunding = std::get_if<Refunding>(&state); refunding && decision == Decision::abort) {
    if (refunding->decision_recorded) return stay(std::move(state));
    refunding->decision_recorded = true;
    Commands commands = submit_endings(refunding->holds, MovementKind::refund);
    Step step = finish_refunding(std::move(*refunding));
    step.commands.insert(step.commands.begin(), commands.begin(), commands.end());
    return step;
  }
  const Phase phase = phase_of(state);
  const bool over =
      decision == Decision::commit ? phase == Phase::settled : phase == Phase::refunded || phase == Phase::rejected;
  if (over || phase == Phase::suspended) return stay(std::move(state));
  return make_error(ErrorCode::invalid_transition, "a decision is recorded that the trade never took");
}

Status check_leg(const Plan& plan, LegIndex leg, MovementKind kind) {
  const bool needs_pivot = kind == MovementKind::payment;
  if (leg < plan.legs.size() && (plan.legs[leg].role == LegRole::pivot) == needs_pivot) return Done{};
  return make_error(ErrorCode::invalid_transition,
                    "leg " + std::to_string(leg) + " of the plan has no " + std::string(to_string(kind)));
}

// The leg whose hold has this key, in any state that still relies on holds.
std::optional<LegIndex> leg_of_key(const State& state, const HoldKey& key) {
  if (key.is_zero()) return std::nullopt;
  const auto position = [](auto found, auto begin, auto end) -> std::optional<LegIndex> {
    if (found == end) return std::nullopt;
    return static_cast<LegIndex>(found - begin);
  };
  if (const auto* preparing = std::get_if<Preparing>(&state)) {
    const auto& holds = preparing->holds;
    return position(std::find(holds.begin(), holds.end(), key), holds.begin(), holds.end());
  }
  if (const auto* deciding = std::get_if<Deciding>(&state)) {
    const auto& holds = deciding->holds;
    return position(std::find(holds.begin(), holds.end(), key), holds.begin(), holds.end());
  }
  if (const auto* releasing = std::get_if<Releasing>(&state)) return find_hold(releasing->holds, key);
  if (const auto* refunding = std::get_if<Refunding>(&state)) return find_hold(refunding->holds, key);
  return std::nullopt;
}

// The leg that the outcome is about, on the leg's own ledger. The ending of a hold is matched by the hold's key: a
// returned deposit's ref names the trade that it was meant for.
std::optional<LegIndex> leg_concerned(const Plan& plan, const State& state, const OutcomeFinal& fact) {
  std::optional<LegIndex> leg;
  switch (fact.outcome.kind) {
    case MovementKind::hold:
    case MovementKind::payment:
      leg = leg_of(fact.outcome.ref);
      if (!check_leg(plan, *leg, fact.outcome.kind).ok()) return std::nullopt;
      break;
    case MovementKind::release:
    case MovementKind::refund:
      leg = leg_of_key(state, fact.outcome.hold_key);
      break;
  }
  if (!leg || plan.legs[*leg].ledger != fact.ledger) return std::nullopt;
  return leg;
}

Step on_outcome(const Plan& plan, State state, const OutcomeFinal& fact) {
  const Outcome& outcome = fact.outcome;
  // A hold without a key can be neither released nor refunded: no ledger has one.
  if (outcome.kind == MovementKind::hold && outcome.ok && outcome.hold_key.is_zero()) return stay(std::move(state));
  if (leg_concerned(plan, state, fact)) {
    return std::visit(
        [&](auto&& current) { return on_outcome_in(plan, std::forward<decltype(current)>(current), outcome); },
        std::move(state));
  }
  // Anybody can write a ref that names a leg which the plan lacks, or has on another ledger. A hold under it is real
  // value and goes back.
  if (outcome.kind != MovementKind::hold || !outcome.ok) return stay(std::move(state));
  return {std::move(state), {ReturnDeposit{fact.ledger, outcome, ReturnReason::wrong_terms}}};
}

Step start(const Plan& plan, State state) {
  Commands commands = outstanding_commands(plan, state);
  return {std::move(state), std::move(commands)};
}

void ask_for_holds(const Plan& plan, const Preparing& state, Commands& commands) {
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    if (!is_hold(plan, i) || state.holds[i]) continue;
    const auto leg = static_cast<LegIndex>(i);
    if (plan.legs[i].placement == Placement::engine) {
      commands.push_back(Submit{leg, MovementKind::hold, HoldKey{}});
    } else {
      commands.push_back(AwaitDeposit{leg});
    }
  }
}

void ask_for_refunds(const Plan& plan, const Refunding& state, Commands& commands) {
  for (std::size_t i = 0; i < state.holds.size(); ++i) {
    if (state.holds[i].progress != Progress::may_land) continue;
    const auto leg = static_cast<LegIndex>(i);
    if (plan.legs[i].placement == Placement::payer) commands.push_back(AwaitDeposit{leg});
    commands.push_back(Abandon{leg, MovementKind::hold});
  }
  if (!state.decision_recorded) {
    commands.push_back(RecordDecision{Decision::abort});
    return;
  }
  const Commands endings = submit_endings(state.holds, MovementKind::refund);
  commands.insert(commands.end(), endings.begin(), endings.end());
}

}  // namespace

State initial_state(const Plan& plan) {
  if (plan.returned) {
    Refunding state;
    state.reason = AbortReason::returned;
    state.holds.push_back({Progress::ending, 0, plan.returned->hold_key});
    return state;
  }
  Preparing state;
  state.holds.resize(plan.legs.size());
  return state;
}

Result<Step> advance(const Plan& plan, State state, const Event& event) {
  return std::visit(
      Overloaded{
          [&](const Started&) -> Result<Step> { return start(plan, std::move(state)); },
          [&](const OutcomeFinal& fact) -> Result<Step> { return on_outcome(plan, std::move(state), fact); },
          [&](const MovementDead& fact) -> Result<Step> {
            CLEARSPAN_CHECK_OK(check_leg(plan, fact.leg, fact.kind));
            return on_void(plan, std::move(state), fact.leg, fact.kind, AbortReason::hold_dead,
                           AbortReason::pivot_dead);
          },
          [&](const MovementRefused& fact) -> Result<Step> {
            CLEARSPAN_CHECK_OK(check_leg(plan, fact.leg, fact.kind));
            return on_void(plan, std::move(state), fact.leg, fact.kind, AbortReason::hold_refused,
                           AbortReason::pivot_refused);
          },
          [&](const PrepareDeadlinePassed&) -> Result<Step> {
            return stop_preparing(plan, std::move(state), AbortReason::prepare_deadline);
          },
          [&](const CancelRequested&) -> Result<Step> { return on_cancel(plan, std::move(state)); },
          [&](const Decided& fact) { return on_decided(std::move(state), fact.decision); },
      },
      event);
}

Commands outstanding_commands(const Plan& plan, const State& state) {
  Commands commands;
  std::visit(Overloaded{
                 [&](const Preparing& current) { ask_for_holds(plan, current, commands); },
                 [&](const Deciding& current) {
                   if (current.cancel_requested) {
                     commands.push_back(Abandon{plan.pivot().value(), MovementKind::payment});
                   } else {
                     commands.push_back(Submit{plan.pivot().value(), MovementKind::payment, HoldKey{}});
                   }
                 },
                 [&](const Releasing& current) {
                   if (current.decision_recorded) {
                     commands = submit_endings(current.holds, MovementKind::release);
                   } else {
                     commands.push_back(RecordDecision{Decision::commit});
                   }
                 },
                 [&](const Refunding& current) { ask_for_refunds(plan, current, commands); },
                 [&](const Settled&) { commands.push_back(Finish{}); },
                 [&](const Refunded&) { commands.push_back(Finish{}); },
                 [&](const Rejected&) { commands.push_back(Finish{}); },
                 [&](const Suspended&) {},
             },
             state);
  return commands;
}

}  // namespace clearspan
