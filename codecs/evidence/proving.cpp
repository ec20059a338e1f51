#include "codecs/evidence/proving.hpp"

#include <algorithm>

namespace clearspan::evidence {
namespace {

Status check_outcome(const Outcome& outcome, const ProvenBlock& block) {
  const auto txn = std::find_if(block.txns.begin(), block.txns.end(),
                                [&](const ProvenTxn& one) { return one.index == outcome.position.txn_index; });
  if (txn == block.txns.end()) return make_error(ErrorCode::proof_missing, "no proof of the txn of an outcome");
  if (txn->id != outcome.position.txn) return make_error(ErrorCode::outcome_mismatch, "the txn has another id");
  const auto effect = std::find_if(txn->effects.begin(), txn->effects.end(),
                                   [&](const ProvenEffect& one) { return one.index == outcome.position.effect_index; });
  if (effect == txn->effects.end() || effect->outcome != outcome) {
    return make_error(ErrorCode::outcome_mismatch, "the ledger shows another outcome than the record");
  }
  return Done{};
}

}  // namespace

Result<ProvenBlock> check_proof(const ProofChecks& checks, const LedgerDescription& description,
                                const BlockProof& proof) {
  const auto check = checks.find(description.kind);
  if (check == checks.end()) {
    return make_error(ErrorCode::proof_invalid, "a ledger of an unknown kind: " + description.kind);
  }
  CLEARSPAN_TRY(ProvenBlock block, check->second(description, proof));
  if (block.tip != proof.tip) return make_error(ErrorCode::proof_invalid, "the proof ends in another block");
  return block;
}

std::optional<Citation> citation_of(const Plan& plan, const Event& event) {
  if (const auto* fact = std::get_if<OutcomeFinal>(&event)) {
    return Citation{fact->ledger, fact->outcome.position.height, fact->outcome.position.block};
  }
  if (const auto* dead = std::get_if<MovementDead>(&event)) {
    return Citation{plan.legs[dead->leg].ledger, dead->height, dead->block};
  }
  return std::nullopt;
}

Status check_event(const Event& event, const ProvenBlock& block) {
  if (const auto* fact = std::get_if<OutcomeFinal>(&event)) return check_outcome(fact->outcome, block);
  const auto* dead = std::get_if<MovementDead>(&event);
  if (dead == nullptr || block.time == dead->time) return Done{};
  return make_error(ErrorCode::outcome_mismatch, "the block has another time");
}

bool needs_txn(const Plan& plan, const MovementDead& dead) {
  const bool can_expire = dead.kind == MovementKind::hold || dead.kind == MovementKind::payment;
  return can_expire && dead.time <= plan.legs[dead.leg].not_after;
}

}  // namespace clearspan::evidence
