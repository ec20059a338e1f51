#include "ledgers/evidence/trade_record.hpp"

#include <algorithm>
#include <set>

#include "codecs/evidence/proving.hpp"
#include "core/trade/advance.hpp"
#include "core/trade/deposit.hpp"

namespace clearspan::evidence {
namespace {

class RecordFold {
 public:
  explicit RecordFold(const TradeId& trade) : trade_(trade) {}

  Status take(const ViewedRecord& viewed) {
    if (viewed.place.log != log_) begin_log(viewed.place.log);
    return std::visit([&](const auto& body) { return fold(viewed, body); }, viewed.record.body);
  }

  Result<TradeRecord> finish(std::vector<ViewedLog> logs) {
    if (!out_.plan) return make_error(ErrorCode::unknown_trade, to_string(trade_));
    out_.logs = std::move(logs);
    out_.facts = merge_by_time(std::move(facts_));
    // A txn in another shard's log changes nothing: the phase goes on.
    Phase phase = Phase::preparing;
    for (TradeFact& fact : out_.facts) {
      if (std::holds_alternative<TradeCreated>(fact.body) || std::holds_alternative<TradeEvent>(fact.body)) {
        phase = fact.phase_after;
      }
      fact.phase_after = phase;
    }
    return std::move(out_);
  }

 private:
  using Txn = std::pair<LedgerId, TxnId>;

  struct LastProof {
    Citation of;
    Place place;
  };

  void begin_log(std::size_t log) {
    log_ = log;
    facts_.resize(log + 1);
    proofs_.clear();
    txns_.clear();
  }

  void add(const ViewedRecord& viewed, RecordBody body) {
    const Phase phase = out_.plan ? phase_of(out_.state) : Phase::preparing;
    facts_[log_].push_back({viewed.place, viewed.record.at, std::move(body), std::nullopt, phase});
  }

  Status fold(const ViewedRecord& viewed, const TradeCreated& body) {
    if (body.plan.returned && body.plan.returned->intended_for == trade_) out_.related.push_back(body.plan.id);
    if (body.plan.id != trade_) return Done{};
    if (out_.plan) return make_error(ErrorCode::log_corrupt, "the trade exists already");
    out_.plan = std::make_shared<const Plan>(body.plan);
    out_.state = initial_state(*out_.plan);
    out_.idempotency_key = body.idempotency_key;
    home_ = log_;
    add(viewed, body);
    return Done{};
  }

  Status fold(const ViewedRecord& viewed, const TradeEvent& body) {
    if (body.trade != trade_) return Done{};
    if (!out_.plan || home_ != log_) return make_error(ErrorCode::log_corrupt, "the trade was never created");
    CLEARSPAN_TRY(Step step, advance(*out_.plan, std::move(out_.state), body.event));
    out_.state = std::move(step.next);
    add(viewed, body);
    const auto citation = citation_of(*out_.plan, body.event);
    if (!citation) return Done{};
    const auto proof = proofs_.find(citation->ledger);
    if (proof != proofs_.end() && proof->second.of == *citation) facts_[log_].back().proof = proof->second.place;
    return Done{};
  }

  // Movements carry the trade's id in their refs; most txns of a log are put aside without decoding them.
  Status fold(const ViewedRecord& viewed, const TxnSigned& body) {
    const ByteView attachment = viewed.bytes.attachment;
    const ByteView id = trade_.view();
    if (std::search(attachment.begin(), attachment.end(), id.begin(), id.end()) == attachment.end()) return Done{};
    const auto whole = decode(viewed.bytes);
    if (!whole.ok()) return make_error(ErrorCode::log_corrupt, describe(whole.error()));
    TxnSigned txn = body;
    for (const Movement& movement : std::get<TxnSigned>(whole->body).movements) {
      if (trade_of(movement.ref) == trade_) txn.movements.push_back(movement);
    }
    if (txn.movements.empty()) return Done{};
    txns_.insert({txn.ledger, txn.id});
    add(viewed, std::move(txn));
    return Done{};
  }

  Status fold(const ViewedRecord& viewed, const TxnClosed& body) {
    if (txns_.contains({body.ledger, body.id})) add(viewed, body);
    return Done{};
  }

  Status fold(const ViewedRecord& viewed, const LedgerProof& body) {
    proofs_.insert_or_assign(body.proof.ledger, LastProof{citation_of(body.proof), viewed.place});
    return Done{};
  }

  Status fold(const ViewedRecord&, const ProofLeftOut& body) {
    proofs_.erase(body.ledger);
    return Done{};
  }

  Status fold(const ViewedRecord&, const LedgerDescribed& body) {
    out_.scales.learn(body.description);
    out_.ledgers.insert_or_assign(body.description.ledger, body.description);
    return Done{};
  }

  // The others name no trade.
  Status fold(const ViewedRecord&, const auto&) { return Done{}; }

  const TradeId trade_;
  TradeRecord out_;
  std::vector<std::vector<TradeFact>> facts_;  // by log
  std::size_t log_ = static_cast<std::size_t>(-1);
  std::size_t home_ = 0;                  // the log that the trade was created in
  std::map<LedgerId, LastProof> proofs_;  // of this log
  std::set<Txn> txns_;                    // of this log, with movements of the trade
};

// The newest word on every movement; one that is final stays so.
class StepFold {
 public:
  explicit StepFold(const TradeRecord& record) : record_(record) {}

  std::vector<TradeRecordStep> run() {
    for (std::size_t i = 0; i < record_.facts.size(); ++i) {
      const RecordBody& body = record_.facts[i].body;
      if (const auto* txn = std::get_if<TxnSigned>(&body)) {
        for (const Movement& movement : txn->movements) request(i, leg_of(movement.ref), movement.kind);
      } else if (const auto* event = std::get_if<TradeEvent>(&body)) {
        std::visit([&](const auto& fact) { note(i, fact); }, event->event);
      }
    }
    std::vector<TradeRecordStep> steps;
    for (auto& [key, step] : steps_) steps.push_back(std::move(step));
    return steps;
  }

 private:
  using Key = std::pair<LegIndex, MovementKind>;
  using StepStatus = TradeRecordStep::Status;

  TradeRecordStep& step_of(const Key& key) {
    TradeRecordStep& step = steps_[key];
    step.leg = key.first;
    step.kind = key.second;
    return step;
  }

  // Tried again after a failure, or with a higher fee.
  void request(std::size_t fact, LegIndex leg, MovementKind kind) {
    TradeRecordStep& step = step_of({leg, kind});
    step.requests.push_back(fact);
    if (step.status == StepStatus::final) return;
    step.status = StepStatus::pending;
    step.result.reset();
  }

  // False when the movement had ended for good already.
  bool end(std::size_t fact, const Key& key, StepStatus status) {
    TradeRecordStep& step = step_of(key);
    if (step.status == StepStatus::final) return false;
    step.status = status;
    step.result = fact;
    return true;
  }

  void note(std::size_t fact, const OutcomeFinal& event) {
    const auto leg = leg_concerned(event);
    if (!leg) return;
    const Outcome& outcome = event.outcome;
    const bool is_news = end(fact, {*leg, outcome.kind}, outcome.ok ? StepStatus::final : StepStatus::failed);
    if (is_news && outcome.kind == MovementKind::hold && outcome.ok) holds_[outcome.hold_key] = *leg;
  }

  void note(std::size_t fact, const MovementDead& event) { end(fact, {event.leg, event.kind}, StepStatus::dead); }

  void note(std::size_t fact, const MovementRefused& event) { end(fact, {event.leg, event.kind}, StepStatus::refused); }

  void note(std::size_t, const auto&) {}

  // The leg that the outcome is a step of. What a stranger did under the trade's ref, and a deposit that the leg did
  // not ask for, are facts and no steps.
  [[nodiscard]] std::optional<LegIndex> leg_concerned(const OutcomeFinal& event) const {
    const Plan& plan = *record_.plan;
    const Outcome& outcome = event.outcome;
    const bool ends_hold = outcome.kind == MovementKind::release || outcome.kind == MovementKind::refund;
    if (ends_hold) return leg_of_hold(event);
    const LegIndex index = leg_of(outcome.ref);
    if (index >= plan.legs.size() || plan.legs[index].ledger != event.ledger) return std::nullopt;
    const Leg& leg = plan.legs[index];
    const bool is_payment = outcome.kind == MovementKind::payment;
    if ((leg.role == LegRole::pivot) != is_payment || outcome.from != leg.payer) return std::nullopt;
    const bool is_deposit = !is_payment && outcome.ok;
    if (is_deposit && reason_to_return(leg, outcome, false)) return std::nullopt;
    return index;
  }

  // The end of a hold is known by the hold's key: the ref of a returned deposit names the trade that it was meant for.
  [[nodiscard]] std::optional<LegIndex> leg_of_hold(const OutcomeFinal& event) const {
    const Plan& plan = *record_.plan;
    const auto found = holds_.find(event.outcome.hold_key);
    std::optional<LegIndex> leg;
    if (found != holds_.end()) leg = found->second;
    if (plan.returned && plan.returned->hold_key == event.outcome.hold_key) leg = LegIndex{0};
    if (!leg || plan.legs[*leg].ledger != event.ledger) return std::nullopt;
    return leg;
  }

  const TradeRecord& record_;
  std::map<Key, TradeRecordStep> steps_;
  std::map<HoldKey, LegIndex> holds_;  // the trade's own that became final
};

}  // namespace

std::string_view name_of(const TradeFact& fact) {
  if (const auto* event = std::get_if<TradeEvent>(&fact.body)) return name_of(event->event);
  if (std::holds_alternative<TradeCreated>(fact.body)) return "trade_created";
  if (std::holds_alternative<TxnSigned>(fact.body)) return "txn_signed";
  return "txn_closed";
}

std::string_view to_string(TradeRecordStep::Status status) {
  switch (status) {
    case TradeRecordStep::Status::pending:
      return "pending";
    case TradeRecordStep::Status::final:
      return "final";
    case TradeRecordStep::Status::failed:
      return "failed";
    case TradeRecordStep::Status::dead:
      return "dead";
    case TradeRecordStep::Status::refused:
      return "refused";
  }
  return "unknown";
}

std::vector<const TradeFact*> TradeRecord::transitions() const {
  std::vector<const TradeFact*> entered;
  for (const TradeFact& fact : facts) {
    const bool is_creation = std::holds_alternative<TradeCreated>(fact.body);
    const bool is_event = std::holds_alternative<TradeEvent>(fact.body);
    if (is_creation || (is_event && entered.back()->phase_after != fact.phase_after)) entered.push_back(&fact);
  }
  return entered;
}

const TradeRecordStep* TradeRecord::step(LegIndex leg, MovementKind kind) const {
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [&](const TradeRecordStep& one) { return one.leg == leg && one.kind == kind; });
  return found == steps.end() ? nullptr : &*found;
}

Result<TradeRecord> read_trade_record(Disk& disk, const std::string& data_directory, const TradeId& trade) {
  RecordFold fold(trade);
  CLEARSPAN_TRY(auto logs, read_logs(disk, data_directory, [&](const ViewedRecord& one) { return fold.take(one); }));
  CLEARSPAN_TRY(TradeRecord record, fold.finish(std::move(logs)));
  record.steps = StepFold(record).run();
  return record;
}

}  // namespace clearspan::evidence
