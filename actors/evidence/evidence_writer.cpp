#include "actors/evidence/evidence_writer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/trade/actor_failure.hpp"
#include "actors/trade/trade_actor.hpp"
#include "core/trade/deposit.hpp"

namespace clearspan::actors {
namespace {

// Null for a record that is no fact about a trade.
const TradeId* trade_in(const evidence::Record& record) {
  const auto* fact = std::get_if<evidence::TradeEvent>(&record.body);
  return fact != nullptr ? &fact->trade : nullptr;
}

const TradeId* trade_in(const WriterAsk& ask) {
  if (const auto* own = std::get_if<OwnFact>(&ask)) return &own->trade;
  const auto* over = std::get_if<Dismiss>(&ask);
  return over != nullptr ? &over->trade : nullptr;
}

bool is_own_fact(const WriterAsk& ask) {
  return std::holds_alternative<OwnFact>(ask);
}

void put_in(const OwnFact& own, evidence::Record& record) {
  record.at = own.at;
  auto& fact = record.body.emplace<evidence::TradeEvent>();
  fact.trade = own.trade;
  std::visit([&fact](const auto& one) { fact.event = one; }, own.fact);
}

}  // namespace

EvidenceWriter::EvidenceWriter(caf::actor_config& config, const Shard& shard)
    : WriterActor::base(config),
      shard_(shard),
      durable_{0, shard.log->durable().sequence},
      listeners_in_memory_(shard.tally->listeners_in_memory) {
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
        trades_ = {};
        quit();
      },
  };
}

void EvidenceWriter::on_append(Append& message) {
  take(message);
  hand_over();
  tell_facts();
  tell_consequences();  // an append without records may wait for nothing
}

void EvidenceWriter::take_asks() {
  std::vector<WriterAsk>& asks = shard_.outboxes->writer.take();
  const auto own_facts = std::make_shared<Records>(std::ranges::count_if(asks, is_own_fact));
  std::size_t taken = 0;
  for_each_listened_to(asks, [&](WriterAsk& ask) {
    if (const auto* own = std::get_if<OwnFact>(&ask)) {
      put_in(*own, (*own_facts)[taken]);
      take_fact((*own_facts)[taken++], own_facts);
    } else if (const auto* append = std::get_if<std::unique_ptr<Append>>(&ask)) {
      take(**append);
    } else if (const auto* deposit = std::get_if<Rare<ReturnDeposit>>(&ask)) {
      record_return(**deposit);
    } else {
      dismiss(std::get<Dismiss>(ask).trade);
    }
  });
  hand_over();
  tell_facts();
  tell_consequences();
}

void EvidenceWriter::take(Append& message) {
  group_.add_all(message.encoded);
  last_number_ += message.encoded.count();
  const Timestamp now = shard_.clock->now();
  const auto enrol = [&](Enrolment& one) {
    Listener& listener = trades_.find_or_insert(one.trade);
    listener.actor = std::move(one.actor);
    static const Event started = Started{};
    tell_later(listener, now, {std::shared_ptr<void>{}, &started});
  };
  for_each_ahead(message.enrol, enrol, [this](const Enrolment& one) { trades_.fetch_slot(one.trade); });
  if (!message.records.empty()) take(std::make_shared<const Records>(std::move(message.records)));
  if (message.in_log) in_log_.push_back(std::move(message.in_log));
  if (message.durable) pending_.push_back({last_number_, std::move(message.durable)});
}

void EvidenceWriter::take(const RecordsPtr& records) {
  for_each_listened_to(*records, [&](const evidence::Record& record) {
    if (std::holds_alternative<evidence::TradeEvent>(record.body)) {
      take_fact(record, records);
    } else {
      add(record);
    }
  });
}

// The trades that the items are about have been quiet for long, as a rule.
template <class Items, class Work>
void EvidenceWriter::for_each_listened_to(Items& items, const Work& work) const {
  const auto fetch_slot = [this](const auto& item) {
    if (const TradeId* const trade = trade_in(item)) trades_.fetch_slot(*trade);
  };
  const auto fetch_entry = [this](const auto& item) {
    if (const TradeId* const trade = trade_in(item)) trades_.fetch_entry(*trade);
  };
  for_each_ahead(items, work, fetch_slot, fetch_entry);
}

// Only now may the trade ask for anything: what it asks can overtake a message, but not what is told here.
void EvidenceWriter::resume(Enrolment& one) {
  to_be_adopted_.erase(one.trade);
  Listener& listener = trades_.find_or_insert(one.trade);
  listener.actor = std::move(one.actor);
  send(listener.actor, ResumeTrade{});
  for (TradeFact& fact : std::exchange(listener.missed, {})) Trade::tell(listener.actor, std::move(fact), context());
}

// A fact about a trade that is not live is not recorded as the trade's: it is over, or never was. Value that arrives in
// its name still goes back.
void EvidenceWriter::take_fact(const evidence::Record& record, const RecordsPtr& owner) {
  const auto& event = std::get<evidence::TradeEvent>(record.body);
  Listener* const trade = trades_.find(event.trade);
  if (trade == nullptr || trade->is_over) {
    const auto* fact = std::get_if<OutcomeFinal>(&event.event);
    if (fact != nullptr && fact->outcome.kind == MovementKind::hold && fact->outcome.ok) {
      record_return({fact->ledger, fact->outcome, ReturnReason::late});
    }
    return;
  }
  add(record);
  tell_later(*trade, record.at, {owner, &event.event});
}

// Of the record that was taken last, once the log has what was taken.
void EvidenceWriter::tell_later(Listener& listener, Timestamp at, std::shared_ptr<const Event> event) {
  to_tell_.push_back({&listener, {at, std::move(event), last_number_}});
}

void EvidenceWriter::tell_facts() {
  const auto tell = [this](Telling& one) {
    if (one.listener->actor) {
      Trade::tell(one.listener->actor, std::move(one.fact), context());
    } else {
      one.listener->missed.push_back(std::move(one.fact));
    }
  };
  for_each_ahead(
      to_tell_, tell, [](const Telling& one) { Trade::fetch(one.listener->actor); },
      [](const Telling& one) { Trade::fetch_plan_of(one.listener->actor); },
      [](const Telling& one) { Trade::fetch_legs_of(one.listener->actor); });
  to_tell_.clear();
}

// A hold is sent back by one trade, whoever asks for it and however often.
void EvidenceWriter::record_return(const ReturnDeposit& deposit) {
  const Timestamp now = shard_.clock->now();
  auto plan = std::make_shared<const Plan>(
      make_return_plan(deposit.outcome, deposit.ledger, deposit.reason, shard_.engine, now));
  if (trades_.contains(plan->id) || !to_be_adopted_.insert(plan->id).second) return;
  add({now, evidence::TradeCreated{*plan, {}, {}, 0}});
  pending_.push_back({last_number_, AdoptStray{deposit.ledger, {std::move(plan)}}});
}

void EvidenceWriter::add(const evidence::Record& record) {
  group_.add(record);
  ++last_number_;
}

// A log that is full takes nothing; what was taken here waits for the next group to become durable.
void EvidenceWriter::hand_over() {
  shard_.outboxes->check_thread();
  if (!group_.empty()) {
    const Result<std::uint64_t> last = shard_.log->append(group_, static_cast<std::uint8_t>(shard_.index_in_log()));
    if (!last) {
      CLEARSPAN_VERIFY(last.error().code == ErrorCode::overloaded);
      return;
    }
    handed_over_.push_back({last_number_, *last});
    group_.clear();
  }
  const std::uint64_t last = handed_over_.empty() ? durable_.sequence : handed_over_.back().sequence;
  for (const auto& callback : std::exchange(in_log_, {})) callback(last);
}

void EvidenceWriter::on_cancel(CancelTrade& request) {
  const Listener* const trade = trades_.find(request.trade);
  if (trade == nullptr || trade->is_over) {
    pending_.push_back({last_number_, [trade_id = request.trade, done = std::move(request.done)] {
                          done(make_error(ErrorCode::unknown_trade, "no live trade has the id " + to_string(trade_id)));
                        }});
    tell_consequences();
  } else if (!trade->actor) {
    request.done(make_error(ErrorCode::not_ready, "the trade is being rebuilt"));
  } else {
    send(trade->actor, std::move(request));
  }
}

void EvidenceWriter::dismiss(const TradeId& id) {
  Listener* const trade = trades_.find(id);
  if (trade == nullptr || std::exchange(trade->is_over, true)) return;
  pending_.push_back({last_number_, LetGo{trade}});
}

// The trade is read back as of the last fact that its actor was told of, so that it misses none and hears none twice.
// One that is over is not rebuilt: nobody else could have dismissed it, so it had asked for that before it crashed.
void EvidenceWriter::on_refold(const RefoldTrade& message) {
  Listener* const trade = trades_.find(message.trade);
  if (trade == nullptr) return end_for(message.trade);  // it was told to leave when it could not hear any more
  trade->actor = TradeActor{};
  if (trade->is_over) return;  // what it still had to hear of is looked at when it would have left
  pending_.push_back({last_number_, Rebuild{message, last_number_}});
  tell_consequences();
}

// The last fact that it heard of is in the group that has just become durable, where the log has nothing in between.
void EvidenceWriter::carry_out(const Rebuild& rebuild) {
  const TradeId& id = rebuild.crashed.trade;
  const MonitorActor& monitor = shard_.monitors[rebuild.crashed.ledger];
  Result<RefoldedTrade> refolded = shard_.refold(id, durable_.sequence - (durable_.number - rebuild.heard));
  if (refolded) record_returns(refolded->missing_returns);
  send(monitor, TradeRefolded{id, std::move(refolded)});
}

// What the actor of a trade that is over would have done, had it not crashed: hear of everything, and say that it is
// over.
void EvidenceWriter::end_for(const TradeId& trade) {
  const Result<RefoldedTrade> refolded = shard_.refold(trade, durable_.sequence);
  if (!refolded) {
    spdlog::critical("trade {} cannot be read back, and holds in its name may not be sent back before a restart: {}",
                     to_string(trade), describe(refolded.error()));
    return;
  }
  record_returns(refolded->missing_returns);
  Trade::say_over(shard_, *refolded->trade.plan, context());
}

void EvidenceWriter::record_returns(const std::vector<ReturnDeposit>& deposits) {
  for (const ReturnDeposit& deposit : deposits) record_return(deposit);
  hand_over();
}

void EvidenceWriter::on_group_durable(const GroupDurable& group) {
  hand_over();
  while (!handed_over_.empty() && handed_over_.front().sequence <= group.last_sequence) {
    durable_ = handed_over_.front();
    handed_over_.pop_front();
    tell_consequences();
  }
  listeners_in_memory_.set(trades_.size());
}

void EvidenceWriter::tell_consequences() {
  shard_.reports->reach(durable_.number);
  const auto due = std::ranges::upper_bound(pending_, durable_.number, {}, &Pending::number);
  const auto count = due - pending_.begin();
  const auto carry_it_out = [this](Pending& one) {
    std::visit([this](auto& consequence) { carry_out(consequence); }, one.consequence);
  };
  const auto fetch_listener = [](const Pending& one) {
    if (const auto* over = std::get_if<LetGo>(&one.consequence)) fetch(over->listener, sizeof(Listener));
  };
  const auto fetch_slot = [this](const Pending& one) {
    if (const auto* over = std::get_if<LetGo>(&one.consequence)) trades_.fetch_slot(over->listener->trade);
  };
  const auto of_leaving = [](void (*fetch_of)(const TradeActor&)) {
    return [fetch_of](const Pending& one) {
      if (const auto* over = std::get_if<LetGo>(&one.consequence)) fetch_of(over->listener->actor);
    };
  };
  for_each_ahead(First{pending_, static_cast<std::size_t>(count)}, carry_it_out, fetch_listener, fetch_slot,
                 of_leaving(&Trade::fetch), of_leaving(&Trade::fetch_plan_of), of_leaving(&Trade::fetch_legs_of));
  pending_.erase(pending_.begin(), pending_.begin() + count);
}

void EvidenceWriter::carry_out(const LetGo& over) {
  const TradeId trade = over.listener->trade;
  const TradeActor actor = std::move(over.listener->actor);
  trades_.erase(trade);
  if (actor) {
    Trade::tell(actor, LeaveMemory{}, context());
  } else {
    end_for(trade);
  }
}

void EvidenceWriter::carry_out(AdoptStray& stray) {
  send(shard_.monitor_of(stray.ledger), std::move(stray.adopt));
}

void EvidenceWriter::carry_out(const std::function<void()>& callback) {
  callback();
}

}  // namespace clearspan::actors
