// The fields of each value inside a record, in the order in which they are written: every function here works on a
// cbor::Writer with const values and on a cbor::Reader with values to fill. Enumerators are written by their number:
// new ones are added at the end of their enumeration only. Error codes are written by name, because their list is
// ordered for its reader.
#pragma once

#include <type_traits>

#include "codecs/evidence/cbor.hpp"
#include "core/chain/movement.hpp"
#include "core/chain/proof.hpp"
#include "core/trade/plan.hpp"
#include "core/trade/state.hpp"

namespace clearspan::evidence::fields {

inline constexpr std::size_t kMovementsMax = 4096;  // in one txn; no ledger takes more in one

inline constexpr auto kMovement = [](auto& coder, auto& movement) {
  coder.array(10);
  coder.fixed(movement.ref);
  coder.enumerator(movement.kind, MovementKind::payment);
  coder.text(movement.asset);
  coder.amount(movement.amount);
  coder.text(movement.from);
  coder.text(movement.to);
  coder.fixed_or_null(movement.hold_key);
  coder.integer(movement.not_after);
  coder.integer(movement.reclaim_after);
  coder.integer(movement.attempt);
};

inline constexpr auto kPosition = [](auto& coder, auto& position) {
  coder.array(5);
  coder.integer(position.height);
  coder.fixed(position.block);
  coder.fixed(position.txn);
  coder.integer(position.txn_index);
  coder.integer(position.effect_index);
};

inline constexpr auto kOutcome = [](auto& coder, auto& outcome) {
  coder.array(12);
  coder.fixed(outcome.ref);
  coder.enumerator(outcome.kind, MovementKind::payment);
  coder.boolean(outcome.ok);
  coder.boolean(outcome.reclaimed);
  coder.text(outcome.asset);
  coder.amount(outcome.amount);
  coder.text(outcome.from);
  coder.text(outcome.to);
  coder.fixed_or_null(outcome.hold_key);
  coder.integer(outcome.reclaim_after);
  kPosition(coder, outcome.position);
  coder.text(outcome.reason);
};

inline constexpr auto kLeg = [](auto& coder, auto& leg) {
  coder.array(9);
  coder.enumerator(leg.role, LegRole::pivot);
  coder.enumerator(leg.placement, Placement::payer);
  coder.text(leg.ledger);
  coder.text(leg.asset);
  coder.amount(leg.amount);
  coder.text(leg.payer);
  coder.text(leg.payee);
  coder.integer(leg.not_after);
  coder.integer(leg.reclaim_after);
};

inline constexpr auto kPaymentTerms = [](auto& coder, auto& terms) {
  coder.array(4);
  coder.text(terms.profile);
  coder.integer(terms.rate.numerator);
  coder.integer(terms.rate.denominator);
  coder.amount(terms.fee);
};

inline constexpr auto kReturnTerms = [](auto& coder, auto& terms) {
  coder.array(3);
  coder.enumerator(terms.reason, ReturnReason::unknown_trade);
  coder.fixed(terms.intended_for);
  coder.fixed(terms.hold_key);
};

inline constexpr auto kPlan = [](auto& coder, auto& plan) {
  coder.array(9);
  coder.fixed(plan.id);
  coder.fixed(plan.engine);
  coder.text(plan.scenario);
  coder.integer(plan.version);
  coder.time(plan.created);
  coder.time(plan.prepare_until);
  coder.list(plan.legs, kLegsMax, kLeg);
  coder.optional(plan.payment, kPaymentTerms);
  coder.optional(plan.returned, kReturnTerms);
  if constexpr (std::remove_cvref_t<decltype(coder)>::kReads) {
    // The trade machine starts such a plan with its one hold placed: there must be exactly that.
    const bool is_one_hold = plan.legs.size() == 1 && plan.legs.front().role == LegRole::hold;
    if (plan.returned && !is_one_hold) coder.fail("a return of another shape than one hold");
  }
};

inline constexpr std::size_t kAssetsMax = 1024;  // of one ledger
inline constexpr std::size_t kTxnsMax = 65'536;  // in one block

inline constexpr auto kAsset = [](auto& coder, auto& asset) {
  coder.array(3);
  coder.text(asset.id);
  coder.integer(asset.scale);
  coder.bytes(asset.token);
};

inline constexpr auto kHeader = [](auto& coder, auto& header) { coder.bytes(header); };

inline constexpr auto kTxnProof = [](auto& coder, auto& txn) {
  coder.array(2);
  coder.integer(txn.index);
  coder.bytes(txn.proof);
};

inline constexpr auto kHeldBalance = [](auto& coder, auto& balance) {
  coder.array(3);
  coder.text(balance.asset);
  coder.amount(balance.expected);
  coder.amount(balance.found);
};

// Members of the array that the caller has begun.
void code_description(auto& coder, auto& description) {
  coder.text(description.ledger);
  coder.text(description.kind);
  coder.text(description.network);
  coder.text(description.escrow);
  coder.enumerator(description.clock, ClockKind::unix_seconds);
  coder.integer(description.depth);
  coder.list(description.assets, kAssetsMax, kAsset);
}

void code_proof(auto& coder, auto& proof) {
  coder.bytes(proof.header);
  coder.list(proof.descendants, kProofDepthMax, kHeader);
  coder.list(proof.txns, kTxnsMax, kTxnProof);
}

}  // namespace clearspan::evidence::fields
