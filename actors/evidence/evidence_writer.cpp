#include "actors/evidence/evidence_writer.hpp"

#include <spdlog/spdlog.h>

#include "actors/trade/actor_failure.hpp"
#include "core/trade/deposit.hpp"

namespace clearspan::actors {

EvidenceWriter::EvidenceWriter(caf::actor_config& config, const Shard& shard)
    : WriterActor::base(config),
      shard_(shard),
      last_sequence_(shard.log->appended_sequence()),
      durable_sequence_(last_sequence_) {
  set_exception_handler(end_process_after_exception);
}

EvidenceWriter::behavior_type EvidenceWriter::make_behavior() {
  return {
      [this](Append& message) { on_append(message); },
      [this](Enrol& message) {
        for (Enrolment& one : message.trades) resume(one);
      },
      [this](const TakeAsks&) { take_asks(); },
      [this](const ReturnHold& message) {
        record_return(message.deposit);
        hand_over();
      },
      [this](const RefoldTrade& message) { on_refold(message); },
      [this](CancelTrade& request) { on_cancel(request); },
      [this](const GroupDurable& group) { on_group_durable(group); },
      [this](const Shutdown&) {
        trades_.clear();
        quit();
      },
  };
}

void EvidenceWriter::on_append(Append& message) {
  take(message);
  hand_over();
  tell_consequences();  // an append without records waits for nothing that is not durable already
}

void EvidenceWriter::take_asks() {
  for (WriterAsk& ask : shard_.outboxes->writer.take()) {
    if (auto* append = std::get_if<Append>(&ask)) {
      take(*append);
    } else if (const auto* deposit = std::get_if<ReturnDeposit>(&ask)) {
      record_return(*deposit);
    } else if (auto* record = std::get_if<evidence::Record>(&ask)) {
      take(*record);
    } else {
      dismiss(std::get<Dismiss>(ask).trade);
    }
  }
  hand_over();
  tell_consequences();
}

void EvidenceWriter::take(Append& message) {
  for (Enrolment& one : message.enrol) trades_[one.trade].actor = std::move(one.actor);
  for (evidence::Record& record : message.records) take(record);
  if (message.durable) pending_.push_back({last_sequence_, std::move(message.durable)});
}

void EvidenceWriter::take(evidence::Record& record) {
  if (auto* event = std::get_if<evidence::TradeEvent>(&record.body)) {
    take_event(record.at, *event);
    return;
  }
  const std::uint64_t sequence = add(record);
  if (const auto* created = std::get_if<evidence::TradeCreated>(&record.body)) {
    if (trades_.contains(created->plan.id)) {
      pending_.push_back({sequence, TellTrade{created->plan.id, {record.at, Started{}}}});
    }
  }
}

// Only now may the trade ask for anything: what it asks can overtake a message, but not what is told here.
void EvidenceWriter::resume(Enrolment& one) {
  to_be_adopted_.erase(one.trade);
  Listener& listener = trades_[one.trade];
  listener.actor = std::move(one.actor);
  send(listener.actor, ResumeTrade{});
  for (TradeFact& fact : std::exchange(listener.missed, {})) send(listener.actor, std::move(fact));
}

// A fact about a trade that is not live is not recorded as the trade's: it is over, or never was. Value that arrives in
// its name still goes back.
void EvidenceWriter::take_event(Timestamp at, evidence::TradeEvent& event) {
  const auto trade = trades_.find(event.trade);
  if (trade == trades_.end() || trade->second.is_over) {
    const auto* fact = std::get_if<OutcomeFinal>(&event.event);
    if (fact != nullptr && fact->outcome.kind == MovementKind::hold && fact->outcome.ok) {
      record_return({fact->ledger, fact->outcome, ReturnReason::late});
    }
    return;
  }
  const std::uint64_t sequence = add({at, event});
  pending_.push_back({sequence, TellTrade{event.trade, {at, std::move(event.event)}}});
}

// A hold is sent back by one trade, whoever asks for it and however often.
void EvidenceWriter::record_return(const ReturnDeposit& deposit) {
  const Timestamp now = shard_.clock->now();
  auto plan = std::make_shared<const Plan>(
      make_return_plan(deposit.outcome, deposit.ledger, deposit.reason, shard_.engine, now));
  if (trades_.contains(plan->id) || !to_be_adopted_.insert(plan->id).second) return;
  const std::uint64_t sequence = add({now, evidence::TradeCreated{*plan, {}, {}, 0}});
  pending_.push_back({sequence, AdoptStray{deposit.ledger, {std::move(plan)}}});
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
  if (trade == trades_.end() || trade->second.is_over) {
    request.done(make_error(ErrorCode::unknown_trade, "no live trade has the id " + to_string(request.trade)));
  } else if (!trade->second.actor) {
    request.done(make_error(ErrorCode::not_ready, "the trade is being rebuilt"));
  } else {
    send(trade->second.actor, std::move(request));
  }
}

void EvidenceWriter::dismiss(const TradeId& id) {
  const auto trade = trades_.find(id);
  if (trade == trades_.end() || std::exchange(trade->second.is_over, true)) return;
  pending_.push_back({last_sequence_, LetGo{id}});
}

// The trade is read back as of the last fact that it was told of, so that it misses none and hears none twice. One that
// is over is not rebuilt; what it still had to hear of is looked at when it would have left.
void EvidenceWriter::on_refold(const RefoldTrade& message) {
  const MonitorActor& monitor = shard_.monitors[message.ledger];
  const auto trade = trades_.find(message.trade);
  if (trade != trades_.end()) trade->second.actor = TradeActor{};
  if (trade == trades_.end() || trade->second.is_over) {
    if (trade == trades_.end()) return_what_is_left(message.trade);
    send(monitor, TradeGone{message.trade});
    return;
  }
  Result<RefoldedTrade> refolded = shard_.refold(message.trade, durable_sequence_);
  if (refolded) record_returns(refolded->missing_returns);
  send(monitor, TradeRefolded{message.trade, std::move(refolded)});
}

// Of a trade that is over, and whose actor crashed before it had heard of everything.
void EvidenceWriter::return_what_is_left(const TradeId& trade) {
  const Result<RefoldedTrade> refolded = shard_.refold(trade, durable_sequence_);
  if (refolded) return record_returns(refolded->missing_returns);
  spdlog::critical("trade {} cannot be read back, and holds in its name may not be sent back before a restart: {}",
                   to_string(trade), describe(refolded.error()));
}

void EvidenceWriter::record_returns(const std::vector<ReturnDeposit>& deposits) {
  for (const ReturnDeposit& deposit : deposits) record_return(deposit);
  hand_over();
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
    std::visit([this](auto& one) { carry_out(one); }, consequence);
  }
}

void EvidenceWriter::carry_out(TellTrade& tell) {
  Listener& listener = trades_.at(tell.trade);
  if (listener.actor) {
    send(listener.actor, std::move(tell.fact));
  } else {
    listener.missed.push_back(std::move(tell.fact));
  }
}

void EvidenceWriter::carry_out(const LetGo& over) {
  const auto listener = trades_.extract(over.trade);
  if (listener.mapped().actor) {
    send(listener.mapped().actor, LeaveMemory{});
  } else {
    return_what_is_left(over.trade);
  }
}

void EvidenceWriter::carry_out(AdoptStray& stray) {
  send(shard_.monitor_of(stray.ledger), std::move(stray.adopt));
}

void EvidenceWriter::carry_out(const std::function<void()>& callback) {
  callback();
}

}  // namespace clearspan::actors
