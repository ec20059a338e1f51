#include "ledgers/ethereum/outcome.hpp"

#include "ledgers/ethereum/notation.hpp"

namespace clearspan::ethereum {
namespace {

void fill(Outcome& outcome, const Held& event, const Assets& assets) {
  outcome.kind = MovementKind::hold;
  outcome.asset = assets.id_of(event.token);
  outcome.amount = event.amount;
  outcome.from = account_of(event.payer);
  outcome.to = account_of(event.payee);
  outcome.hold_key = event.key;
  outcome.reclaim_after = LedgerTime{event.reclaim_after};
}

void fill(Outcome& outcome, const Released& event, const Assets& assets) {
  outcome.kind = MovementKind::release;
  outcome.asset = assets.id_of(event.token);
  outcome.amount = event.amount;
  outcome.from = account_of(event.payer);
  outcome.to = account_of(event.payee);
  outcome.hold_key = event.key;
}

void fill(Outcome& outcome, const Refunded& event, const Assets& assets) {
  outcome.kind = MovementKind::refund;
  outcome.asset = assets.id_of(event.token);
  outcome.amount = event.amount;
  outcome.from = account_of(event.payer);
  outcome.to = outcome.from;
  outcome.hold_key = event.key;
  outcome.reclaimed = event.by_payer;
}

void fill(Outcome& outcome, const Paid& event, const Assets& assets) {
  outcome.kind = MovementKind::payment;
  outcome.asset = assets.id_of(event.token);
  outcome.amount = event.amount;
  outcome.from = account_of(event.payer);
  outcome.to = account_of(event.payee);
}

void fill(Outcome& outcome, const Failed& event, const Assets& /*assets*/) {
  outcome.kind = event.kind;
  outcome.ok = false;
  outcome.from = account_of(event.payer);
  outcome.hold_key = event.key;
  outcome.reason = event.reason;
}

}  // namespace

Outcome outcome_of(const EscrowEvent& event, const Assets& assets, const BlockPosition& position) {
  Outcome outcome;
  outcome.ref = ref_of(event);
  outcome.ok = true;
  outcome.position = position;
  std::visit([&](const auto& content) { fill(outcome, content, assets); }, event);
  return outcome;
}

}  // namespace clearspan::ethereum
