#include "core/trade/steps.hpp"

#include <algorithm>

namespace clearspan {
namespace {

using Progress = HoldEnding::Progress;

std::vector<HoldKey> keys_in(const std::vector<HoldEnding>& holds) {
  std::vector<HoldKey> keys;
  keys.reserve(holds.size());
  for (const HoldEnding& hold : holds) keys.push_back(hold.key);
  return keys;
}

bool all_over(const std::vector<HoldEnding>& holds) {
  return std::all_of(holds.begin(), holds.end(), [](const HoldEnding& hold) {
    return hold.progress == Progress::ended || hold.progress == Progress::void_;
  });
}

}  // namespace

std::vector<HoldKey> keys_of(const Preparing& state) {
  std::vector<HoldKey> keys;
  for (const auto& hold : state.holds) keys.push_back(hold.value_or(HoldKey{}));
  return keys;
}

std::vector<HoldKey> keys_of(const Deciding& state) {
  return state.holds;
}

std::vector<HoldKey> keys_of(const Releasing& state) {
  return keys_in(state.holds);
}

std::vector<HoldKey> keys_of(const Refunding& state) {
  return keys_in(state.holds);
}

Releasing start_releasing(const Plan& plan, const std::vector<HoldKey>& keys) {
  Releasing next;
  next.holds.reserve(plan.legs.size());
  for (std::size_t leg = 0; leg < plan.legs.size(); ++leg) {
    next.holds.push_back(is_hold(plan, leg) ? HoldEnding{Progress::ending, 0, keys[leg]} : HoldEnding{});
  }
  return next;
}

Step end_holds(Releasing state) {
  state.decision_recorded = true;
  Commands endings = submit_endings(state.holds, MovementKind::release);
  if (endings.empty()) return finish_releasing(std::move(state));
  return {std::move(state), std::move(endings)};
}

Step end_holds(Refunding state) {
  state.decision_recorded = true;
  Commands endings = submit_endings(state.holds, MovementKind::refund);
  if (endings.empty()) return finish_refunding(std::move(state));
  return {std::move(state), std::move(endings)};
}

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

std::optional<LegIndex> find_hold(const std::vector<HoldEnding>& holds, const HoldKey& key) {
  for (std::size_t leg = 0; leg < holds.size(); ++leg) {
    const Progress progress = holds[leg].progress;
    if ((progress == Progress::ending || progress == Progress::ended) && holds[leg].key == key) {
      return static_cast<LegIndex>(leg);
    }
  }
  return std::nullopt;
}

Status check_leg(const Plan& plan, LegIndex leg, MovementKind kind) {
  const bool needs_pivot = kind == MovementKind::payment;
  if (leg < plan.legs.size() && (plan.legs[leg].role == LegRole::pivot) == needs_pivot) return Done{};
  return make_error(ErrorCode::invalid_transition,
                    "leg " + std::to_string(leg) + " of the plan has no " + std::string(to_string(kind)));
}

}  // namespace clearspan
