// Outcomes that final blocks prove, by the state that the trade is in when it hears of them.
#include <algorithm>

#include "core/trade/deposit.hpp"
#include "core/trade/steps.hpp"

namespace clearspan {
namespace {

using Progress = HoldEnding::Progress;

Command send_back(const Plan& plan, const Outcome& hold, ReturnReason reason) {
  return ReturnDeposit{plan.legs[leg_of(hold.ref)].ledger, hold, reason};
}

// Whether a failed hold means that the leg can never have its hold. The engine tries once; a payer may try again, and a
// stranger's failure under the same ref says nothing.
bool is_last_try(const Leg& leg, const Outcome& failed) {
  return leg.placement == Placement::engine && failed.from == leg.payer;
}

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
  return {start_releasing(plan, next.holds), {RecordDecision{Decision::commit}}};
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

// The payment's own record is the decision: what proves that it took effect stands in the log like any other.
Step on_pivot_outcome(const Plan& plan, Deciding state, const Outcome& outcome) {
  const Leg& pivot = plan.legs[leg_of(outcome.ref)];
  if (outcome.from != pivot.payer) return stay(std::move(state));
  if (!outcome.ok) return start_refunding(plan, state, AbortReason::pivot_failed);
  if (outcome.asset != pivot.asset || outcome.to != pivot.payee || outcome.amount != pivot.amount) {
    return suspend(state, SuspendReason::pivot_contradicts_plan);
  }
  return end_holds(start_releasing(plan, state.holds));
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

}  // namespace

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

}  // namespace clearspan
