#include "actors/gateway/history_json.hpp"

#include <string>
#include <variant>

#include "actors/gateway/trade_json.hpp"

namespace clearspan::gateway {
namespace {

using json::Writer;

void write_movement(Writer& out, LegIndex leg, MovementKind kind) {
  out.field("leg", leg).field("kind", to_string(kind));
}

void write_event(Writer&, const Started&) {}

void write_event(Writer&, const OutcomeFinal&) {}  // written with its ledger's assets, below

void write_event(Writer&, const PrepareDeadlinePassed&) {}

void write_event(Writer&, const CancelRequested&) {}

void write_event(Writer& out, const MovementDead& dead) {
  write_movement(out, dead.leg, dead.kind);
  write_death(out, dead);
}

void write_event(Writer& out, const MovementRefused& refused) {
  write_movement(out, refused.leg, refused.kind);
  out.field("code", to_string(refused.code)).field("reason", refused.detail);
}

void write_event(Writer& out, const Decided& decided) {
  out.field("decision", to_string(decided.decision));
}

class RecordWriter {
 public:
  RecordWriter(Writer& out, const LedgerBoard& board) : out_(out), board_(board) {}

  void operator()(const evidence::TradeCreated& created) const {
    out_.field("type", "trade_created").field("request_item", created.request_item);
    out_.field("request_digest", to_hex_prefixed(created.request_digest.view()));
  }

  void operator()(const evidence::TradeEvent& event) const {
    out_.field("type", name_of(event.event));
    if (const auto* fact = std::get_if<OutcomeFinal>(&event.event)) {
      write_outcome(fact->ledger, fact->outcome);
    } else {
      std::visit([&](const auto& other) { write_event(out_, other); }, event.event);
    }
  }

  void operator()(const evidence::TxnSigned& txn) const {
    out_.field("type", "txn_signed").field("ledger", txn.ledger.text).field("txn", to_hex_prefixed(txn.id.view()));
    out_.field("signer", txn.signer.text).field("sequence", txn.sequence.value).field("fee_step", txn.fee_step);
    out_.key("not_after");
    if (txn.not_after == kNever) {
      out_.null();
    } else {
      out_.value(txn.not_after.value);
    }
    out_.key("movements").begin_array();
    for (const Movement& movement : txn.movements) {
      out_.begin_object();
      write_movement(out_, leg_of(movement.ref), movement.kind);
      out_.end_object();
    }
    out_.end_array();
  }

  void operator()(const evidence::TxnClosed& closed) const {
    out_.field("type", "txn_closed").field("ledger", closed.ledger.text);
    out_.field("txn", to_hex_prefixed(closed.id.view()));
  }

  // These name no trade, so no trade's history holds them.
  void operator()(const evidence::EngineStarted&) const { out_.field("type", "engine_started"); }

  void operator()(const evidence::ViewAdvanced&) const { out_.field("type", "view_advanced"); }

  void operator()(const evidence::LedgerFrozen&) const { out_.field("type", "ledger_frozen"); }

  void operator()(const evidence::LedgerDescribed&) const { out_.field("type", "ledger_described"); }

  void operator()(const evidence::LedgerProof&) const { out_.field("type", "ledger_proof"); }

  void operator()(const evidence::Anchored&) const { out_.field("type", "anchored"); }

  void operator()(const evidence::HoldingsChecked&) const { out_.field("type", "holdings_checked"); }

  void operator()(const evidence::ProofLeftOut&) const { out_.field("type", "proof_left_out"); }

 private:
  void write_outcome(const LedgerId& ledger, const Outcome& outcome) const {
    out_.field("ledger", ledger.text);
    write_movement(out_, leg_of(outcome.ref), outcome.kind);
    out_.field("ok", outcome.ok);
    if (outcome.reclaimed) out_.field("reclaimed", true);
    out_.field("asset", outcome.asset.text).key("amount");
    write_amount(out_, outcome.amount, board_.scale_of(ledger, outcome.asset));
    out_.field("from", outcome.from.text).field("to", outcome.to.text);
    if (!outcome.hold_key.is_zero()) out_.field("hold_key", to_hex_prefixed(outcome.hold_key.view()));
    if (!outcome.reason.empty()) out_.field("reason", outcome.reason);
    write_proof(out_, outcome.position);
  }

  Writer& out_;
  const LedgerBoard& board_;
};

}  // namespace

void write_proof(Writer& out, const BlockPosition& position) {
  out.key("proof").begin_object();
  out.field("block_number", position.height.value).field("block_hash", to_hex_prefixed(position.block.view()));
  out.field("txn", to_hex_prefixed(position.txn.view())).field("txn_index", position.txn_index);
  out.field("effect_index", position.effect_index).end_object();
}

void write_death(Writer& out, const MovementDead& dead) {
  out.key("proof").begin_object();
  out.field("block_number", dead.height.value).field("block_hash", to_hex_prefixed(dead.block.view()));
  out.field("ledger_time", dead.time.value).end_object();
}

void write_history(Writer& out, const std::vector<evidence::HistoryEntry>& history, const LedgerBoard& board) {
  out.key("history").begin_array();
  for (const evidence::HistoryEntry& entry : history) {
    out.begin_object().field("seq", entry.sequence).field("at", to_rfc3339(entry.record.at));
    out.field("phase", to_string(entry.phase_after));
    std::visit(RecordWriter(out, board), entry.record.body);
    out.end_object();
  }
  out.end_array();
}

}  // namespace clearspan::gateway
