#include "actors/trade/trade_actor.hpp"

#include <spdlog/spdlog.h>

namespace clearspan::actors {

Trade::Trade(caf::actor_config& config, const Shard& shard, PlanPtr plan, State state)
    : TradeActor::base(config), shard_(shard), plan_(std::move(plan)), state_(std::move(state)) {}

Trade::behavior_type Trade::make_behavior() {
  return {
      [this](const TradeFact& fact) { on_fact(fact); },
      [this](const ResumeTrade&) { carry_out(outstanding_commands(*plan_, state_)); },
      [this](const PrepareTimeout&) { on_prepare_timeout(); },
      [this](CancelTrade& request) { on_cancel(request); },
      [this](const LeaveMemory&) {
        send(home(), TradeOver{plan_->id});
        quit();
      },
  };
}

void Trade::on_fact(const TradeFact& fact) {
  Result<Step> step = advance(*plan_, state_, fact.event);
  if (!step) {
    spdlog::critical("trade {}: {}", to_string(plan_->id), describe(step.error()));
    CLEARSPAN_VERIFY(step.ok());
  }
  const Phase before = phase_of(state_);
  state_ = std::move(step->next);
  report(before, fact.at);
  carry_out(step->commands);
}

void Trade::on_prepare_timeout() {
  if (std::holds_alternative<Preparing>(state_)) append(PrepareDeadlinePassed{}, {});
}

void Trade::on_cancel(CancelTrade& request) {
  const Phase phase = phase_of(state_);
  if (phase != Phase::preparing && phase != Phase::deciding) {
    request.done(make_error(ErrorCode::already_decided, "the trade is " + std::string(to_string(phase))));
    return;
  }
  append(CancelRequested{}, [done = std::move(request.done)] { done(Done{}); });
}

void Trade::carry_out(const Commands& commands) {
  for (const Command& command : commands) {
    std::visit([this](const auto& one) { carry_out(one); }, command);
  }
}

void Trade::carry_out(const Submit& command) {
  Movement movement = movement_for(*plan_, command.leg, command.kind, command.hold_key);
  movement.attempt = command.attempt;
  send(shard_.monitor_of(plan_->legs[command.leg].ledger), AskMovement{std::move(movement)});
}

void Trade::carry_out(const AwaitDeposit& command) {
  const Leg& leg = plan_->legs[command.leg];
  const OperationRef ref = make_operation_ref(plan_->id, command.leg, plan_->engine);
  send(shard_.monitor_of(leg.ledger), AskDeposit{{ref, MovementKind::hold}, leg.not_after});
}

void Trade::carry_out(const Abandon& command) {
  const Leg& leg = plan_->legs[command.leg];
  // A hold that its payer places is not the engine's to drop; its deadline ends it.
  if (command.kind == MovementKind::hold && leg.placement == Placement::payer) return;
  const OperationRef ref = make_operation_ref(plan_->id, command.leg, plan_->engine);
  send(shard_.monitor_of(leg.ledger), DropMovement{{ref, command.kind}, leg.not_after});
}

void Trade::carry_out(const RecordDecision& command) {
  append(Decided{command.decision}, {});
}

void Trade::carry_out(const ReturnDeposit& command) {
  send(shard_.monitor_of(command.ledger), ReturnHold{command.outcome, command.reason});
}

void Trade::carry_out(const Finish&) {
  send(shard_.writer, Dismiss{plan_->id});
}

void Trade::append(Event event, std::function<void()> durable) {
  Append message;
  message.records.push_back({shard_.clock->now(), evidence::TradeEvent{plan_->id, std::move(event)}});
  message.durable = std::move(durable);
  send(shard_.writer, std::move(message));
}

void Trade::report(Phase before, Timestamp at) {
  const Phase after = phase_of(state_);
  if (before == after) return;
  count_phase(*shard_.tally, before, after);
  if (after == Phase::suspended) {
    spdlog::error("trade {} is suspended: {}", to_string(plan_->id), to_string(std::get<Suspended>(state_).reason));
  }
  if (shard_.options->on_phase_change) shard_.options->on_phase_change({plan_->id, after, at});
}

const MonitorActor& Trade::home() const {
  return shard_.monitor_of(plan_->legs.front().ledger);
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
