#include "ledgers/evidence/index_course.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace clearspan::evidence {
namespace {

constexpr std::size_t kShapesMax = 4096;
constexpr std::size_t kStatesMax = std::numeric_limits<Courses::Number>::max() - Courses::kFirst;

// visit(leg, key) for each hold that has a key.
template <class AnyState, class Visit>
void for_each_key(AnyState& state, Visit&& visit) {
  const auto visit_key = [&](std::size_t leg, auto& key) {
    if (!key.is_zero()) visit(leg, key);
  };
  std::visit(
      [&](auto& current) {
        using Kind = std::remove_cvref_t<decltype(current)>;
        for (std::size_t leg = 0; leg < current.holds.size(); ++leg) {
          auto& hold = current.holds[leg];
          if constexpr (std::is_same_v<Kind, Preparing>) {
            if (hold) visit_key(leg, *hold);
          } else if constexpr (std::is_same_v<Kind, Releasing> || std::is_same_v<Kind, Refunding>) {
            visit_key(leg, hold.key);
          } else {
            visit_key(leg, hold);
          }
        }
      },
      state);
}

// The key that the model's hold of this leg has.
HoldKey model_key(std::size_t leg) {
  HoldKey key;
  key.bytes.fill(static_cast<std::uint8_t>(leg + 1));
  return key;
}

Plan model_plan(const std::vector<LegGlance>& legs, bool is_return) {
  Plan plan;
  for (const LegGlance& real : legs) {
    Leg& leg = plan.legs.emplace_back();
    leg.role = real.role;
    leg.placement = real.placement;
    leg.ledger.text = real.ledger;
    leg.asset.text = "asset";
    leg.amount = Amount{1};
    leg.payer.text = "payer";
    leg.payee.text = "payee";
  }
  if (is_return) plan.returned = ReturnTerms{ReturnReason::late, {}, model_key(0)};
  return plan;
}

OutcomeFinal model_outcome(const Plan& plan, const ModelEvent& event) {
  Outcome outcome = effect_of(movement_for(plan, event.leg, event.movement, model_key(event.leg)));
  if (event.movement == MovementKind::hold) outcome.hold_key = model_key(event.leg);
  return {plan.legs[event.leg].ledger, outcome};
}

Event model_event(const Plan& plan, const ModelEvent& event) {
  switch (event.kind) {
    case EventKind::started:
      return Started{};
    case EventKind::outcome_final:
      return model_outcome(plan, event);
    case EventKind::movement_dead:
      return MovementDead{event.leg, event.movement, {}, {}, {}};
    case EventKind::movement_refused:
      return MovementRefused{event.leg, event.movement, ErrorCode::movement_rejected, {}};
    case EventKind::prepare_deadline_passed:
      return PrepareDeadlinePassed{};
    case EventKind::cancel_requested:
      return CancelRequested{};
    case EventKind::decided:
      break;
  }
  return Decided{event.decision};
}

std::uint32_t as_number(const ModelEvent& event) {
  return std::uint32_t{event.leg} << 16 | static_cast<std::uint32_t>(event.kind) << 8 |
         static_cast<std::uint32_t>(event.movement) << 1 | static_cast<std::uint32_t>(event.decision);
}

}  // namespace

Standing standing_of(const State& state) {
  const auto* suspended = std::get_if<Suspended>(&state);
  return {phase_of(state), abort_reason_of(state), suspended ? std::optional(suspended->reason) : std::nullopt};
}

std::vector<HoldKey> hold_keys_of(const State& state, std::size_t legs) {
  std::vector<HoldKey> keys(legs);
  for_each_key(state, [&](std::size_t leg, const HoldKey& key) {
    if (leg < legs) keys[leg] = key;
  });
  return keys;
}

Courses::Number Courses::start(const std::vector<LegGlance>& legs, bool is_return) {
  const auto shape = shape_of(legs, is_return);
  if (!shape) return kNone;
  const auto& states = shapes_[*shape].states;
  return states.empty() ? intern(*shape, initial_state(shapes_[*shape].model)) : states.front();
}

Courses::Number Courses::number_of(const Plan& plan, const State& state) {
  std::vector<LegGlance> legs;
  for (const Leg& leg : plan.legs) {
    LegGlance& seen = legs.emplace_back();
    seen.role = leg.role;
    seen.placement = leg.placement;
    seen.ledger = leg.ledger.text;
  }
  if (start(legs, plan.returned.has_value()) == kNone) return kNone;  // which is its shape's first state
  std::vector<HoldKey> keys;
  State model = state;
  for_each_key(model, [&](std::size_t leg, HoldKey& key) {
    keys.push_back(key);
    key = model_key(leg);
  });
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return kNone;
  return intern(*shape_of(legs, plan.returned.has_value()), std::move(model));
}

Courses::Number Courses::after(Number number, const ModelEvent& event) {
  const std::uint32_t wanted = as_number(event);
  for (const Next& next : states_[number - kFirst].next) {
    if (next.event == wanted) return next.state;
  }
  const Number next = learn(number, event);
  states_[number - kFirst].next.push_back({wanted, next});
  return next;
}

std::optional<std::uint32_t> Courses::shape_of(const std::vector<LegGlance>& legs, bool is_return) {
  name_.assign(1, is_return ? 'r' : 'p');
  for (const LegGlance& leg : legs) {
    name_ += static_cast<char>(leg.role);
    name_ += static_cast<char>(leg.placement);
    name_ += std::to_string(leg.ledger.size());
    name_ += ':';
    name_ += leg.ledger;
  }
  const auto found = shape_numbers_.find(name_);
  if (found != shape_numbers_.end()) return found->second;
  if (shapes_.size() == kShapesMax) return std::nullopt;
  const auto number = static_cast<std::uint32_t>(shapes_.size());
  shapes_.push_back({model_plan(legs, is_return), {}});
  shape_numbers_.emplace(name_, number);
  return number;
}

Courses::Number Courses::intern(std::uint32_t shape, State state) {
  for (const Number number : shapes_[shape].states) {
    if (states_[number - kFirst].state == state) return number;
  }
  if (states_.size() == kStatesMax) return kNone;
  ModelState added;
  added.shape = shape;
  added.standing = standing_of(state);
  for_each_key(state, [&](std::size_t leg, const HoldKey&) { added.keys |= 1u << leg; });
  added.state = std::move(state);
  states_.push_back(std::move(added));
  const auto number = static_cast<Number>(states_.size() - 1 + kFirst);
  shapes_[shape].states.push_back(number);
  return number;
}

Courses::Number Courses::learn(Number number, const ModelEvent& event) {
  const std::uint32_t shape = states_[number - kFirst].shape;
  const Plan& plan = shapes_[shape].model;
  if (event.leg >= plan.legs.size()) return kNone;
  auto step = advance(plan, states_[number - kFirst].state, model_event(plan, event));
  return step.ok() ? intern(shape, std::move(step->next)) : kNone;
}

}  // namespace clearspan::evidence
