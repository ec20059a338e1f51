#include "actors/trade/trade_actor.hpp"

#include <spdlog/spdlog.h>

#include "actors/trade/actor_failure.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {

Trade::Trade(caf::actor_config& config, const Shard& shard, PlanPtr plan, State state, std::optional<Phase> reported)
    : TradeActor::base(config),
      shard_(shard),
      plan_(std::move(plan)),
      state_(std::move(state)),
      reported_(reported.value_or(phase_of(state_))) {
  set_exception_handler([this](caf::scheduled_actor* self, std::exception_ptr& exception) {
    send(shard_.monitor_of(plan_->legs.front().ledger), TradeCrashed{plan_->id, reported_});
    return end_trade_after_exception(self, exception);
  });
}

Trade::behavior_type Trade::make_behavior() {
  return {
      [this](const TradeFact& fact) { on_fact(fact); },
      [this](const ResumeTrade&) {
        carry_out(outstanding_commands(*plan_, state_));
        report(shard_.clock->now());
      },
      [this](const PrepareTimeout&) { on_prepare_timeout(); },
      [this](CancelTrade& request) { on_cancel(request); },
      [this](const LeaveMemory&) {
        say_over();
        quit();
      },
  };
}

void Trade::on_fact(const TradeFact& fact) {
  Result<Step> step = advance(*plan_, std::move(state_), fact.event);
  if (!step) {
    spdlog::critical("trade {}: {}", to_string(plan_->id), describe(step.error()));
    CLEARSPAN_VERIFY(step.ok());
  }
  state_ = std::move(step->next);
  carry_out(step->commands);
  report(fact.at);
}

void Trade::on_prepare_timeout() {
  if (std::holds_alternative<Preparing>(state_)) ask_writer(record_of(PrepareDeadlinePassed{}));
}

void Trade::on_cancel(CancelTrade& request) {
  const Phase phase = phase_of(state_);
  if (phase != Phase::preparing && phase != Phase::deciding) {
    request.done(make_error(ErrorCode::already_decided, "the trade is " + std::string(to_string(phase))));
    return;
  }
  kill_point(KillPoint::cancel_before_append);
  Append append;
  append.records.push_back(record_of(CancelRequested{}));
  append.durable = [done = std::move(request.done)] { done(Done{}); };
  ask_writer(std::move(append));
}

void Trade::carry_out(const Commands& commands) {
  for (const Command& command : commands) {
    std::visit([this](const auto& one) { carry_out(one); }, command);
  }
}

void Trade::carry_out(const Submit& command) {
  Movement movement = movement_for(*plan_, command.leg, command.kind, command.hold_key);
  movement.attempt = command.attempt;
  ask(plan_->legs[command.leg].ledger, std::move(movement));
}

void Trade::carry_out(const AwaitDeposit& command) {
  const Leg& leg = plan_->legs[command.leg];
  const OperationRef ref = make_operation_ref(plan_->id, command.leg, plan_->engine);
  ask(leg.ledger, AskDeposit{{ref, MovementKind::hold}, {plan_, &leg}});
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
  ask_writer(record_of(Decided{command.decision}));
}

void Trade::carry_out(const ReturnDeposit& command) {
  ask_writer(command);
}

void Trade::carry_out(const Finish&) {
  kill_point(KillPoint::trade_over);
  ask_writer(Dismiss{plan_->id});
}

evidence::Record Trade::record_of(Event event) const {
  return {shard_.clock->now(), evidence::TradeEvent{plan_->id, std::move(event)}};
}

void Trade::ask(const LedgerId& ledger, TradeAsk ask) {
  const std::uint16_t index = shard_.index_of(ledger);
  if (shard_.outboxes->monitors[index].put(std::move(ask))) send(shard_.monitors[index], TakeAsks{});
}

void Trade::ask_writer(WriterAsk ask) {
  if (shard_.outboxes->writer.put(std::move(ask))) send(shard_.writer, TakeAsks{});
}

void Trade::report(Timestamp at) {
  const Phase after = phase_of(state_);
  const Phase before = std::exchange(reported_, after);
  if (before == after) return;
  count_phase(*shard_.tally, before, after);
  if (after == Phase::suspended) {
    spdlog::error("trade {} is suspended: {}", to_string(plan_->id), to_string(std::get<Suspended>(state_).reason));
  }
  if (shard_.options->on_phase_change) shard_.options->on_phase_change({plan_->id, after, at});
}

// Behind everything that was ever asked for, on the same way.
void Trade::say_over() {
  for (const LedgerServices* ledger : shard_.ledgers) {
    TradeOver over{plan_->id, {}};
    for (std::size_t i = 0; i < plan_->legs.size(); ++i) {
      if (plan_->legs[i].ledger != ledger->traits.id) continue;
      over.refs.push_back(make_operation_ref(plan_->id, static_cast<LegIndex>(i), plan_->engine));
    }
    if (!over.refs.empty()) ask(ledger->traits.id, std::move(over));
  }
}

void count_phase(Tally& tally, Phase from, Phase to) {
  if (from == Phase::suspended) --tally.suspended;
  if (to == Phase::suspended) ++tally.suspended;
  if (!is_terminal(to)) return;
  --tally.live;
  if (to == Phase::settled) ++tally.settled;
  if (to == Phase::refunded) ++tally.refunded;
  if (to == Phase::rejected) ++tally.rejected;
}

}  // namespace clearspan::actors
