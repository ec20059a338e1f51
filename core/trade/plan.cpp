#include "core/trade/plan.hpp"

namespace clearspan {

std::optional<LegIndex> Plan::pivot() const {
  for (std::size_t i = 0; i < legs.size(); ++i) {
    if (legs[i].role == LegRole::pivot) return static_cast<LegIndex>(i);
  }
  return std::nullopt;
}

Movement movement_for(const Plan& plan, LegIndex leg_index, MovementKind kind, const HoldKey& hold_key) {
  const Leg& leg = plan.legs.at(leg_index);
  Movement movement;
  movement.ref = make_operation_ref(plan.id, leg_index, plan.engine);
  movement.kind = kind;
  movement.asset = leg.asset;
  movement.amount = leg.amount;
  movement.from = leg.payer;
  movement.to = leg.payee;
  movement.reclaim_after = kNever;
  switch (kind) {
    case MovementKind::hold:
      movement.not_after = leg.not_after;
      movement.reclaim_after = leg.reclaim_after;
      break;
    case MovementKind::payment:
      movement.not_after = leg.not_after;
      break;
    case MovementKind::refund:
      movement.to = leg.payer;
      [[fallthrough]];
    case MovementKind::release:
      movement.hold_key = hold_key;
      movement.not_after = kNever;
      break;
  }
  return movement;
}

}  // namespace clearspan
