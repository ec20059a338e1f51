#include "actors/evidence/evidence_writer.hpp"

#include "core/trade/deposit.hpp"

namespace clearspan::actors {

EvidenceWriter::EvidenceWriter(caf::actor_config& config, const Shard& shard)
    : WriterActor::base(config),
      shard_(shard),
      last_sequence_(shard.log->appended_sequence()),
      durable_sequence_(last_sequence_) {}

EvidenceWriter::behavior_type EvidenceWriter::make_behavior() {
  return {
      [this](Append& message) { on_append(message); },
      [this](Enrol& message) {
        for (Enrolment& one : message.trades) trades_.insert_or_assign(one.trade, std::move(one.actor));
      },
      [this](const Dismiss& message) { on_dismiss(message); },
      [this](CancelTrade& request) { on_cancel(request); },
      [this](const GroupDurable& group) { on_group_durable(group); },
      [this](const Shutdown&) {
        trades_.clear();
        quit();
      },
  };
}

void EvidenceWriter::on_append(Append& message) {
  for (Enrolment& one : message.enrol) trades_.insert_or_assign(one.trade, std::move(one.actor));
  for (evidence::Record& record : message.records) take(record);
  if (message.durable) pending_.push_back({last_sequence_, std::move(message.durable)});
  hand_over();
  tell_consequences();  // an append without records waits for nothing that is not durable already
}

void EvidenceWriter::take(evidence::Record& record) {
  if (auto* event = std::get_if<evidence::TradeEvent>(&record.body)) {
    take_event(record.at, *event);
    return;
  }
  const std::uint64_t sequence = add(record);
  if (const auto* created = std::get_if<evidence::TradeCreated>(&record.body)) {
    if (const auto trade = trades_.find(created->plan.id); trade != trades_.end()) {
      pending_.push_back({sequence, TellTrade{trade->second, {record.at, Started{}}}});
    }
  }
}

// A fact about a trade that is not live is not recorded as the trade's: it is over, or never was. Value that arrives in
// its name still goes back.
void EvidenceWriter::take_event(Timestamp at, evidence::TradeEvent& event) {
  const auto trade = trades_.find(event.trade);
  if (trade == trades_.end()) {
    if (const auto* fact = std::get_if<OutcomeFinal>(&event.event)) take_orphan(*fact);
    return;
  }
  const std::uint64_t sequence = add({at, event});
  pending_.push_back({sequence, TellTrade{trade->second, {at, std::move(event.event)}}});
}

void EvidenceWriter::take_orphan(const OutcomeFinal& fact) {
  if (fact.outcome.kind != MovementKind::hold || !fact.outcome.ok) return;
  const Timestamp now = shard_.clock->now();
  auto plan =
      std::make_shared<const Plan>(make_return_plan(fact.outcome, fact.ledger, ReturnReason::late, shard_.engine, now));
  if (trades_.contains(plan->id)) return;
  const std::uint64_t sequence = add({now, evidence::TradeCreated{*plan, {}, {}, 0}});
  pending_.push_back({sequence, AdoptStray{fact.ledger, {std::move(plan)}}});
}

std::uint64_t EvidenceWriter::add(const evidence::Record& record) {
  group_.add(record);
  return ++last_sequence_;
}

// A log that is full takes nothing; what was taken here waits for the next group to become durable.
void EvidenceWriter::hand_over() {
  if (group_.empty()) return;
  const Result<std::uint64_t> last = shard_.log->append(group_);
  if (!last) {
    CLEARSPAN_VERIFY(last.error().code == ErrorCode::overloaded);
    return;
  }
  CLEARSPAN_VERIFY(*last == last_sequence_);
  group_.clear();
}

void EvidenceWriter::on_cancel(CancelTrade& request) {
  const auto trade = trades_.find(request.trade);
  if (trade == trades_.end()) {
    request.done(make_error(ErrorCode::unknown_trade, "no live trade has the id " + to_string(request.trade)));
    return;
  }
  send(trade->second, std::move(request));
}

void EvidenceWriter::on_dismiss(const Dismiss& message) {
  const auto trade = trades_.find(message.trade);
  if (trade == trades_.end()) return;
  pending_.push_back({last_sequence_, [actor = std::move(trade->second)] { caf::anon_send(actor, LeaveMemory{}); }});
  trades_.erase(trade);
  tell_consequences();
}

void EvidenceWriter::on_group_durable(const GroupDurable& group) {
  durable_sequence_ = group.last_sequence;
  hand_over();
  tell_consequences();
}

void EvidenceWriter::tell_consequences() {
  while (!pending_.empty() && pending_.front().sequence <= durable_sequence_) {
    Consequence consequence = std::move(pending_.front().consequence);
    pending_.pop_front();
    if (auto* tell = std::get_if<TellTrade>(&consequence)) {
      send(tell->trade, std::move(tell->fact));
    } else if (auto* stray = std::get_if<AdoptStray>(&consequence)) {
      send(shard_.monitor_of(stray->ledger), std::move(stray->adopt));
    } else {
      std::get<std::function<void()>>(consequence)();
    }
  }
}

}  // namespace clearspan::actors
