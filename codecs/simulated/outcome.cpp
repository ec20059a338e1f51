#include "codecs/simulated/outcome.hpp"

namespace clearspan::simulated {

std::optional<Outcome> outcome_of(const Operation& operation, const OperationResult& result,
                                  const BlockPosition& position) {
  const auto kind = movement_kind(operation.kind);
  if (!kind) return std::nullopt;
  std::optional<Outcome> made(std::in_place);
  Outcome& outcome = *made;
  outcome.ref = operation.ref;
  outcome.kind = *kind;
  outcome.ok = result.ok();
  outcome.reclaimed = result.reclaimed;
  outcome.position = position;
  outcome.reason = std::string(result.reason);
  outcome.reclaim_after = operation.reclaim_after;
  switch (*kind) {
    case MovementKind::hold:
    case MovementKind::payment:
      outcome.asset.text = operation.asset;
      outcome.amount = operation.amount;
      outcome.from.text = operation.from;
      outcome.to.text = operation.to;
      if (*kind == MovementKind::hold && outcome.ok) {
        outcome.hold_key = hold_key_of(position.txn, position.effect_index);
      }
      break;
    case MovementKind::release:
    case MovementKind::refund:
      outcome.hold_key = operation.hold_key;
      if (!outcome.ok) break;
      outcome.asset.text = result.asset;
      outcome.amount = parse_amount_digits(result.amount_digits).value();
      outcome.from.text = result.from;
      outcome.to.text = result.to;
      break;
  }
  return made;
}

}  // namespace clearspan::simulated
