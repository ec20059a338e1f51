#include "actors/gateway/trade_json.hpp"

#include <variant>

#include "actors/gateway/history_json.hpp"
#include "actors/gateway/trade_steps.hpp"
#include "core/trade/advance.hpp"

namespace clearspan::gateway {
namespace {

using json::Writer;

void write_ledger_time(Writer& out, std::string_view name, LedgerTime time) {
  out.key(name);
  if (time == kNever) {
    out.null();
  } else {
    out.value(time.value);
  }
}

void write_optional(Writer& out, std::string_view name, std::string_view text) {
  out.key(name);
  if (text.empty()) {
    out.null();
  } else {
    out.value(text);
  }
}

std::string_view clock_name(const LedgerBoard& board, const LedgerId& ledger) {
  const LedgerStatus* status = board.find(ledger);
  if (status == nullptr) return {};
  return status->traits.clock == ClockKind::height ? "height" : "unix_seconds";
}

// What the payer needs to place the hold by itself, bound to this trade and leg by the ref.
void write_deposit(Writer& out, const Plan& plan, LegIndex index, const LedgerBoard& board) {
  const Leg& leg = plan.legs[index];
  const LedgerStatus* status = board.find(leg.ledger);
  out.key("deposit").begin_object();
  out.field("ledger", leg.ledger.text);
  write_optional(out, "escrow", status == nullptr ? std::string_view{} : std::string_view(status->traits.escrow));
  out.field("ref", to_hex_prefixed(make_operation_ref(plan.id, index, plan.engine).view()));
  out.field("asset", leg.asset.text).key("amount");
  write_amount(out, leg.amount, board.scale_of(leg.ledger, leg.asset));
  out.field("payer", leg.payer.text).field("payee", leg.payee.text);
  write_ledger_time(out, "not_after", leg.not_after);
  write_ledger_time(out, "reclaim_after", leg.reclaim_after);
  out.end_object();
}

// The members of a leg that its plan fixes; the object stays open.
void write_leg_terms(Writer& out, const Plan& plan, LegIndex index, const LedgerBoard& board) {
  const Leg& leg = plan.legs[index];
  out.begin_object().field("leg", index).field("role", to_string(leg.role));
  write_optional(out, "placed_by", leg.role == LegRole::hold ? to_string(leg.placement) : std::string_view{});
  out.field("ledger", leg.ledger.text).field("asset", leg.asset.text).key("amount");
  write_amount(out, leg.amount, board.scale_of(leg.ledger, leg.asset));
  out.field("payer", leg.payer.text).field("payee", leg.payee.text);
  write_optional(out, "clock", clock_name(board, leg.ledger));
  write_ledger_time(out, "not_after", leg.not_after);
  write_ledger_time(out, "reclaim_after", leg.reclaim_after);
  if (leg.role == LegRole::hold && leg.placement == Placement::payer) write_deposit(out, plan, index, board);
}

void write_terms(Writer& out, const Plan& plan, const LedgerBoard& board) {
  out.field("id", to_string(plan.id)).field("scenario", plan.scenario).field("version", plan.version);
  if (plan.payment) {
    const Leg& hold = plan.legs.front();
    out.key("payment").begin_object();
    out.field("profile", plan.payment->profile).field("rate", to_string(plan.payment->rate)).key("fee");
    write_amount(out, plan.payment->fee, board.scale_of(hold.ledger, hold.asset));
    out.end_object();
  }
  if (plan.returned) {
    out.key("returned").begin_object();
    out.field("reason", to_string(plan.returned->reason));
    out.field("intended_for", to_string(plan.returned->intended_for));
    out.field("hold_key", to_hex_prefixed(plan.returned->hold_key.view()));
    out.end_object();
  }
}

void write_step(Writer& out, MovementKind kind, const TradeStep& step) {
  const auto time = [&](std::string_view name, const std::optional<Timestamp>& at) {
    write_optional(out, name, at ? to_rfc3339(*at) : std::string{});
  };
  out.begin_object().field("kind", to_string(kind)).field("status", to_string(step.status));
  time("requested_at", step.requested);
  time("at", step.at);
  write_optional(out, "txn", step.txn ? to_hex_prefixed(step.txn->view()) : std::string{});
  if (step.sequence) out.field("seq", *step.sequence);
  if (step.outcome != nullptr) write_proof(out, step.outcome->position);
  if (step.outcome != nullptr && !step.outcome->reason.empty()) out.field("reason", step.outcome->reason);
  if (step.dead != nullptr) write_death(out, *step.dead);
  if (step.refused != nullptr) {
    out.field("code", to_string(step.refused->code)).field("reason", step.refused->detail);
  }
  out.end_object();
}

// The txn that ended the leg's hold, or paid the pivot, once it is final.
const TradeStep* settlement_of(const TradeSteps& steps, LegIndex leg) {
  for (const MovementKind kind : {MovementKind::release, MovementKind::refund, MovementKind::payment}) {
    const auto found = steps.find({leg, kind});
    if (found != steps.end() && found->second.status == TradeStep::Status::final) return &found->second;
  }
  return nullptr;
}

void write_leg_progress(Writer& out, LegIndex leg, const TradeSteps& steps) {
  const auto hold = steps.find({leg, MovementKind::hold});
  const bool held = hold != steps.end() && hold->second.status == TradeStep::Status::final;
  write_optional(out, "hold_txn", held ? to_hex_prefixed(hold->second.txn->view()) : std::string{});
  write_optional(out, "hold_key", held ? to_hex_prefixed(hold->second.outcome->hold_key.view()) : std::string{});
  const TradeStep* settlement = settlement_of(steps, leg);
  write_optional(out, "settlement", settlement == nullptr ? std::string_view{} : to_string(settlement->outcome->kind));
  write_optional(out, "settlement_txn",
                 settlement == nullptr ? std::string{} : to_hex_prefixed(settlement->txn->view()));
  out.key("steps").begin_array();
  for (const auto& [key, step] : steps) {
    if (key.leg == leg) write_step(out, key.kind, step);
  }
  out.end_array();
}

void write_decision(Writer& out, const evidence::TradeSnapshot& trade) {
  for (const evidence::HistoryEntry& entry : trade.history) {
    const auto* event = std::get_if<evidence::TradeEvent>(&entry.record.body);
    const auto decision = event == nullptr ? std::nullopt : decision_by(event->event, entry.phase_after);
    if (!decision) continue;
    out.key("decision").begin_object();
    out.field("outcome", to_string(*decision));
    out.field("at", to_rfc3339(entry.record.at)).field("seq", entry.sequence).end_object();
    return;
  }
  out.key("decision").null();
}

void write_transitions(Writer& out, const evidence::TradeSnapshot& trade) {
  out.key("transitions").begin_array();
  std::optional<Phase> phase;
  for (const evidence::HistoryEntry& entry : trade.history) {
    if (phase == entry.phase_after) continue;
    phase = entry.phase_after;
    out.begin_object().field("phase", to_string(*phase)).field("at", to_rfc3339(entry.record.at));
    out.field("seq", entry.sequence).end_object();
  }
  out.end_array();
}

void write_standing(Writer& out, const evidence::TradeSummary& trade) {
  out.field("phase", to_string(trade.phase));
  const bool aborted = trade.abort_reason != AbortReason::none;
  write_optional(out, "abort_reason", aborted ? to_string(trade.abort_reason) : std::string_view{});
  write_optional(out, "suspend_reason", trade.suspend_reason ? to_string(*trade.suspend_reason) : std::string_view{});
  out.field("created", to_rfc3339(trade.created)).field("updated", to_rfc3339(trade.updated));
  out.field("prepare_until", to_rfc3339(trade.plan->prepare_until));
}

}  // namespace

void write_amount(Writer& out, const Amount& amount, std::optional<unsigned> scale) {
  out.begin_object().field("units", to_string(amount)).key("scale");
  if (scale) {
    out.value(*scale);
  } else {
    out.null();
  }
  out.end_object();
}

void write_created_trade(Writer& out, const Plan& plan, const LedgerBoard& board) {
  out.begin_object();
  write_terms(out, plan, board);
  out.field("phase", to_string(Phase::preparing));
  out.field("created", to_rfc3339(plan.created)).field("prepare_until", to_rfc3339(plan.prepare_until));
  out.key("legs").begin_array();
  for (std::size_t leg = 0; leg < plan.legs.size(); ++leg) {
    write_leg_terms(out, plan, static_cast<LegIndex>(leg), board);
    out.end_object();
  }
  out.end_array().end_object();
}

void write_summary(Writer& out, const evidence::TradeSummary& trade, const LedgerBoard& board) {
  out.begin_object();
  write_terms(out, *trade.plan, board);
  write_standing(out, trade);
  out.key("legs").begin_array();
  for (const Leg& leg : trade.plan->legs) {
    out.begin_object().field("role", to_string(leg.role)).field("ledger", leg.ledger.text);
    out.field("asset", leg.asset.text).key("amount");
    write_amount(out, leg.amount, board.scale_of(leg.ledger, leg.asset));
    out.field("payer", leg.payer.text).field("payee", leg.payee.text).end_object();
  }
  out.end_array().end_object();
}

std::string trade_record_json(const evidence::TradeSnapshot& trade, const LedgerBoard& board) {
  const Plan& plan = *trade.summary.plan;
  const TradeSteps steps = steps_of(trade);
  Writer out;
  out.begin_object();
  write_terms(out, plan, board);
  write_standing(out, trade.summary);
  write_decision(out, trade);
  out.key("legs").begin_array();
  for (std::size_t leg = 0; leg < plan.legs.size(); ++leg) {
    write_leg_terms(out, plan, static_cast<LegIndex>(leg), board);
    write_leg_progress(out, static_cast<LegIndex>(leg), steps);
    out.end_object();
  }
  out.end_array();
  write_transitions(out, trade);
  out.key("related").begin_array();
  for (const TradeId& related : trade.related) out.value(to_string(related));
  out.end_array();
  write_optional(out, "idempotency_key", trade.summary.idempotency_key);
  out.field("shard", trade.summary.shard);
  write_history(out, trade.history, board);
  out.end_object();
  return out.take();
}

}  // namespace clearspan::gateway
