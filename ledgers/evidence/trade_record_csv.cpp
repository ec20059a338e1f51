#include "ledgers/evidence/trade_record.hpp"
#include "ledgers/evidence/view_text.hpp"

namespace clearspan::evidence {
namespace {

// One line for each fact; the plan's legs and a txn's movements have a line each.
class RecordCsv {
 public:
  explicit RecordCsv(const TradeRecord& record) : record_(record) {}

  std::string write() {
    for (const TradeFact& fact : record_.facts) {
      fact_ = &fact;
      if (const auto* event = std::get_if<TradeEvent>(&fact.body)) {
        std::visit([&](const auto& body) { write(body); }, event->event);
      } else if (const auto* txn = std::get_if<TxnSigned>(&fact.body)) {
        write(*txn);
      } else if (const auto* closed = std::get_if<TxnClosed>(&fact.body)) {
        out_.set("ledger", closed->ledger.text).set("txn", to_hex_prefixed(closed->id.view()));
        end_row();
      } else {
        write_legs();
      }
    }
    return out_.take();
  }

 private:
  void end_row() {
    out_.set("trade", to_string(record_.plan->id)).set("scenario", record_.plan->scenario);
    out_.set("version", std::to_string(record_.plan->version)).set("at", to_rfc3339(fact_->at));
    out_.set("type", name_of(*fact_)).set("phase", to_string(fact_->phase_after));
    set_place(out_, record_.logs, fact_->place);
    if (fact_->proof) out_.set("proof_leaf", std::to_string(fact_->proof->leaf));
    out_.end_row();
  }

  void set_leg(LegIndex leg, MovementKind kind) { out_.set("leg", std::to_string(leg)).set("kind", to_string(kind)); }

  void set_value(const LedgerId& ledger, const AssetId& asset, const Amount& amount, const AccountId& from,
                 const AccountId& to) {
    out_.set("ledger", ledger.text).set("asset", asset.text).set("amount", to_string(amount));
    out_.set("scale", scale_text(record_.scales.of(ledger, asset))).set("from", from.text).set("to", to.text);
  }

  void write_legs() {
    const Plan& plan = *record_.plan;
    for (std::size_t i = 0; i < plan.legs.size(); ++i) {
      const Leg& leg = plan.legs[i];
      set_leg(static_cast<LegIndex>(i), leg.role == LegRole::hold ? MovementKind::hold : MovementKind::payment);
      set_value(leg.ledger, leg.asset, leg.amount, leg.payer, leg.payee);
      if (plan.payment) {
        out_.set("detail", plan.payment->profile + ", rate " + to_string(plan.payment->rate) + ", fee " +
                               to_string(plan.payment->fee));
      }
      if (plan.returned) {
        out_.set("detail", std::string(to_string(plan.returned->reason)) + ", intended for " +
                               to_string(plan.returned->intended_for));
      }
      end_row();
    }
  }

  void write(const TxnSigned& txn) {
    for (const Movement& movement : txn.movements) {
      set_leg(leg_of(movement.ref), movement.kind);
      set_value(txn.ledger, movement.asset, movement.amount, movement.from, movement.to);
      out_.set("txn", to_hex_prefixed(txn.id.view())).set("detail", "signed by " + txn.signer.text);
      end_row();
    }
  }

  void write(const OutcomeFinal& fact) {
    const Outcome& outcome = fact.outcome;
    set_leg(leg_of(outcome.ref), outcome.kind);
    set_value(fact.ledger, outcome.asset, outcome.amount, outcome.from, outcome.to);
    out_.set("ok", outcome.ok ? "true" : "false").set("detail", outcome.reclaimed ? "reclaimed" : outcome.reason);
    set_position(out_, outcome.position);
    end_row();
  }

  void write(const MovementDead& dead) {
    set_leg(dead.leg, dead.kind);
    out_.set("ledger", record_.plan->legs[dead.leg].ledger.text);
    out_.set("block_number", std::to_string(dead.height.value)).set("block_hash", to_hex_prefixed(dead.block.view()));
    out_.set("ledger_time", std::to_string(dead.time.value));
    end_row();
  }

  void write(const MovementRefused& refused) {
    set_leg(refused.leg, refused.kind);
    out_.set("detail", std::string(to_string(refused.code)) + ": " + refused.detail);
    end_row();
  }

  void write(const Decided& decided) {
    out_.set("detail", to_string(decided.decision));
    end_row();
  }

  // Nothing to say beyond its name.
  void write(const auto&) { end_row(); }

  const TradeRecord& record_;
  const TradeFact* fact_ = nullptr;
  CsvTable out_{{"trade",  "scenario", "version",   "at",           "type",         "phase",      "leg",
                 "kind",   "ok",       "ledger",    "asset",        "amount",       "scale",      "from",
                 "to",     "txn",      "txn_index", "effect_index", "block_number", "block_hash", "ledger_time",
                 "detail", "log",      "leaf",      "proof_leaf"}};
};

}  // namespace

std::string to_csv(const TradeRecord& record) {
  return RecordCsv(record).write();
}

}  // namespace clearspan::evidence
