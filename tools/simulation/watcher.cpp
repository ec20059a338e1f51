#include "tools/simulation/watcher.hpp"

namespace clearspan::sim {

void Watcher::see(const evidence::Record& record) {
  std::visit([this](const auto& body) { see_body(body); }, record.body);
}

void Watcher::see_body(const evidence::TradeCreated& body) {
  plans_[body.plan.id] = std::make_shared<const Plan>(body.plan);
  if (!body.plan.returned) return;
  note(Sometimes::stray_returned);
  if (body.plan.returned->reason == ReturnReason::late) note(Sometimes::hold_after_end);
}

void Watcher::see_body(const evidence::TradeEvent& body) {
  if (const auto* fact = std::get_if<OutcomeFinal>(&body.event)) see_outcome(*fact);
  if (const auto* dead = std::get_if<MovementDead>(&body.event)) {
    if (dead->kind == MovementKind::hold) note(Sometimes::hold_dead);
    if (dead->kind == MovementKind::payment && !releases_signed_.contains(body.trade)) note(Sometimes::pivot_dead);
  }
  if (const auto* refused = std::get_if<MovementRefused>(&body.event)) {
    if (refused->kind == MovementKind::hold) note(Sometimes::hold_refused);
  }
  if (std::holds_alternative<PrepareDeadlinePassed>(body.event)) note(Sometimes::prepare_timeout);
  if (std::holds_alternative<CancelRequested>(body.event)) note(Sometimes::cancelled);
  if (const auto* decided = std::get_if<Decided>(&body.event)) {
    note(decided->decision == Decision::commit ? Sometimes::decided_commit : Sometimes::decided_abort);
  }
}

void Watcher::see_outcome(const OutcomeFinal& fact) {
  const Outcome& outcome = fact.outcome;
  if (outcome.kind == MovementKind::hold && !outcome.ok) note(Sometimes::hold_failed);
  if (outcome.kind != MovementKind::payment) return;
  if (!outcome.ok) {
    note(Sometimes::pivot_failed);
    return;
  }
  // The simulated ledgers tell time by height.
  const auto txn = txns_.find(outcome.position.txn);
  if (txn != txns_.end() && txn->second.not_after.value == outcome.position.height.value) {
    note(Sometimes::pivot_at_last_block);
  }
}

void Watcher::see_body(const evidence::TxnSigned& body) {
  txns_[body.id] = {body.ledger, body.not_after, false};
  for (const Movement& movement : body.movements) {
    if (movement.attempt != 0) note(Sometimes::signed_again);
    if (movement.kind == MovementKind::release) releases_signed_.insert(trade_of(movement.ref));
  }
}

void Watcher::see_body(const evidence::TxnClosed& body) {
  txns_[body.id].closed = true;
}

void Watcher::see_body(const evidence::LedgerFrozen&) {
  note(Sometimes::final_block_contradicted);
}

}  // namespace clearspan::sim
