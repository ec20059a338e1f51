#include "actors/gateway/trade_steps.hpp"

#include <variant>

#include "core/trade/deposit.hpp"

namespace clearspan::gateway {
namespace {

using evidence::HistoryEntry;

class StepFold {
 public:
  explicit StepFold(const Plan& plan) : plan_(plan) {}

  void apply(const HistoryEntry& entry) {
    if (const auto* txn = std::get_if<evidence::TxnSigned>(&entry.record.body)) {
      for (const Movement& movement : txn->movements) note_signed(entry, *txn, movement);
    }
    if (const auto* event = std::get_if<evidence::TradeEvent>(&entry.record.body)) {
      if (const auto* outcome = std::get_if<OutcomeFinal>(&event->event)) note_outcome(entry, *outcome);
      if (const auto* dead = std::get_if<MovementDead>(&event->event)) note_dead(entry, *dead);
      if (const auto* refused = std::get_if<MovementRefused>(&event->event)) note_refused(entry, *refused);
    }
  }

  TradeSteps take() { return std::move(steps_); }

 private:
  void note_signed(const HistoryEntry& entry, const evidence::TxnSigned& txn, const Movement& movement) {
    TradeStep& step = steps_[{leg_of(movement.ref), movement.kind}];
    if (step.status == TradeStep::Status::final) return;
    if (!step.requested) step.requested = entry.record.at;
    const std::optional<Timestamp> requested = step.requested;
    step = TradeStep{};  // tried again after a failure, or with a higher fee
    step.requested = requested;
    step.txn = txn.id;
  }

  // The leg that the outcome is a step of. A deposit that the leg did not ask for is in the history, and is no step.
  [[nodiscard]] std::optional<LegIndex> leg_concerned(const OutcomeFinal& fact) const {
    const Outcome& outcome = fact.outcome;
    const bool ends_hold = outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund;
    const std::optional<LegIndex> leg = ends_hold ? leg_of_hold(outcome.hold_key) : leg_of(outcome.ref);
    if (!leg || *leg >= plan_.legs.size() || plan_.legs[*leg].ledger != fact.ledger) return std::nullopt;
    const bool is_deposit = outcome.kind == MovementKind::hold && outcome.ok;
    if (is_deposit && reason_to_return(plan_.legs[*leg], outcome, false)) return std::nullopt;
    return leg;
  }

  // The end of a hold is known by the hold's key: a returned deposit's ref names the trade that it was meant for.
  [[nodiscard]] std::optional<LegIndex> leg_of_hold(const HoldKey& key) const {
    if (plan_.returned && plan_.returned->hold_key == key) return LegIndex{0};
    for (const auto& [step_key, step] : steps_) {
      const bool held = step_key.kind == MovementKind::hold && step.status == TradeStep::Status::final;
      if (held && step.outcome->hold_key == key) return step_key.leg;
    }
    return std::nullopt;
  }

  void note_outcome(const HistoryEntry& entry, const OutcomeFinal& fact) {
    const std::optional<LegIndex> leg = leg_concerned(fact);
    if (!leg) return;
    TradeStep* step = unfinished({*leg, fact.outcome.kind}, entry);
    if (step == nullptr) return;
    step->status = fact.outcome.ok ? TradeStep::Status::final : TradeStep::Status::failed;
    step->txn = fact.outcome.position.txn;
    step->outcome = &fact.outcome;
  }

  void note_dead(const HistoryEntry& entry, const MovementDead& dead) {
    TradeStep* step = unfinished({dead.leg, dead.kind}, entry);
    if (step == nullptr) return;
    step->status = TradeStep::Status::dead;
    step->dead = &dead;
  }

  void note_refused(const HistoryEntry& entry, const MovementRefused& refused) {
    TradeStep* step = unfinished({refused.leg, refused.kind}, entry);
    if (step == nullptr) return;
    step->status = TradeStep::Status::refused;
    step->refused = &refused;
  }

  TradeStep* unfinished(const StepKey& key, const HistoryEntry& entry) {
    TradeStep& step = steps_[key];
    if (step.status == TradeStep::Status::final) return nullptr;
    step.at = entry.record.at;
    step.sequence = entry.sequence;
    return &step;
  }

  const Plan& plan_;
  TradeSteps steps_;
};

}  // namespace

std::string_view to_string(TradeStep::Status status) {
  switch (status) {
    case TradeStep::Status::pending:
      return "pending";
    case TradeStep::Status::final:
      return "final";
    case TradeStep::Status::failed:
      return "failed";
    case TradeStep::Status::dead:
      return "dead";
    case TradeStep::Status::refused:
      return "refused";
  }
  return "pending";
}

TradeSteps steps_of(const evidence::TradeSnapshot& trade) {
  StepFold fold(*trade.summary.plan);
  for (const HistoryEntry& entry : trade.history) fold.apply(entry);
  return fold.take();
}

}  // namespace clearspan::gateway
