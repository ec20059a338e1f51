#include "codecs/simulated/outcome.hpp"

namespace clearspan::simulated {

void fill_outcome(const Operation& operation, const OperationResult& result, const Amount& ended,
                  const BlockPosition& position, Outcome& outcome) {
  outcome.ref = operation.ref;
  outcome.kind = *movement_kind(operation.kind);
  outcome.ok = result.ok();
  outcome.reclaimed = result.reclaimed;
  outcome.position = position;
  if (!outcome.ok) outcome.reason = result.reason;
  outcome.reclaim_after = operation.reclaim_after;
  switch (outcome.kind) {
    case MovementKind::hold:
    case MovementKind::payment:
      outcome.asset.text = operation.asset;
      outcome.amount = operation.amount;
      outcome.from.text = operation.from;
      outcome.to.text = operation.to;
      break;
    case MovementKind::release:
    case MovementKind::refund:
      outcome.hold_key = operation.hold_key;
      if (!outcome.ok) break;
      outcome.asset.text = result.asset;
      outcome.amount = ended;
      outcome.from.text = result.from;
      outcome.to.text = result.to;
      break;
  }
}

std::optional<Outcome> outcome_of(const Operation& operation, const OperationResult& result,
                                  const BlockPosition& position) {
  if (!movement_kind(operation.kind)) return std::nullopt;
  Amount ended;
  if (has_ended(operation.kind) && result.ok()) CLEARSPAN_VERIFY(read_amount(result.amount_digits, ended).ok());
  std::optional<Outcome> outcome(std::in_place);
  fill_outcome(operation, result, ended, position, *outcome);
  if (operation.kind == OperationKind::hold && outcome->ok) {
    outcome->hold_key = hold_key_of(position.txn, position.effect_index);
  }
  return outcome;
}

}  // namespace clearspan::simulated
