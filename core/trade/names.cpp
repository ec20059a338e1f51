#include <array>

#include "core/trade/event.hpp"
#include "core/trade/plan.hpp"
#include "core/trade/state.hpp"

namespace clearspan {

std::string_view to_string(LegRole role) {
  switch (role) {
    case LegRole::hold:
      return "hold";
    case LegRole::pivot:
      return "pivot";
  }
  return "unknown";
}

std::string_view to_string(Placement placement) {
  switch (placement) {
    case Placement::engine:
      return "engine";
    case Placement::payer:
      return "payer";
  }
  return "unknown";
}

std::string_view to_string(ReturnReason reason) {
  switch (reason) {
    case ReturnReason::late:
      return "late";
    case ReturnReason::duplicate:
      return "duplicate";
    case ReturnReason::overpaid:
      return "overpaid";
    case ReturnReason::underpaid:
      return "underpaid";
    case ReturnReason::wrong_asset:
      return "wrong_asset";
    case ReturnReason::wrong_terms:
      return "wrong_terms";
    case ReturnReason::unknown_trade:
      return "unknown_trade";
  }
  return "unknown";
}

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::commit:
      return "commit";
    case Decision::abort:
      return "abort";
  }
  return "unknown";
}

std::string_view to_string(AbortReason reason) {
  switch (reason) {
    case AbortReason::none:
      return "none";
    case AbortReason::hold_failed:
      return "hold_failed";
    case AbortReason::hold_dead:
      return "hold_dead";
    case AbortReason::hold_refused:
      return "hold_refused";
    case AbortReason::prepare_deadline:
      return "prepare_deadline";
    case AbortReason::cancelled:
      return "cancelled";
    case AbortReason::pivot_failed:
      return "pivot_failed";
    case AbortReason::pivot_dead:
      return "pivot_dead";
    case AbortReason::pivot_refused:
      return "pivot_refused";
    case AbortReason::returned:
      return "returned";
  }
  return "unknown";
}

std::string_view to_string(SuspendReason reason) {
  switch (reason) {
    case SuspendReason::hold_ended_early:
      return "hold_ended_early";
    case SuspendReason::pivot_contradicts_plan:
      return "pivot_contradicts_plan";
    case SuspendReason::pivot_contradicts_proof:
      return "pivot_contradicts_proof";
    case SuspendReason::ended_against_decision:
      return "ended_against_decision";
    case SuspendReason::retries_exhausted:
      return "retries_exhausted";
  }
  return "unknown";
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::preparing:
      return "preparing";
    case Phase::deciding:
      return "deciding";
    case Phase::releasing:
      return "releasing";
    case Phase::refunding:
      return "refunding";
    case Phase::settled:
      return "settled";
    case Phase::refunded:
      return "refunded";
    case Phase::rejected:
      return "rejected";
    case Phase::suspended:
      return "suspended";
  }
  return "unknown";
}

std::optional<Phase> parse_phase(std::string_view name) {
  for (const Phase phase : {Phase::preparing, Phase::deciding, Phase::releasing, Phase::refunding, Phase::settled,
                            Phase::refunded, Phase::rejected, Phase::suspended}) {
    if (to_string(phase) == name) return phase;
  }
  return std::nullopt;
}

// The alternatives of State and the enumerators of Phase are in the same order.
Phase phase_of(const State& state) {
  static_assert(std::variant_size_v<State> == 8);
  return static_cast<Phase>(state.index());
}

bool is_terminal(Phase phase) {
  switch (phase) {
    case Phase::settled:
    case Phase::refunded:
    case Phase::rejected:
      return true;
    case Phase::preparing:
    case Phase::deciding:
    case Phase::releasing:
    case Phase::refunding:
    case Phase::suspended:
      return false;
  }
  return false;
}

AbortReason abort_reason_of(const State& state) {
  if (const auto* refunding = std::get_if<Refunding>(&state)) return refunding->reason;
  if (const auto* refunded = std::get_if<Refunded>(&state)) return refunded->reason;
  if (const auto* rejected = std::get_if<Rejected>(&state)) return rejected->reason;
  return AbortReason::none;
}

std::string_view name_of(const Event& event) {
  static constexpr std::array<std::string_view, std::variant_size_v<Event>> kNames = {
      "started",          "outcome_final", "movement_dead", "movement_refused", "prepare_deadline_passed",
      "cancel_requested", "decided"};
  return kNames[event.index()];
}

}  // namespace clearspan
