#include "core/trade/advance.hpp"
#include "ledgers/evidence/trade_record.hpp"
#include "ledgers/evidence/view_text.hpp"

namespace clearspan::evidence {
namespace {

std::optional<SuspendReason> suspend_reason_of(const State& state) {
  const auto* suspended = std::get_if<Suspended>(&state);
  return suspended == nullptr ? std::nullopt : std::optional(suspended->reason);
}

const OutcomeFinal* outcome_of(const TradeFact& fact) {
  const auto* event = std::get_if<TradeEvent>(&fact.body);
  return event == nullptr ? nullptr : std::get_if<OutcomeFinal>(&event->event);
}

class RecordJson {
 public:
  explicit RecordJson(const TradeRecord& record) : record_(record) {}

  std::string write() {
    out_.begin_object();
    write_terms();
    write_standing();
    out_.key("legs").begin_array();
    for (std::size_t i = 0; i < record_.plan->legs.size(); ++i) write_leg(static_cast<LegIndex>(i));
    out_.end_array().key("transitions").begin_array();
    for (const TradeFact* fact : record_.transitions()) {
      out_.begin_object().field("phase", to_string(fact->phase_after));
      write_time(*fact);
      out_.field("cause", name_of(*fact)).end_object();
    }
    out_.end_array().key("related").begin_array();
    for (const TradeId& trade : record_.related) out_.value(to_string(trade));
    out_.end_array().key("records").begin_array();
    for (const TradeFact& fact : record_.facts) write_fact(fact);
    out_.end_array();
    write_logs(out_, record_.logs);
    out_.end_object();
    return out_.take();
  }

 private:
  void write_time(const TradeFact& fact) {
    out_.field("at", to_rfc3339(fact.at));
    write_place(out_, record_.logs, fact.place);
  }

  void write_amount_of(const LedgerId& ledger, const AssetId& asset, const Amount& amount) {
    out_.key("amount");
    write_amount(out_, to_string(amount), record_.scales.of(ledger, asset));
  }

  void write_ledger_time(std::string_view name, LedgerTime time) {
    out_.key(name);
    if (time == kNever) {
      out_.null();
    } else {
      out_.value(time.value);
    }
  }

  void write_terms() {
    const Plan& plan = *record_.plan;
    out_.field("id", to_string(plan.id)).field("scenario", plan.scenario).field("version", plan.version);
    if (plan.payment) {
      const Leg& hold = plan.legs.front();
      out_.key("payment").begin_object().field("profile", plan.payment->profile);
      out_.field("rate", to_string(plan.payment->rate)).key("fee");
      write_amount(out_, to_string(plan.payment->fee), record_.scales.of(hold.ledger, hold.asset));
      out_.end_object();
    }
    if (plan.returned) {
      out_.key("returned").begin_object().field("reason", to_string(plan.returned->reason));
      out_.field("intended_for", to_string(plan.returned->intended_for));
      out_.field("hold_key", to_hex_prefixed(plan.returned->hold_key.view())).end_object();
    }
  }

  void write_standing() {
    const Plan& plan = *record_.plan;
    out_.field("phase", to_string(phase_of(record_.state)));
    const AbortReason abort = abort_reason_of(record_.state);
    write_optional(out_, "abort_reason", abort == AbortReason::none ? std::string_view() : to_string(abort));
    const auto suspended = suspend_reason_of(record_.state);
    write_optional(out_, "suspend_reason", suspended ? to_string(*suspended) : std::string_view());
    out_.field("created", to_rfc3339(plan.created)).field("prepare_until", to_rfc3339(plan.prepare_until));
    write_optional(out_, "idempotency_key", record_.idempotency_key);
    out_.key("decision");
    for (const TradeFact& fact : record_.facts) {
      const auto* event = std::get_if<TradeEvent>(&fact.body);
      const auto decision = event == nullptr ? std::nullopt : decision_by(event->event, fact.phase_after);
      if (!decision) continue;
      out_.begin_object().field("outcome", to_string(*decision));
      write_time(fact);
      out_.end_object();
      return;
    }
    out_.null();
  }

  void write_leg(LegIndex index) {
    const Leg& leg = record_.plan->legs[index];
    out_.begin_object().field("leg", index).field("role", to_string(leg.role));
    write_optional(out_, "placed_by", leg.role == LegRole::hold ? to_string(leg.placement) : std::string_view());
    out_.field("ledger", leg.ledger.text);
    write_chain(leg.ledger);
    out_.field("asset", leg.asset.text);
    write_amount_of(leg.ledger, leg.asset, leg.amount);
    out_.field("payer", leg.payer.text).field("payee", leg.payee.text);
    write_ledger_time("not_after", leg.not_after);
    write_ledger_time("reclaim_after", leg.reclaim_after);
    write_progress(index);
    out_.key("steps").begin_array();
    for (const TradeRecordStep& step : record_.steps) {
      if (step.leg == index) write_step(step);
    }
    out_.end_array().end_object();
  }

  // What the ledger is, in the words of the log.
  void write_chain(const LedgerId& ledger) {
    const auto found = record_.ledgers.find(ledger);
    out_.key("chain");
    if (found == record_.ledgers.end()) {
      out_.null();
      return;
    }
    out_.begin_object().field("kind", found->second.kind);
    write_optional(out_, "network", found->second.network);
    write_optional(out_, "escrow", found->second.escrow);
    out_.field("clock", found->second.clock == ClockKind::height ? "height" : "unix_seconds").end_object();
  }

  [[nodiscard]] const Outcome* final_outcome(LegIndex leg, MovementKind kind) const {
    const TradeRecordStep* step = record_.step(leg, kind);
    if (step == nullptr || step->status != TradeRecordStep::Status::final) return nullptr;
    return &outcome_of(record_.facts[*step->result])->outcome;
  }

  void write_progress(LegIndex leg) {
    const Outcome* hold = final_outcome(leg, MovementKind::hold);
    write_optional(out_, "hold_txn", hold == nullptr ? std::string() : to_hex_prefixed(hold->position.txn.view()));
    write_optional(out_, "hold_key", hold == nullptr ? std::string() : to_hex_prefixed(hold->hold_key.view()));
    const Outcome* settlement = nullptr;
    for (const MovementKind kind : {MovementKind::release, MovementKind::refund, MovementKind::payment}) {
      if (settlement == nullptr) settlement = final_outcome(leg, kind);
    }
    write_optional(out_, "settlement", settlement == nullptr ? std::string_view() : to_string(settlement->kind));
    write_optional(out_, "settlement_txn",
                   settlement == nullptr ? std::string() : to_hex_prefixed(settlement->position.txn.view()));
  }

  void write_step(const TradeRecordStep& step) {
    out_.begin_object().field("kind", to_string(step.kind)).field("status", to_string(step.status));
    out_.key("requests").begin_array();
    for (const std::size_t request : step.requests) {
      const TradeFact& fact = record_.facts[request];
      out_.begin_object().field("txn", to_hex_prefixed(std::get<TxnSigned>(fact.body).id.view()));
      write_time(fact);
      out_.end_object();
    }
    out_.end_array().key("result");
    if (step.result) {
      const TradeFact& fact = record_.facts[*step.result];
      out_.begin_object();
      write_time(fact);
      write_body(fact);
      out_.end_object();
    } else {
      out_.null();
    }
    out_.end_object();
  }

  void write_fact(const TradeFact& fact) {
    out_.begin_object();
    write_time(fact);
    out_.field("type", name_of(fact)).field("phase", to_string(fact.phase_after));
    write_body(fact);
    out_.end_object();
  }

  void write_body(const TradeFact& fact) {
    if (const auto* event = std::get_if<TradeEvent>(&fact.body)) {
      std::visit([&](const auto& body) { write(body); }, event->event);
    } else if (const auto* txn = std::get_if<TxnSigned>(&fact.body)) {
      write(*txn);
    } else if (const auto* closed = std::get_if<TxnClosed>(&fact.body)) {
      out_.field("ledger", closed->ledger.text).field("txn", to_hex_prefixed(closed->id.view()));
    }
    if (fact.proof) out_.field("proof_leaf", fact.proof->leaf);
  }

  void write(const Started&) {}

  void write(const PrepareDeadlinePassed&) {}

  void write(const CancelRequested&) {}

  void write(const Decided& decided) { out_.field("decision", to_string(decided.decision)); }

  void write(const OutcomeFinal& fact) {
    const Outcome& outcome = fact.outcome;
    out_.field("ledger", fact.ledger.text).field("leg", leg_of(outcome.ref)).field("kind", to_string(outcome.kind));
    out_.field("ok", outcome.ok);
    if (outcome.reclaimed) out_.field("reclaimed", true);
    out_.field("asset", outcome.asset.text);
    write_amount_of(fact.ledger, outcome.asset, outcome.amount);
    out_.field("from", outcome.from.text).field("to", outcome.to.text);
    if (!outcome.hold_key.is_zero()) out_.field("hold_key", to_hex_prefixed(outcome.hold_key.view()));
    if (!outcome.ok) out_.field("reason", outcome.reason);
    write_position(out_, outcome.position);
  }

  void write(const MovementDead& dead) {
    out_.field("leg", dead.leg).field("kind", to_string(dead.kind)).key("proof").begin_object();
    out_.field("block_number", dead.height.value).field("block_hash", to_hex_prefixed(dead.block.view()));
    out_.field("ledger_time", dead.time.value).end_object();
  }

  void write(const MovementRefused& refused) {
    out_.field("leg", refused.leg).field("kind", to_string(refused.kind));
    out_.field("code", to_string(refused.code)).field("reason", refused.detail);
  }

  void write(const TxnSigned& txn) {
    out_.field("ledger", txn.ledger.text).field("txn", to_hex_prefixed(txn.id.view()));
    out_.field("signer", txn.signer.text).field("sequence", txn.sequence.value).field("fee_step", txn.fee_step);
    write_ledger_time("not_after", txn.not_after);
    out_.key("movements").begin_array();
    for (const Movement& movement : txn.movements) {
      out_.begin_object().field("leg", leg_of(movement.ref)).field("kind", to_string(movement.kind)).end_object();
    }
    out_.end_array();
  }

  const TradeRecord& record_;
  json::Writer out_;
};

}  // namespace

std::string to_json(const TradeRecord& record) {
  return RecordJson(record).write();
}

}  // namespace clearspan::evidence
