#include "core/chain/movement.hpp"

namespace clearspan {

std::string_view to_string(MovementKind kind) {
  switch (kind) {
    case MovementKind::hold:
      return "hold";
    case MovementKind::release:
      return "release";
    case MovementKind::refund:
      return "refund";
    case MovementKind::payment:
      return "payment";
  }
  return "unknown";
}

Outcome effect_of(const Movement& movement) {
  Outcome outcome;
  outcome.ref = movement.ref;
  outcome.kind = movement.kind;
  outcome.ok = true;
  outcome.asset = movement.asset;
  outcome.amount = movement.amount;
  outcome.from = movement.from;
  outcome.to = movement.to;
  outcome.hold_key = movement.hold_key;
  outcome.reclaim_after = movement.reclaim_after;
  return outcome;
}

}  // namespace clearspan
