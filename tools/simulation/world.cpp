#include "tools/simulation/world.hpp"

#include <algorithm>

#include "tools/simulation/separate_logs.hpp"

namespace clearspan::sim {
namespace {

constexpr std::uint64_t kLivenessEventsMax = 400'000;  // without faults everything has ended long before
constexpr std::uint64_t kReorganisable = 64;

simulated::GenesisAccount account(const std::string& name, std::map<AssetId, Amount> balances) {
  const AccountId id{name};
  return {id, crypto::Ed25519Signer(simulated::demo_key(id)).public_key(), std::move(balances)};
}

simulated::Genesis genesis(const std::string& ledger, const std::string& asset, std::uint64_t finality_depth) {
  simulated::Genesis made;
  made.ledger = LedgerId{ledger};
  made.assets = {{AssetId{asset}, 2}, {AssetId{"JUNK"}, 0}};
  made.escrow_operator = AccountId{"operator"};
  made.block_interval = Millis{100};
  made.finality_depth = finality_depth;
  made.reclaim = false;
  made.reorganisable_blocks = kReorganisable;
  made.accounts.push_back(account("operator", {}));
  for (const char* name : {"alice", "walter", "carol", "erin"}) {
    made.accounts.push_back(account(name, {{AssetId{asset}, Amount(1'000'000)}, {AssetId{"JUNK"}, Amount(1'000)}}));
  }
  made.accounts.push_back(account("bob", {{AssetId{asset}, Amount(20'000)}}));
  made.accounts.push_back(account("poor", {{AssetId{asset}, Amount(60)}}));
  return made;
}

// A rate that is nothing in two seeds of five, and else anything from rare to `most`.
std::uint32_t draw(Random& random, std::uint32_t most) {
  if (random.below(5) < 2) return 0;
  return static_cast<std::uint32_t>(1 + random.below(1 + (most >> random.below(5))));
}

// Trades that were suspended stay, and what belongs to them.
bool has_left_memory(const EngineStats& stats) {
  return stats.live == 0 ? stats.in_memory == InMemory{} : stats.in_memory.trades <= stats.live;
}

}  // namespace

World::World(std::uint64_t seed, std::uint64_t events)
    : random_(seed), events_wanted_(events), disk_(random_), watcher_(verdict_.sometimes) {
  verdict_.seed = seed;
  tag_.bytes.fill(0xc5);
  options_.data_dir = "/data";
  options_.tag = tag_;
  options_.shards = static_cast<std::uint16_t>(1 + random_.below(3));
  options_.resend_after = Millis{500};
  options_.on_phase_change = [this](const PhaseChange& change) { on_phase_change(change); };
  if (random_.below(4) == 0) {
    CLEARSPAN_VERIFY(make_separate_logs(disk_, options_.data_dir, tag_, options_.shards, kSegmentBytes).ok());
  }
  make_sides();
  temper_ = draw_temper();
}

World::~World() {
  engine_.reset();
}

void World::make_sides() {
  const std::array<std::pair<const char*, const char*>, 3> names = {
      {{"a-coin", "ACN"}, {"b-coin", "BCN"}, {"c-coin", "CCN"}}};
  const std::array<std::uint64_t, 3> depths = {0, 2, 6};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const simulated::Genesis made = genesis(names[i].first, names[i].second, depths[i]);
    CLEARSPAN_VERIFY(simulated::check_genesis(made).ok());
    Side side;
    side.finality_depth = depths[i];
    side.ledger = std::make_shared<simulated::Ledger>(made, ledger_clock_, random_.next());
    auto keys = std::make_shared<simulated::Keyring>(made.escrow_operator);
    for (const char* name : {"operator", "alice", "carol", "erin", "bob", "poor"}) {
      CLEARSPAN_VERIFY(keys->add(AccountId{name}, simulated::demo_key(AccountId{name})).ok());
    }
    simulated::ConnectorOptions options = simulated::options_for(made, tag_);
    options.txn_validity = 8 + random_.below(30);
    auto honest = std::make_shared<simulated::InProcessConnector>(side.ledger, options, std::move(keys));
    side.connector = std::make_shared<HostileConnector>(std::move(honest), random_, verdict_.sometimes);
    sides_.push_back(std::move(side));
  }
  signed_when_frozen_.resize(sides_.size());
}

World::Temper World::draw_temper() {
  Temper temper;
  temper.process_crash = draw(random_, 2'000);
  temper.actor_crash = draw(random_, 3'000);
  temper.clock_jump = draw(random_, 1'000);
  temper.reorganise = draw(random_, 4'000);
  temper.reorganise_deep = random_.below(10) == 0 ? 300 : 0;
  temper.ledger_fault = draw(random_, 2'000);
  temper.log_damage = draw(random_, 300'000);
  temper.disk = {draw(random_, 4'000), draw(random_, 2'000)};
  NetworkFaults& network = temper.network;
  network.call_fails = draw(random_, 200'000);
  network.answer_lost = draw(random_, 300'000);
  network.answer_false = draw(random_, 200'000);
  network.sent_late = draw(random_, 200'000);
  network.sent_twice = draw(random_, 300'000);
  network.stale_tip = draw(random_, 200'000);
  network.imagined_tip = draw(random_, 100'000);
  network.altered_block = draw(random_, 100'000);
  network.stale_block = draw(random_, 300'000);
  network.other_block = draw(random_, 100'000);
  network.wrong_balance = draw(random_, 200'000);
  return temper;
}

void World::set_faults(const Temper& temper) {
  disk_.set_faults(temper.disk);
  for (const Side& side : sides_) side.connector->set_faults(temper.network);
}

Verdict World::run() {
  start_engine();
  set_faults(temper_);
  while (verdict_.events < events_wanted_ && verdict_.violations.empty()) {
    step();
    check_step();
  }
  if (verdict_.violations.empty()) be_live();
  if (verdict_.violations.empty()) check_end();
  return verdict_;
}

// --- Steps ---

// Half a millisecond passes per step, and a block of each ledger comes every hundred or so: the engine keeps up.
void World::step() {
  const std::uint64_t dice = random_.below(1'000);
  if (dice < 875) {
    step_engine();
  } else if (dice < 925) {
    pass_time(Millis{1 + random_.below(20)});
  } else if (dice < 945) {
    step_ledger();
  } else if (dice < 953) {
    step_user();
  } else {
    step_misfortune();
  }
}

void World::step_engine() {
  const auto shard = static_cast<std::uint16_t>(random_.below(engine_->shard_count()));
  const std::uint64_t dice = random_.below(100);
  try {
    if (dice < 65) {
      const std::size_t runnable = engine_->runnable(shard);
      if (runnable == 0) return;
      engine_->run_actor(shard, static_cast<std::size_t>(random_.below(runnable)));
    } else if (dice < 75) {
      if (!engine_->write_log(static_cast<std::uint16_t>(shard % engine_->log_count()))) return;
    } else if (dice < 90) {
      if (!engine_->call_ledger(static_cast<std::size_t>(random_.below(sides_.size())))) return;
    } else {
      const Status status = engine_->follow_ledger(static_cast<std::size_t>(random_.below(sides_.size())));
      if (!status && !is_retryable(status.error().code)) reached(verdict_.sometimes, Sometimes::lie_refused);
    }
  } catch (const ProcessEnded& ended) {
    reached(verdict_.sometimes,
            ended.cause == ProcessEnded::Cause::torn_write ? Sometimes::crash_while_writing : Sometimes::write_failed);
    end_process();
    start_engine();
  }
  ++verdict_.events;
  mix(dice << 32 | shard);
}

void World::step_ledger() {
  Side& side = sides_[random_.below(sides_.size())];
  if (random_.below(6) == 0) {
    if (!side.connector->deliver_late()) return;
  } else {
    const simulated::Head head = side.ledger->produce();
    mix(head.hash.bytes[0] | std::uint64_t{head.hash.bytes[1]} << 8 | head.number.value << 16);
  }
  ++verdict_.events;
}

void World::pass_time(Millis span) {
  clock_.time += span;
  ledger_clock_.time += span;
  engine_->pass_time(span);
  ++verdict_.events;
}

void World::step_misfortune() {
  if (random_.chance(temper_.process_crash * 20)) {
    end_process();
    if (random_.chance(temper_.log_damage)) damage_a_log();
    start_engine();
  } else if (random_.chance(temper_.actor_crash * 20)) {
    actor_crash_armed_ = true;
  } else if (random_.chance(temper_.clock_jump * 20)) {
    const Millis jump{1 + random_.below(random_.below(4) == 0 ? 60'000 : 2'000)};
    const bool back = random_.below(2) == 0;
    clock_.time += back ? -jump : jump;
    reached(verdict_.sometimes, back ? Sometimes::clock_went_back : Sometimes::clock_jumped_ahead);
  } else if (random_.chance(temper_.reorganise * 20)) {
    reorganise(false);
  } else if (random_.chance(temper_.reorganise_deep * 20)) {
    reorganise(true);
  } else if (random_.chance(temper_.ledger_fault * 20)) {
    ledger_fault();
  } else {
    return;
  }
  ++verdict_.events;
}

void World::reorganise(bool deep) {
  Side& side = sides_[random_.below(sides_.size())];
  const std::uint64_t height = side.ledger->true_head().number.value;
  const std::uint64_t depth = deep ? side.finality_depth + 1 + random_.below(20) : 1 + random_.below(6);
  if (depth >= height || depth > kReorganisable || (!deep && depth > side.finality_depth)) return;
  const std::size_t holds = side.ledger->books().open_holds.size();
  const bool dropped = random_.below(3) == 0;
  const auto fate = dropped ? simulated::ReorganisedTxns::dropped : simulated::ReorganisedTxns::returned;
  if (!side.ledger->reorganise(depth, fate).ok()) return;
  if (!deep) reached(verdict_.sometimes, Sometimes::reorganised);
  if (dropped) reached(verdict_.sometimes, Sometimes::reorganised_dropped);
  if (side.ledger->books().open_holds.size() < holds) reached(verdict_.sometimes, Sometimes::reorganised_hold);
}

// Rules of the ledger itself (a txn that is never included, one that fails), and a node that is silent for a while.
void World::ledger_fault() {
  simulated::Ledger& ledger = *sides_[random_.below(sides_.size())].ledger;
  const std::uint64_t height = ledger.true_head().number.value;
  if (random_.below(3) == 0) {
    const std::array faults = {simulated::NodeFault::stalled, simulated::NodeFault::unreachable,
                               simulated::NodeFault::lying};
    ledger.set_node_fault(faults[random_.below(faults.size())], 1 + random_.below(10));
    return;
  }
  simulated::FaultRule rule;
  const std::array actions = {simulated::FaultAction::drop, simulated::FaultAction::delay,
                              simulated::FaultAction::fail};
  rule.action = actions[random_.below(actions.size())];
  rule.per_mille = static_cast<std::uint32_t>(1 + random_.below(1'000));
  rule.delay_blocks = 1 + random_.below(12);
  rule.first = Height{height};
  rule.last = Height{height + 1 + random_.below(15)};
  if (random_.below(2) == 0) rule.kind = static_cast<MovementKind>(random_.below(4));
  CLEARSPAN_VERIFY(ledger.add_fault(std::move(rule)).ok());
}

// --- What must hold ---

// I8: nothing is signed for a ledger from the moment that it is seen to contradict what was final.
void World::check_step() {
  const std::vector<LedgerStatus> ledgers = engine_->ledgers();
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const std::uint64_t signatures = sides_[i].connector->signatures();
    if (!ledgers[i].frozen) {
      signed_when_frozen_[i] = 0;  // or a new process that has not seen it yet
      continue;
    }
    if (signed_when_frozen_[i] == 0) signed_when_frozen_[i] = signatures + 1;
    if (signed_when_frozen_[i] != signatures + 1)
      violation("I8: signed for the frozen ledger " + ledgers[i].traits.id.text);
  }
}

// Also what was signed: a txn that may still take effect is unfinished business, and so is what an engine that was down
// for long has not read yet.
bool World::everything_ended() const {
  if (!engine_->ready()) return false;
  const EngineStats stats = engine_->stats();
  if (stats.live != stats.suspended || !has_left_memory(stats)) return false;
  const std::vector<LedgerStatus> ledgers = engine_->ledgers();
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    if (ledgers[i].txns_outstanding != 0) return false;
    const std::uint64_t newest = sides_[i].ledger->true_head().number.value;
    if (!ledgers[i].frozen && ledgers[i].processed.value + sides_[i].finality_depth < newest) return false;
  }
  return true;
}

// What is held on a ledger that contradicted itself stays held.
bool World::has_frozen() const {
  const auto frozen = static_cast<std::size_t>(Sometimes::final_block_contradicted);
  return verdict_.sometimes[frozen] != 0;
}

void World::be_live() {
  set_faults(Temper{});
  actor_crash_armed_ = false;
  for (const Side& side : sides_) {
    side.ledger->clear_faults();
    side.ledger->set_node_fault(simulated::NodeFault::none, 0);
  }
  for (std::uint64_t events = 0; events < kLivenessEventsMax; ++events) {
    if (events % 64 == 0 && everything_ended()) return;
    const std::uint64_t dice = random_.below(100);
    if (dice < 94) {
      step_engine();
    } else if (dice < 98) {
      pass_time(Millis{1 + random_.below(20)});
    } else {
      step_ledger();
    }
  }
  std::uint64_t outstanding = 0;
  for (const LedgerStatus& ledger : engine_->ledgers()) outstanding += ledger.txns_outstanding;
  if (has_frozen()) return;
  const EngineStats stats = engine_->stats();
  violation("I11: " + std::to_string(stats.live - stats.suspended) + " trades and " + std::to_string(outstanding) +
            " txns did not end when the faults had; in memory: " + std::to_string(stats.in_memory.trades) +
            " trades, " + std::to_string(stats.in_memory.listeners) + " listeners, " +
            std::to_string(stats.in_memory.awaits) + " awaits, " + std::to_string(stats.in_memory.legs) + " legs");
}

void World::violation(std::string text) {
  verdict_.violations.push_back("seed " + std::to_string(verdict_.seed) + ", event " + std::to_string(verdict_.events) +
                                ", " + std::move(text));
}

// FNV-1a over words: what the trace hash needs is to differ when anything did.
void World::mix(std::uint64_t value) {
  verdict_.trace_hash =
      (verdict_.trace_hash ^ value ^ verdict_.events << 48) * 0x100000001b3ULL + 0x9e3779b97f4a7c15ULL;
}

}  // namespace clearspan::sim
