#include "actors/monitor/ledger_monitor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/trade/actor_failure.hpp"
#include "actors/trade/trade_actor.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {
namespace {

// A trade is the child of the monitor of its first leg's ledger. Null when none leaves with the ask.
const OperationRef* leaving_home(const TradeAsk& ask) {
  const auto* const over = std::get_if<LegOver>(&ask);
  return over != nullptr && leg_of(over->ref) == 0 ? &over->ref : nullptr;
}

}  // namespace

LedgerMonitor::LedgerMonitor(caf::actor_config& config, const Shard& shard, LedgerServices& ledger,
                             std::optional<evidence::ViewAdvanced> position)
    : MonitorActor::base(config),
      shard_(shard),
      ledger_(ledger),
      position_(std::move(position)),
      trades_in_memory_(shard.tally->trades_in_memory),
      awaits_in_memory_(shard.tally->awaits_in_memory) {
  if (position_) last_recorded_height_ = position_->height.value;
  set_exception_handler(end_process_after_exception);
}

LedgerMonitor::behavior_type LedgerMonitor::make_behavior() {
  delayed_send(this, PrepareTick{1}, Tick{});
  return {
      [this](CreateTrades& message) { on_create(message); },
      [this](RestoreTrades& message) { on_restore(message); },
      [this](const AdoptReturn& message) { adopt(message.plan); },
      [this](const TradeCrashed& message) { on_crashed(message); },
      [this](TradeRefolded& message) { on_refolded(message); },
      [this](const TakeAsks&) { take_asks(); },
      [this](const MovementsSigned& message) { on_signed(message); },
      [this](const MovementsRefused& message) { on_refused(message); },
      [this](const MovementsDead& message) { on_dead(message); },
      [this](const LegsForgotten& message) { on_forgotten(message); },
      [this](const FinalBlocks& message) {
        for (const FinalBlock& block : message.blocks) {
          on_final_block(block);
          if (shard_.index == ledger_.home_shard) {
            send(shard_.submitters[ledger_.index], BlockBecameFinal{block});
          }
        }
      },
      [this](const LedgerConflict& message) { on_conflict(message); },
      [this](const Tick&) {
        delayed_send(this, PrepareTick{1}, Tick{});
        on_timeouts();
        trades_in_memory_.set(children_.size());
        awaits_in_memory_.set(awaits_.size());
      },
      [this](const TimeoutsLeft&) { on_timeouts(); },
      [this](const Shutdown&) {
        children_.for_each([](const Child& child) {
          if (child.actor) anon_send_exit(child.actor, caf::exit_reason::user_shutdown);
        });
        children_ = {};
        quit();
      },
  };
}

// --- Trades ---

TradeActor LedgerMonitor::spawn_trade(PlanPtr plan, State state) {
  const TradeId id = plan->id;
  const Timestamp timeout = std::chrono::ceil<PrepareTick>(plan->prepare_until);
  if (std::holds_alternative<Preparing>(state)) prepare_timeouts_[timeout].push_back(id);
  Child& child = children_.find_or_insert(id);
  child.actor = Trade::spawn(home_system(), shard_, std::move(plan), std::move(state), child.reported);
  return child.actor;
}

void LedgerMonitor::on_create(CreateTrades& message) {
  Append append;
  const Timestamp now = shard_.clock->now();
  std::vector<Result<TradeId>> answers;
  append.enrol.reserve(message.trades.size());
  answers.reserve(message.trades.size());
  const auto create = [&](NewTrade& trade) {
    const TradeId id = trade.plan.id;
    answers.emplace_back(id);
    evidence::Record record{now, evidence::TradeCreated{std::move(trade.plan), std::move(trade.idempotency_key),
                                                        trade.request_digest, trade.request_item}};
    append.encoded.add(record);
    auto plan = std::make_shared<const Plan>(std::move(std::get<evidence::TradeCreated>(record.body).plan));
    State state = initial_state(*plan);
    append.enrol.push_back({id, spawn_trade(std::move(plan), std::move(state))});
    ++shard_.tally->created;
  };
  for_each_ahead(message.trades, create, [this](const NewTrade& trade) {
    children_.fetch_slot(trade.plan.id);
    fetch(trade.plan.legs.data(), trade.plan.legs.size() * sizeof(Leg));
  });
  append.durable = [done = std::move(message.done), answers = std::move(answers)] {
    kill_point(KillPoint::trades_durable);
    done(answers);
  };
  kill_point(KillPoint::trades_before_append);
  send(shard_.writer, std::move(append));
}

void LedgerMonitor::on_restore(RestoreTrades& message) {
  Enrol enrol;
  for (RestoredTrade& trade : message.trades) {
    const TradeId id = trade.plan->id;
    if (phase_of(trade.state) == Phase::suspended) ++shard_.tally->suspended;
    ++shard_.tally->live;
    enrol.trades.push_back({id, spawn_trade(std::move(trade.plan), std::move(trade.state))});
  }
  send(shard_.writer, std::move(enrol));
  message.done();
}

void LedgerMonitor::adopt(PlanPtr plan) {
  if (children_.contains(plan->id)) return;
  ++shard_.tally->created;
  ++shard_.tally->live;
  spdlog::warn("hold {} on {} is sent back: {}", to_hex(plan->returned->hold_key.view()), ledger_.traits.id.text,
               to_string(plan->returned->reason));
  const TradeId id = plan->id;
  State state = initial_state(*plan);
  send(shard_.writer, Enrol{{{id, spawn_trade(std::move(plan), std::move(state))}}});
}

void LedgerMonitor::on_crashed(const TradeCrashed& message) {
  Child& child = children_.find_or_insert(message.trade);
  child.actor = TradeActor{};
  child.reported = message.reported;
  const bool is_over = is_terminal(message.reported);  // and is not rebuilt
  if (++child.crashes >= kTradeCrashesMax && !is_over) {
    spdlog::critical("trade {} crashed {} times and is quarantined; its value stays held", to_string(message.trade),
                     child.crashes);
    return;
  }
  spdlog::error("trade {} crashed and is rebuilt from its evidence", to_string(message.trade));
  send(shard_.writer, RefoldTrade{message.trade, ledger_.index});
}

void LedgerMonitor::on_refolded(TradeRefolded& message) {
  if (!message.refolded) {
    spdlog::critical("trade {} cannot be rebuilt: {}", to_string(message.trade), describe(message.refolded.error()));
    return;
  }
  RestoredTrade& restored = message.refolded->trade;
  send(shard_.writer, Enrol{{{message.trade, spawn_trade(std::move(restored.plan), std::move(restored.state))}}});
}

void LedgerMonitor::on_timeouts() {
  const Timestamp now = shard_.clock->now();
  std::size_t left = kTimeoutsPerTurn;
  while (!prepare_timeouts_.empty() && prepare_timeouts_.begin()->first <= now) {
    if (left == 0) return send(this, TimeoutsLeft{});
    std::vector<TradeId>& trades = prepare_timeouts_.begin()->second;
    const std::size_t count = std::min(left, trades.size());
    tell_of_timeout(std::span(trades).last(count));
    trades.resize(trades.size() - count);
    if (trades.empty()) prepare_timeouts_.erase(prepare_timeouts_.begin());
    left -= count;
  }
}

void LedgerMonitor::tell_of_timeout(std::span<const TradeId> trades) {
  const auto tell = [this](const TradeId& trade) {
    const Child* const child = children_.find(trade);
    if (child != nullptr && child->actor) send(child->actor, PrepareTimeout{});
  };
  const auto fetch_actor = [this](const TradeId& trade) {
    if (const Child* const child = children_.find(trade)) Trade::fetch(child->actor);
  };
  for_each_ahead(
      trades, tell, [this](const TradeId& trade) { children_.fetch_slot(trade); },
      [this](const TradeId& trade) { children_.fetch_entry(trade); }, fetch_actor);
}

// --- Movements ---

// The submitter hears of everything in the order in which the trades asked.
void LedgerMonitor::take_asks() {
  std::vector<TradeAsk>& asks = shard_.outboxes->monitors[ledger_.index].take();
  SubmitterAsks forward;
  forward.asks.reserve(asks.size());
  const auto pass = [&](TradeAsk& ask) {
    if (const auto* deposit = std::get_if<AskDeposit>(&ask)) {
      awaits_.expect_deposit(deposit->ref, deposit->leg);
    } else if (auto* movement = std::get_if<AskMovement>(&ask)) {
      forward.asks.emplace_back(std::move(*movement));
    } else if (const auto* withdraw = std::get_if<WithdrawMovement>(&ask)) {
      forward.asks.emplace_back(*withdraw);
    } else {
      const LegOver& over = std::get<LegOver>(ask);
      if (leaving_home(ask) != nullptr) children_.erase(trade_of(over.ref));
      forward.asks.emplace_back(over);
    }
  };
  const auto of_leaving = [this](void (*fetch_part)(const TradeActor&)) {
    return [this, fetch_part](const TradeAsk& ask) {
      if (const Child* const child = find_leaving(ask)) fetch_part(child->actor);
    };
  };
  for_each_ahead(
      asks, pass, [this](const TradeAsk& ask) { fetch_slots(ask); },
      [this](const TradeAsk& ask) { fetch_entries(ask); }, of_leaving(&Trade::fetch), of_leaving(&Trade::fetch_plan_of),
      of_leaving(&Trade::fetch_legs_of));
  if (!forward.asks.empty()) pass_on(std::move(forward));
}

// Of a deposit that is awaited from now on, and of a trade that leaves; the other asks are about what has just been
// looked at.
void LedgerMonitor::fetch_slots(const TradeAsk& ask) const {
  if (const auto* const deposit = std::get_if<AskDeposit>(&ask)) {
    awaits_.fetch_deposit_slot(deposit->ref);
    awaits_.fetch_slots(deposit->ref, HoldKey{});
  } else if (const OperationRef* const leaving = leaving_home(ask)) {
    children_.fetch_slot(trade_of(*leaving));
  }
}

void LedgerMonitor::fetch_entries(const TradeAsk& ask) const {
  if (const OperationRef* const leaving = leaving_home(ask)) children_.fetch_entry(trade_of(*leaving));
}

// The trade that leaves with this ask; null when none does.
const LedgerMonitor::Child* LedgerMonitor::find_leaving(const TradeAsk& ask) const {
  const OperationRef* const leaving = leaving_home(ask);
  return leaving != nullptr ? children_.find(trade_of(*leaving)) : nullptr;
}

// What a submitter has signed stands in its own shard's log, behind what caused it: this shard's writer puts all of its
// records there in their order, and another one's may be sooner. In another log the cause must be durable first, or a
// crash could leave the signature without it.
void LedgerMonitor::pass_on(SubmitterAsks asks) {
  const SubmitterActor& submitter = shard_.submitters[ledger_.index];
  if (shard_.index == ledger_.home_shard) return send(submitter, std::move(asks));
  Append cause;
  shard_.once_others_may_follow(
      cause, [submitter, asks = std::make_shared<SubmitterAsks>(std::move(asks))](std::uint64_t /*sequence*/ = 0) {
        caf::anon_send(submitter, std::move(*asks));
      });
  send(shard_.writer, std::move(cause));
}

void LedgerMonitor::on_signed(const MovementsSigned& message) {
  const auto expect = [this](const SignedMovement& one) {
    awaits_.expect(one.key, one.hold_key, one.attempt, one.txn, one.not_after);
  };
  for_each_ahead(
      message.movements, expect, [this](const SignedMovement& one) { awaits_.fetch_slots(one.key.ref, one.hold_key); },
      [this](const SignedMovement& one) { awaits_.fetch_entries(one.key.ref, one.hold_key); });
}

void LedgerMonitor::on_refused(const MovementsRefused& message) {
  const Timestamp now = shard_.clock->now();
  Append append;
  for (const RefusedMovement& one : message.movements) {
    append.records.push_back(
        {now, evidence::TradeEvent{trade_of(one.key.ref),
                                   MovementRefused{leg_of(one.key.ref), one.key.kind, one.code, one.detail}}});
  }
  kill_point(KillPoint::refusal_before_append);
  send(shard_.writer, std::move(append));
}

void LedgerMonitor::on_dead(const MovementsDead& message) {
  const VerifiedBlock& block = *message.in.block;
  ProvenFacts facts(message.in, shard_.clock->now());
  for (const MovementKey& key : message.movements) {
    awaits_.end(key);
    facts.add<MovementDead>(trade_of(key.ref), message.txn) = {leg_of(key.ref), key.kind, block.height, block.hash,
                                                               block.time};
  }
  Append append;
  append.records = facts.take();
  send(shard_.writer, std::move(append));
}

// An answer of the submitter may have been on its way when the trade left: before this nothing can be forgotten for
// good.
void LedgerMonitor::on_forgotten(const LegsForgotten& message) {
  const auto forget = [this](const OperationRef& ref) { awaits_.forget(ref); };
  for_each_ahead(
      message.refs, forget,
      [this](const OperationRef& ref) {
        awaits_.fetch_deposit_slot(ref);
        awaits_.fetch_slots(ref, HoldKey{});
      },
      [this](const OperationRef& ref) {
        awaits_.fetch_deposit_entry(ref);
        awaits_.fetch_entries(ref, HoldKey{});
      });
}

// --- Blocks ---

bool LedgerMonitor::is_ours(const OperationRef& ref) const {
  return shard_of(trade_of(ref), shard_.count) == shard_.index;
}

// What proves the block stands before what the block proves.
void LedgerMonitor::on_final_block(const FinalBlock& final_block) {
  const VerifiedBlock& block = *final_block.block;
  if (position_ && block.height <= position_->height) return;
  CLEARSPAN_VERIFY(!position_ || block.height == position_->height.plus(1));
  position_ = evidence::ViewAdvanced{ledger_.traits.id, block.height, block.hash, block.time, shard_.index_in_log()};
  ProvenFacts facts(final_block, shard_.clock->now());
  // One that is another shard's by its ref can only be ours by the hold that it ends, and seldom is.
  const auto fetch_slots = [this](const Outcome& outcome) {
    if (is_ours(outcome.ref)) awaits_.fetch_slots(outcome);
    awaits_.fetch_hold_slot(outcome);
  };
  const auto fetch_entries = [this](const Outcome& outcome) {
    if (is_ours(outcome.ref)) awaits_.fetch_entries(outcome);
  };
  const auto fetch_terms = [this](const Outcome& outcome) {
    if (is_ours(outcome.ref)) awaits_.fetch_terms(outcome);
  };
  for_each_ahead(
      block.outcomes, [&](const Outcome& outcome) { on_outcome(outcome, facts); }, fetch_slots, fetch_entries,
      fetch_terms);
  for (const IncludedTxn& txn : block.txns) {
    if (!txn.ok) on_failed_txn(txn, facts);
  }
  on_time(block.time, facts);
  Append append;
  append.records = facts.take();
  if (!append.records.empty() || block.height.value >= last_recorded_height_ + kViewRecordBlocks ||
      last_recorded_height_ == 0) {
    append.records.push_back({shard_.clock->now(), *position_});
    last_recorded_height_ = block.height.value;
  }
  append.durable = [&services = ledger_, shard = shard_.index, height = block.height.value] {
    kill_point(KillPoint::block_durable);
    services.durable_height[shard] = height;
    services.has_position[shard] = true;
  };
  kill_point(KillPoint::block_before_append);
  send(shard_.writer, std::move(append));
}

void LedgerMonitor::on_outcome(const Outcome& outcome, ProvenFacts& facts) {
  const MovementKey key = awaits_.key_of(outcome);
  if (!is_ours(key.ref)) return;
  const bool is_expected = awaits_.is_in(key, outcome.position.txn);
  if (!outcome.ok && !is_expected) return;
  // A stranger's movement under our ref does not end the wait for ours.
  if (is_expected || awaits_.is_deposit(key, outcome)) awaits_.end(key);
  auto& fact = facts.add<OutcomeFinal>(trade_of(key.ref), outcome.position.txn_index);
  fact.ledger = ledger_.traits.id;
  fact.outcome = outcome;
}

// A txn that failed as a whole says nothing of its movements, and none of them can take effect any more.
void LedgerMonitor::on_failed_txn(const IncludedTxn& txn, ProvenFacts& facts) {
  for (const MovementKey& key : awaits_.movements_in(txn.id)) {
    awaits_.end(key);
    facts.add<MovementDead>(trade_of(key.ref), txn.index) = dead(key);
  }
}

MovementDead LedgerMonitor::dead(const MovementKey& key) const {
  return {leg_of(key.ref), key.kind, position_->height, position_->block, position_->time};
}

void LedgerMonitor::on_time(LedgerTime time, ProvenFacts& facts) {
  for (const MovementKey& key : awaits_.take_dead(time)) {
    facts.add<MovementDead>(trade_of(key.ref), std::nullopt) = dead(key);
  }
}

void LedgerMonitor::on_conflict(const LedgerConflict& message) {
  spdlog::critical("ledger {} contradicts its final block at height {}: nothing is signed for it any more",
                   ledger_.traits.id.text, message.height.value);
  Append append;
  append.records.push_back({shard_.clock->now(), evidence::LedgerFrozen{ledger_.traits.id, message.height,
                                                                        message.expected, message.found}});
  append.durable = [] { kill_point(KillPoint::freeze_durable); };
  kill_point(KillPoint::freeze_before_append);
  send(shard_.writer, std::move(append));
}

}  // namespace clearspan::actors
