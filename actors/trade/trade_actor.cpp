#include "actors/trade/trade_actor.hpp"

#include <spdlog/spdlog.h>

#include "actors/trade/actor_failure.hpp"
#include "core/base/fetch_ahead.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {
namespace {

template <class Actor>
void have_look(const Shard& shard, const Actor& asked, caf::execution_unit* turn) {
  shard.outboxes->check_thread();
  asked->eq_impl(caf::make_message_id(), nullptr, turn, TakeAsks{});
}

void put_to_monitor(const Shard& shard, const LedgerId& ledger, TradeAsk ask, caf::execution_unit* turn) {
  const std::uint16_t index = shard.index_of(ledger);
  if (shard.outboxes->monitors[index].put(std::move(ask))) have_look(shard, shard.monitors[index], turn);
}

}  // namespace

Trade::Trade(caf::actor_config& config, const Shard& shard, PlanPtr plan, State state, std::optional<Phase> reported)
    : monitorable_actor(config),
      shard_(shard),
      plan_(std::move(plan)),
      state_(std::move(state)),
      reported_(reported.value_or(phase_of(state_))) {
  inbox_.try_block();  // the first message asks for a turn
}

TradeActor Trade::spawn(caf::actor_system& system, const Shard& shard, PlanPtr plan, State state,
                        std::optional<Phase> reported) {
  caf::actor_config config;
  return caf::make_actor<Trade, TradeActor>(system.next_actor_id(), system.node(), &system, config, shard,
                                            std::move(plan), std::move(state), reported);
}

void Trade::fetch(const TradeActor& trade) {
  const auto* const counts = caf::actor_cast<caf::actor_control_block*>(trade);  // they stand before the actor itself
  if (counts != nullptr) clearspan::fetch(counts, CAF_CACHE_LINE_SIZE + sizeof(Trade));
}

const Trade* Trade::actor_of(const TradeActor& trade) {
  return trade ? static_cast<const Trade*>(caf::actor_cast<caf::actor_control_block*>(trade)->get()) : nullptr;
}

void Trade::fetch_plan_of(const TradeActor& trade) {
  if (const Trade* const actor = actor_of(trade)) actor->fetch_plan();
}

void Trade::fetch_legs_of(const TradeActor& trade) {
  if (const Trade* const actor = actor_of(trade)) actor->fetch_legs();
}

void Trade::fetch_self() const {
  clearspan::fetch(this, sizeof(Trade));
}

void Trade::fetch_plan() const {
  clearspan::fetch(plan_.get(), sizeof(Plan));
  const auto fetch_holds = [](const auto& state) {
    clearspan::fetch(state.holds.data(), state.holds.size() * sizeof(state.holds[0]));
  };
  std::visit(fetch_holds, state_);
}

void Trade::fetch_legs() const {
  clearspan::fetch(plan_->legs.data(), plan_->legs.size() * sizeof(Leg));
}

// --- Turns ---

void Trade::enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) {
  if (inbox_.push_front(std::move(message)) != caf::intrusive::inbox_result::unblocked_reader) return;
  intrusive_ptr_add_ref(ctrl());  // until its turn
  if (unit != nullptr) {
    unit->exec_later(this);
  } else {
    home_system().scheduler().enqueue(this);
  }
}

caf::resumable::resume_result Trade::resume(caf::execution_unit* unit, std::size_t messages_max) {
  for (std::size_t heard = 0; heard < messages_max; ++heard) {
    const caf::mailbox_element_ptr message = next_message();
    if (!message) break;
    hear_or_crash(*message, unit);
    if (has_ended()) return done;
  }
  return taken_ == nullptr && inbox_.try_block() ? awaiting_message : resume_later;
}

caf::mailbox_element_ptr Trade::next_message() {
  if (taken_ == nullptr) {
    for (caf::mailbox_element* newest = inbox_.take_head(); newest != nullptr;) {
      auto* const older = static_cast<caf::mailbox_element*>(newest->next);
      newest->next = taken_;
      taken_ = newest;
      newest = older;
    }
  }
  return take_first();
}

caf::mailbox_element_ptr Trade::take_first() {
  caf::mailbox_element_ptr message(taken_);
  if (message) taken_ = static_cast<caf::mailbox_element*>(message->next);
  return message;
}

template <class Message>
void Trade::tell(const TradeActor& trade, Message message, caf::execution_unit* turn) {
  auto& self = static_cast<Trade&>(*caf::actor_cast<caf::actor_control_block*>(trade)->get());
  if (self.taken_ == nullptr && self.inbox_.blocked()) {
    self.hear_or_crash(message, turn);
  } else {
    self.eq_impl(caf::make_message_id(), nullptr, turn, std::move(message));
  }
}

template void Trade::tell(const TradeActor& trade, TradeFact message, caf::execution_unit* turn);
template void Trade::tell(const TradeActor& trade, LeaveMemory message, caf::execution_unit* turn);

template <class Message>
void Trade::hear_or_crash(Message& message, caf::execution_unit* turn) {
  turn_ = turn;
  try {
    hear(message);
  } catch (...) {
    log_failure(name(), std::current_exception());
    shard_.monitor_of(plan_->legs.front().ledger)
        ->eq_impl(caf::make_message_id(), nullptr, turn_, TradeCrashed{plan_->id, reported_});
    end(caf::sec::runtime_error);
  }
  turn_ = nullptr;
}

void Trade::hear(caf::mailbox_element& message) {
  caf::type_erased_tuple& content = message.content();
  if (content.match_element<TradeFact>(0)) {
    hear(content.get_as<TradeFact>(0));
  } else if (content.match_element<ResumeTrade>(0)) {
    carry_out(outstanding_commands(*plan_, state_));
    report(shard_.clock->now(), 0);
  } else if (content.match_element<LeaveMemory>(0)) {
    hear(content.get_as<LeaveMemory>(0));
  } else if (content.match_element<PrepareTimeout>(0)) {
    on_prepare_timeout();
  } else if (content.match_element<CancelTrade>(0)) {
    on_cancel(content.get_mutable_as<CancelTrade>(0));
  } else if (content.match_element<caf::exit_msg>(0)) {
    end(std::move(content.get_mutable_as<caf::exit_msg>(0).reason));
  }
}

// What is left in the mailbox is dropped.
void Trade::end(caf::error reason) {
  while (taken_ != nullptr) take_first();
  inbox_.close();
  cleanup(std::move(reason), turn_);
}

void Trade::on_destroy() {
  if (!has_ended()) end(caf::exit_reason::unreachable);
  monitorable_actor::on_destroy();
}

// --- What it hears ---

void Trade::hear(const TradeFact& fact) {
  Result<Step> step = advance(*plan_, std::move(state_), *fact.event);
  if (!step) {
    spdlog::critical("trade {}: {}", to_string(plan_->id), describe(step.error()));
    CLEARSPAN_VERIFY(step.ok());
  }
  state_ = std::move(step->next);
  carry_out(step->commands);
  report(fact.at, fact.number);
}

void Trade::hear(const LeaveMemory&) {
  say_over(shard_, *plan_, turn_);
  end(caf::none);
}

void Trade::on_prepare_timeout() {
  if (std::holds_alternative<Preparing>(state_)) {
    ask_writer(OwnFact{shard_.clock->now(), plan_->id, PrepareDeadlinePassed{}});
  }
}

void Trade::on_cancel(CancelTrade& request) {
  const Phase phase = phase_of(state_);
  auto append = std::make_unique<Append>();
  if (phase != Phase::preparing && phase != Phase::deciding) {
    append->durable = [done = std::move(request.done), phase] {
      done(make_error(ErrorCode::already_decided, "the trade is " + std::string(to_string(phase))));
    };
    return ask_writer(std::move(append));
  }
  kill_point(KillPoint::cancel_before_append);
  append->records.push_back({shard_.clock->now(), evidence::TradeEvent{plan_->id, CancelRequested{}}});
  append->durable = [done = std::move(request.done)] { done(Done{}); };
  ask_writer(std::move(append));
}

void Trade::carry_out(const Commands& commands) {
  for (const Command& command : commands) {
    std::visit([this](const auto& one) { carry_out(one); }, command);
  }
}

void Trade::carry_out(const Submit& command) {
  const OperationRef ref = make_operation_ref(plan_->id, command.leg, plan_->engine);
  ask(plan_->legs[command.leg].ledger, AskMovement{plan_, ref, command});
}

void Trade::carry_out(const AwaitDeposit& command) {
  const Leg& leg = plan_->legs[command.leg];
  ask(leg.ledger, AskDeposit{make_operation_ref(plan_->id, command.leg, plan_->engine), {plan_, &leg}});
}

void Trade::carry_out(const Abandon& command) {
  const Leg& leg = plan_->legs[command.leg];
  // A hold that its payer places is not the engine's to drop; its deadline ends it.
  if (command.kind == MovementKind::hold && leg.placement == Placement::payer) return;
  const OperationRef ref = make_operation_ref(plan_->id, command.leg, plan_->engine);
  ask(leg.ledger, WithdrawMovement{{ref, command.kind}, leg.not_after});
}

void Trade::carry_out(const RecordDecision& command) {
  kill_point(KillPoint::decision_before_append);
  ask_writer(OwnFact{shard_.clock->now(), plan_->id, Decided{command.decision}});
}

void Trade::carry_out(const Rare<ReturnDeposit>& command) {
  ask_writer(command);
}

void Trade::carry_out(const Finish&) {
  kill_point(KillPoint::trade_over);
  ask_writer(Dismiss{plan_->id});
}

void Trade::ask(const LedgerId& ledger, TradeAsk ask) {
  put_to_monitor(shard_, ledger, std::move(ask), turn_);
}

void Trade::ask_writer(WriterAsk ask) {
  if (shard_.outboxes->writer.put(std::move(ask))) have_look(shard_, shard_.writer, turn_);
}

void Trade::report(Timestamp at, std::uint64_t fact) {
  const Phase after = phase_of(state_);
  if (reported_ == after) return;
  shard_.reports->put({fact, std::exchange(reported_, after), {plan_->id, after, at}});
  if (shard_.after_report) shard_.after_report();
  if (after == Phase::suspended) {
    spdlog::error("trade {} is suspended: {}", to_string(plan_->id), to_string(std::get<Suspended>(state_).reason));
  }
}

// Behind everything that was ever asked for, on the same way.
void Trade::say_over(const Shard& shard, const Plan& plan, caf::execution_unit* turn) {
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    const OperationRef ref = make_operation_ref(plan.id, static_cast<LegIndex>(i), plan.engine);
    put_to_monitor(shard, plan.legs[i].ledger, LegOver{ref}, turn);
  }
}

}  // namespace clearspan::actors
