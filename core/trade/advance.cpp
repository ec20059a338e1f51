#include "core/trade/advance.hpp"

#include <utility>

#include "core/trade/steps.hpp"

namespace clearspan {
namespace {

using Progress = HoldEnding::Progress;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;  // clang 14 does not deduce it for an aggregate

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

// A trade whose pivot has decided already may find its commit on record once more: logs of earlier versions have both.
Result<Step> on_decided(State state, Decision decision) {
  if (auto* releasing = std::get_if<Releasing>(&state); releasing && decision == Decision::commit) {
    if (releasing->decision_recorded) return stay(std::move(state));
    return end_holds(std::move(*releasing));
  }
  if (auto* refunding = std::get_if<Refunding>(&state); refunding && decision == Decision::abort) {
    if (refunding->decision_recorded) return stay(std::move(state));
    return end_holds(std::move(*refunding));
  }
  const Phase phase = phase_of(state);
  const bool over =
      decision == Decision::commit ? phase == Phase::settled : phase == Phase::refunded || phase == Phase::rejected;
  if (over || phase == Phase::suspended) return stay(std::move(state));
  return make_error(ErrorCode::invalid_transition, "a decision is recorded that the trade never took");
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

std::optional<Decision> decision_by(const Event& event, Phase after) {
  if (const auto* decided = std::get_if<Decided>(&event)) return decided->decision;
  const auto* fact = std::get_if<OutcomeFinal>(&event);
  const bool is_pivot = fact != nullptr && fact->outcome.kind == MovementKind::payment;
  if (is_pivot && (after == Phase::releasing || after == Phase::settled)) return Decision::commit;
  return std::nullopt;
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
