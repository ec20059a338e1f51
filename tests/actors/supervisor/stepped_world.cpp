#include "tests/actors/supervisor/stepped_world.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/scenario/trade_id.hpp"
#include "tools/simulation/separate_logs.hpp"

namespace clearspan::actors {
namespace {

constexpr int kStepsMax = 200'000;
constexpr Millis kWindow{600'000};  // no deadline passes by accident

}  // namespace

SteppedWorld::SteppedWorld(std::uint16_t shards, std::uint64_t seed, Logs logs) : random_(seed) {
  options_.data_dir = "/data";
  options_.tag.bytes.fill(0xc5);
  options_.shards = shards;
  options_.resend_after = Millis{500};
  if (logs == Logs::one_for_each_shard) {
    EXPECT_TRUE(sim::make_separate_logs(disk_, options_.data_dir, options_.tag, shards).ok());
  }
  a_ = make_side("a-coin", "ACN", options_.tag, clock_);
  b_ = make_side("b-coin", "BCN", options_.tag, clock_);
  a_.produce(kFinalityDepth + 1);
  b_.produce(kFinalityDepth + 1);
  start();
}

void SteppedWorld::start() {
  SteppedSurroundings surroundings;
  surroundings.disk = &disk_;
  surroundings.clock = &clock_;
  surroundings.on_failed_write = [](const Error& error) { throw std::runtime_error(describe(error)); };
  surroundings.on_durable = [this](std::uint16_t, const evidence::DurableGroup& group) { see_durable(group); };
  surroundings.after_report = [this] {
    if (std::exchange(crash_is_armed_, false)) throw std::runtime_error("the test ends this actor");
  };
  auto started = SteppedEngine::start(options_, {a_.node, b_.node}, std::move(surroundings));
  ASSERT_TRUE(started.ok()) << describe(started.error());
  engine_ = std::move(*started);
}

void SteppedWorld::crash() {
  disk_.crash();
  engine_.reset();
}

void SteppedWorld::see_durable(const evidence::DurableGroup& group) {
  group.records.for_each([this](const evidence::RecordBytes& bytes) {
    const Result<evidence::Record> record = evidence::decode(bytes);
    ASSERT_TRUE(record.ok());
    if (const auto* view = std::get_if<evidence::ViewAdvanced>(&record->body)) {
      evidence::ViewAdvanced& last = recorded_[view->ledger];
      if (last.height <= view->height) last = *view;
    } else if (const auto* freeze = std::get_if<evidence::LedgerFrozen>(&record->body)) {
      frozen_.insert(freeze->ledger);
    } else if (const auto* txn = std::get_if<evidence::TxnSigned>(&record->body)) {
      if (frozen_.contains(txn->ledger)) ++signed_when_frozen_;
      signed_.insert(signed_.end(), txn->movements.begin(), txn->movements.end());
    }
  });
}

std::size_t SteppedWorld::signatures(const Plan& plan, MovementKind kind) const {
  return static_cast<std::size_t>(std::count_if(signed_.begin(), signed_.end(), [&](const Movement& movement) {
    return movement.kind == kind && trade_of(movement.ref) == plan.id;
  }));
}

simulated::RefEffects SteppedWorld::effects(const Side& side, const Plan& plan, LegIndex leg) {
  const OperationRef ref = make_operation_ref(plan.id, leg, plan.engine);
  for (const simulated::RefEffects& one : side.ledger->effects()) {
    if (one.ref == ref) return one;
  }
  return {ref};
}

LedgerNow SteppedWorld::now_of(std::size_t ledger) {
  const LedgerStatus status = engine_->ledgers()[ledger];
  return {status.traits, status.time, status.seen};
}

Plan SteppedWorld::exchange(Placement placed_by, std::uint64_t times) {
  PvpRequest request;
  request.legs.push_back(
      {LedgerId{"a-coin"}, AssetId{"ACN"}, Amount(100 * times), AccountId{"alice"}, AccountId{"carol"}, placed_by});
  request.legs.push_back(
      {LedgerId{"b-coin"}, AssetId{"BCN"}, Amount(50 * times), AccountId{"bob"}, AccountId{"carol"}});
  TimingPolicy policy;
  policy.prepare_window = kWindow;
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  ++trades_made_;
  randomness[kTradeIdRandomBytes - 2] = static_cast<std::uint8_t>(trades_made_ >> 8);
  randomness[kTradeIdRandomBytes - 1] = static_cast<std::uint8_t>(trades_made_);
  auto plan = compile_pvp(request, {now_of(0), now_of(1)}, policy,
                          {make_trade_id(clock_.now(), randomness), options_.tag, clock_.now()});
  EXPECT_TRUE(plan.ok()) << describe(plan.error());
  std::vector<NewTrade> trades(1);
  trades.front().plan = *plan;
  engine_->create(std::move(trades), [](const auto&) {});
  return std::move(plan).value();
}

void SteppedWorld::deposit(const Plan& plan) {
  make(movement_for(plan, 0, MovementKind::hold, HoldKey{}));
}

SignedTxn SteppedWorld::make(Movement movement) {
  movement.not_after = LedgerTime{a_.ledger->true_head().number.value + 100};
  const AccountId alice{"alice"};
  simulated::Keyring keys{AccountId{"operator"}};
  EXPECT_TRUE(keys.add(alice, simulated::demo_key(alice)).ok());
  auto txn = keys.sign(LedgerId{"a-coin"}, {alice, Sequence{++made_by_hand_}, movement.not_after, 0, {movement}});
  EXPECT_TRUE(txn.ok()) << describe(txn.error());
  const Status sent = a_.ledger->submit(txn->raw, Millis{0});
  EXPECT_TRUE(sent.ok()) << describe(sent.error());
  return std::move(txn).value();
}

void SteppedWorld::run_actors(std::uint16_t shard) {
  while (engine_->runnable(shard) != 0) engine_->run_actor(shard, 0);
}

void SteppedWorld::run_actors() {
  const auto any = [this] {
    for (std::uint16_t shard = 0; shard < engine_->shard_count(); ++shard) {
      if (engine_->runnable(shard) != 0) return true;
    }
    return false;
  };
  while (any()) {
    for (std::uint16_t shard = 0; shard < engine_->shard_count(); ++shard) run_actors(shard);
  }
}

void SteppedWorld::fill_the_log(const Plan& pattern) {
  constexpr std::size_t kKeyBytes = 60'000;
  std::vector<NewTrade> trades(evidence::kQueuedBytesMax / kKeyBytes + 1);
  for (std::size_t i = 0; i < trades.size(); ++i) {
    Plan& plan = trades[i].plan = pattern;
    plan.id.bytes.fill(0);
    plan.id.bytes[0] = static_cast<std::uint8_t>(1 + (i >> 8));
    plan.id.bytes[1] = static_cast<std::uint8_t>(i);
    for (Leg& leg : plan.legs) leg.placement = Placement::payer;
    trades[i].idempotency_key.assign(kKeyBytes, 'k');
  }
  engine_->create(std::move(trades), [](const auto&) {});
}

void SteppedWorld::settle() {
  bool wrote = true;
  while (std::exchange(wrote, false)) {
    run_actors();
    for (std::uint16_t log = 0; log < engine_->log_count(); ++log) wrote |= engine_->write_log(log);
  }
}

void SteppedWorld::step() {
  const auto shard = static_cast<std::uint16_t>(random_.below(engine_->shard_count()));
  const auto ledger = static_cast<std::size_t>(random_.below(2));
  const std::uint64_t dice = random_.below(100);
  if (dice < 70) {
    const std::size_t runnable = engine_->runnable(shard);
    if (runnable != 0) engine_->run_actor(shard, static_cast<std::size_t>(random_.below(runnable)));
  } else if (dice < 82) {
    engine_->write_log(static_cast<std::uint16_t>(shard % engine_->log_count()));
  } else if (dice < 88) {
    engine_->call_ledger(ledger);
  } else if (dice < 94) {
    static_cast<void>(engine_->follow_ledger(ledger));  // a node that a test cut off
  } else if (dice < 96) {
    pass_time(Millis{20});
  } else {
    (ledger == 0 ? a_ : b_).produce(1);
  }
}

bool SteppedWorld::until(const std::function<bool()>& is_true) {
  for (int i = 0; i < kStepsMax; ++i) {
    if (is_true()) return true;
    step();
  }
  return false;
}

bool SteppedWorld::until_ended() {
  return until([this] {
    const std::vector<LedgerStatus> ledgers = engine_->ledgers();
    return engine_->ready() && engine_->stats().live == 0 &&
           std::all_of(ledgers.begin(), ledgers.end(), [](const auto& one) { return one.txns_outstanding == 0; });
  });
}

void SteppedWorld::pass_time(Millis span) {
  clock_.time += span;
  engine_->pass_time(span);
}

void sign(SteppedWorld& world, std::size_t ledger) {
  const auto is_signed = [&] { return world.engine().ledgers()[ledger].txns_outstanding != 0; };
  while (!is_signed() && world.engine().call_ledger(ledger)) world.run_actors();
  EXPECT_TRUE(is_signed());
}

Plan sign_a_hold(SteppedWorld& world, std::uint64_t times) {
  EXPECT_TRUE(world.until([&] { return world.engine().ready(); }));
  Plan plan = world.exchange(Placement::engine, times);
  world.settle();
  sign(world, 0);
  return plan;
}

Movement payment_of(const Plan& plan) {
  Movement payment = movement_for(plan, 0, MovementKind::hold, HoldKey{});
  payment.kind = MovementKind::payment;
  payment.ref = make_operation_ref(TradeId{}, 0, plan.engine);
  return payment;
}

}  // namespace clearspan::actors
