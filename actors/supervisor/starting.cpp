// From the logs to a running engine: the starting half of the core.
#include <algorithm>
#include <numeric>
#include <set>
#include <thread>

#include "actors/supervisor/core.hpp"
#include "actors/supervisor/shard_scheduler.hpp"

namespace clearspan::actors {
namespace {

constexpr std::uint16_t kShardsMax = 64;

// Stable over restarts, and different for names that differ in one letter.
std::uint16_t home_shard_of(const LedgerId& ledger, std::uint16_t shard_count) {
  const unsigned sum = std::accumulate(ledger.text.begin(), ledger.text.end(), 0U,
                                       [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  return static_cast<std::uint16_t>(sum % shard_count);
}

}  // namespace

// --- Recovery ---

Status Core::recover() {
  CLEARSPAN_CHECK_OK(check_options());
  CLEARSPAN_TRY(const std::uint16_t count, choose_shard_count());
  CLEARSPAN_CHECK_OK(open_logs(count));
  make_ledgers();
  return Done{};
}

Status Core::check_options() const {
  std::set<LedgerId> ids;
  for (const auto& connector : connectors_) {
    if (!ids.insert(connector->traits().id).second) {
      return make_error(ErrorCode::config_invalid, "two ledgers have the name " + connector->traits().id.text,
                        "ledger");
    }
  }
  if (ids.empty()) return make_error(ErrorCode::config_invalid, "no ledger is configured", "ledger");
  if (options_.anchor && !ids.contains(options_.anchor->ledger)) {
    return make_error(ErrorCode::config_invalid, "no such ledger", "evidence.anchor.ledger");
  }
  if (options_.tag.is_zero()) return make_error(ErrorCode::config_invalid, "the engine has no tag", "engine.tag");
  if (options_.data_dir.empty()) return make_error(ErrorCode::config_invalid, "no data folder", "engine.data_dir");
  if (options_.shards > kShardsMax) {
    return make_error(ErrorCode::config_invalid, "at most " + std::to_string(kShardsMax) + " shards", "engine.shards");
  }
  return Done{};
}

std::string Core::shard_directory(std::uint16_t shard) const {
  return options_.data_dir + "/shard-" + std::to_string(shard);
}

evidence::LogIdentity Core::log_identity(std::uint16_t shard) const {
  return {"shard-" + std::to_string(shard), options_.tag};
}

// As many shards as there are logs already: a trade stays on the shard that it was created on.
Result<std::uint16_t> Core::choose_shard_count() const {
  std::uint16_t existing = 0;
  while (existing < kShardsMax) {
    CLEARSPAN_TRY(const auto identity, evidence::identity_of_log(*surroundings_.disk, shard_directory(existing)));
    if (!identity) break;
    if (identity->engine != options_.tag) {
      return make_error(ErrorCode::config_invalid, "the evidence log belongs to another engine", "engine.tag");
    }
    ++existing;
  }
  if (existing != 0 && options_.shards != 0 && options_.shards != existing) {
    return make_error(ErrorCode::config_invalid, "the data folder has " + std::to_string(existing) + " shards",
                      "engine.shards");
  }
  if (existing != 0) return existing;
  if (options_.shards != 0) return options_.shards;
  return static_cast<std::uint16_t>(std::clamp(std::thread::hardware_concurrency(), 1U, unsigned{kShardsMax}));
}

Status Core::open_logs(std::uint16_t count) {
  CLEARSPAN_CHECK_OK(surroundings_.disk->make_directory(options_.data_dir));
  for (std::uint16_t i = 0; i < count; ++i) {
    auto runtime = std::make_unique<ShardRuntime>();
    const evidence::LogOptions log_options{log_identity(i), surroundings_.segment_bytes, surroundings_.on_failed_write};
    const auto on_durable = [this, i](const evidence::DurableGroup& group) {
      tally_.records_durable += group.records.count();
      ++tally_.groups_durable;
      caf::anon_send(shards_[i]->shard.writer, GroupDurable{group.last_sequence});
      if (surroundings_.on_durable) surroundings_.on_durable(i, group);
    };
    CLEARSPAN_TRY(evidence::RecoveredShard opened,
                  evidence::open_and_recover(*surroundings_.disk, shard_directory(i), log_options, on_durable));
    runtime->log = std::move(opened.log);
    runtime->recovered = std::move(opened.recovered);
    runtime->shard.index = i;
    runtime->shard.count = count;
    shards_.push_back(std::move(runtime));
  }
  return Done{};
}

void Core::make_ledgers() {
  for (const auto& connector : connectors_) {
    auto ledger = std::make_unique<LedgerServices>();
    ledger->index = static_cast<std::uint16_t>(ledgers_.size());
    ledger->traits = connector->traits();
    ledger->home_shard = home_shard_of(ledger->traits.id, shard_count());
    ledger->connector = connector;
    ledger->durable_height = std::vector<std::atomic<std::uint64_t>>(shards_.size());
    ledger->has_position = std::vector<std::atomic<bool>>(shards_.size());
    ledger->head.frozen = is_frozen(ledger->traits.id);
    restore_holdings(*ledger);
    ports_.push_back(std::make_unique<LedgerPort>(connector, options_.submit_timeout));
    ledger->port = ports_.back().get();
    ledgers_.push_back(std::move(ledger));
  }
}

// Its submitter has recorded them, so they stand in the log of its home.
void Core::restore_holdings(LedgerServices& ledger) const {
  const auto& known = shards_[ledger.home_shard]->recovered.holdings;
  const auto found = known.find(ledger.traits.id);
  if (found == known.end()) return;
  ledger.holdings = found->second;
  ledger.head.holdings_checked = found->second.height.value;
  if (found->second.unexplained() != nullptr) ledger.head.brake(describe_difference(ledger.traits, found->second));
}

bool Core::is_frozen(const LedgerId& ledger) const {
  return std::any_of(shards_.begin(), shards_.end(),
                     [&](const auto& runtime) { return runtime->recovered.frozen.contains(ledger); });
}

std::vector<evidence::TxnSigned> Core::take_outstanding(const LedgerId& ledger) {
  std::vector<evidence::TxnSigned> txns;
  for (auto& runtime : shards_) {
    const auto found = runtime->recovered.outstanding.find(ledger);
    if (found == runtime->recovered.outstanding.end()) continue;
    for (evidence::OutstandingTxn& one : found->second) txns.push_back(std::move(one.txn));
  }
  return txns;
}

// Before any block is looked at: a trade that asks again may be answered after the block that it asks about. What the
// trade would not ask about has ended, and that is on record.
void Core::watch_for(const LedgerServices& ledger, const std::vector<evidence::TxnSigned>& outstanding) const {
  for (const evidence::TxnSigned& txn : outstanding) {
    for (const Movement& movement : txn.movements) {
      if (!is_awaited(movement)) continue;
      caf::anon_send(ledger.monitors[shard_of(trade_of(movement.ref), shard_count())],
                     MovementsSigned{{{key_of(movement), movement.hold_key, movement.attempt, txn.id,
                                       std::min(txn.not_after, movement.not_after)}}});
    }
  }
}

bool Core::is_awaited(const Movement& movement) const {
  const TradeId id = trade_of(movement.ref);
  const auto& trades = shards_[shard_of(id, shard_count())]->recovered.trades;
  const auto trade = trades.find(id);
  if (trade == trades.end()) return false;
  const LegIndex leg = leg_of(movement.ref);
  const Commands commands = outstanding_commands(*trade->second.plan, trade->second.state);
  return std::any_of(commands.begin(), commands.end(), [&](const Command& command) {
    if (const auto* submit = std::get_if<Submit>(&command)) {
      return submit->leg == leg && submit->kind == movement.kind && submit->attempt == movement.attempt;
    }
    const auto* abandon = std::get_if<Abandon>(&command);
    return abandon != nullptr && abandon->leg == leg && abandon->kind == movement.kind;
  });
}

bool Core::is_live(const TradeId& trade) const {
  return shards_[shard_of(trade, shard_count())]->recovered.trades.contains(trade);
}

// --- Actors ---

void Core::spawn_actors() {
  for (auto& runtime : shards_) {
    runtime->config = std::make_unique<caf::actor_system_config>();
    runtime->config->set("scheduler.max-threads", std::size_t{1});
    if (surroundings_.is_stepped) {
      runtime->config->set("scheduler.policy", caf::atom("testing"));
    } else {
      runtime->config->load<ShardScheduler>();
    }
    runtime->system = std::make_unique<caf::actor_system>(*runtime->config);
    Shard& shard = runtime->shard;
    shard.engine = options_.tag;
    shard.clock = surroundings_.clock;
    shard.log = runtime->log.get();
    shard.tally = &tally_;
    shard.options = &options_;
    shard.refold = [this, index = shard.index](const TradeId& trade, std::uint64_t sequence) {
      return surroundings_.refold(index, trade, sequence);
    };
    runtime->outboxes.monitors.resize(ledgers_.size());
    shard.outboxes = &runtime->outboxes;
    runtime->reports = std::make_unique<PhaseReports>(tally_, options_);
    shard.reports = runtime->reports.get();
    shard.after_report = surroundings_.after_report;
    for (auto& ledger : ledgers_) shard.ledgers.push_back(ledger.get());
    shard.writer = runtime->system->spawn<EvidenceWriter>(shard);
  }
  std::vector<SubmitterActor> submitters;
  for (auto& ledger : ledgers_) {
    ShardRuntime& home = *shards_[ledger->home_shard];
    for (auto& runtime : shards_) {
      std::optional<evidence::ViewAdvanced> position;
      const auto found = runtime->recovered.views.find(ledger->traits.id);
      if (found != runtime->recovered.views.end()) position = found->second;
      if (position) ledger->durable_height[runtime->shard.index] = position->height.value;
      ledger->has_position[runtime->shard.index] = position.has_value();
      if (position) ledger->head.reach(position->height, position->time);
      runtime->shard.monitors.push_back(
          runtime->system->spawn<LedgerMonitor>(runtime->shard, *ledger, std::move(position)));
      ledger->monitors.push_back(runtime->shard.monitors.back());
    }
    std::vector<evidence::TxnSigned> outstanding = take_outstanding(ledger->traits.id);
    watch_for(*ledger, outstanding);
    submitters.push_back(home.system->spawn<Submitter>(home.shard, *ledger, std::move(outstanding),
                                                       [this](const TradeId& trade) { return is_live(trade); }));
  }
  for (auto& runtime : shards_) runtime->shard.submitters = submitters;
}

Append Core::starting_records(const ShardRuntime& runtime) const {
  const Timestamp now = surroundings_.clock->now();
  Append started;
  started.records.push_back(
      {now, evidence::EngineStarted{CLEARSPAN_VERSION, options_.tag, runtime.shard.index, runtime.shard.count}});
  for (const auto& ledger : ledgers_) {
    const LedgerDescription description = ledger->connector->description();
    const auto known = runtime.recovered.descriptions.find(description.ledger);
    if (known != runtime.recovered.descriptions.end() && known->second == description) continue;
    started.records.push_back({now, evidence::LedgerDescribed{description}});
  }
  return started;
}

void Core::resume_trades(std::function<void()> done) {
  const auto left = std::make_shared<std::atomic<std::size_t>>(shards_.size() * ledgers_.size());
  const auto count_down = [left, done = std::move(done)] {
    if (--*left == 0) done();
  };
  for (auto& runtime : shards_) {
    caf::anon_send(runtime->shard.writer, starting_records(*runtime));
    std::vector<RestoreTrades> by_ledger(ledgers_.size());
    for (auto& [id, trade] : runtime->recovered.trades) {
      const LedgerServices* home = runtime->shard.find_ledger(trade.plan->legs.front().ledger);
      CLEARSPAN_VERIFY(home != nullptr);
      by_ledger[home->index].trades.push_back({std::move(trade.plan), std::move(trade.state)});
    }
    for (std::size_t i = 0; i < by_ledger.size(); ++i) {
      by_ledger[i].done = count_down;
      caf::anon_send(runtime->shard.monitors[i], std::move(by_ledger[i]));
    }
    for (ReturnDeposit& deposit : runtime->recovered.missing_returns) {
      caf::anon_send(runtime->shard.writer, ReturnHold{std::move(deposit)});
    }
    runtime->recovered.trades.clear();
    runtime->recovered.missing_returns.clear();
  }
}

// --- Ledgers ---

std::vector<BlockPlace> Core::handled_of(const LedgerServices& ledger) const {
  std::vector<BlockPlace> handled;
  for (const auto& runtime : shards_) {
    const auto found = runtime->recovered.views.find(ledger.traits.id);
    if (found != runtime->recovered.views.end()) handled.push_back({found->second.height, found->second.block});
  }
  const auto& holdings = ledger.holdings;
  if (!handled.empty() && holdings && !ledger.head.is_braked()) handled.push_back({holdings->height, holdings->block});
  return handled;
}

void Core::make_followers() {
  for (auto& ledger : ledgers_) {
    // The chain of a ledger that contradicted itself is not to be believed; of a braked one only the books are not.
    if (is_frozen(ledger->traits.id)) continue;
    auto hand_out = [this, index = ledger->index](const std::vector<FinalBlock>& blocks) {
      for (auto& runtime : shards_) caf::anon_send(runtime->shard.monitors[index], FinalBlocks{blocks});
    };
    auto on_conflict = [this, services = ledger.get()](const Conflict& conflict) { freeze(*services, conflict); };
    followers_.push_back(std::make_unique<BlockFollower>(*ledger, handled_of(*ledger), options_, *surroundings_.clock,
                                                         std::move(hand_out), std::move(on_conflict)));
  }
}

}  // namespace clearspan::actors
