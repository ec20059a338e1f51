// From the logs to a running engine: the starting half of the core.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <thread>

#include "actors/supervisor/core.hpp"
#include "actors/supervisor/shard_scheduler.hpp"
#include "core/trade/deposit.hpp"

namespace clearspan::actors {
namespace {

constexpr std::uint16_t kShardsMax = 64;
constexpr std::size_t kRestoredAtOnce = 4096;  // trades, so that shards begin while others are still handed out

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
  CLEARSPAN_TRY(const std::uint16_t logs, count_logs());
  CLEARSPAN_CHECK_OK(open_logs(logs));
  CLEARSPAN_CHECK_OK(make_shards());
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

std::string Core::log_directory(std::uint16_t log) const {
  return options_.data_dir + "/shard-" + std::to_string(log);
}

evidence::LogIdentity Core::log_identity(std::uint16_t log) const {
  return {"shard-" + std::to_string(log), options_.tag};
}

// Those that exist already; one where there is none.
Result<std::uint16_t> Core::count_logs() const {
  std::uint16_t existing = 0;
  while (existing < kShardsMax) {
    CLEARSPAN_TRY(const auto identity, evidence::identity_of_log(*surroundings_.disk, log_directory(existing)));
    if (!identity) break;
    if (identity->engine != options_.tag) {
      return make_error(ErrorCode::config_invalid, "the evidence log belongs to another engine", "engine.tag");
    }
    ++existing;
  }
  return std::max(existing, std::uint16_t{1});
}

Status Core::open_logs(std::uint16_t count) {
  CLEARSPAN_CHECK_OK(surroundings_.disk->make_directory(options_.data_dir));
  for (std::uint16_t i = 0; i < count; ++i) {
    const evidence::LogOptions log_options{log_identity(i), surroundings_.segment_bytes, surroundings_.on_failed_write};
    const auto on_durable = [this, i, count](const evidence::DurableGroup& group) {
      tally_.records_durable += group.records.count();
      tally_.writes.add(group.write_time);
      if (count == 1) {  // of several logs the ports are handed only what is durable
        for (const auto& port : ports_) port->reach(group.last_sequence);
      }
      for (const auto& runtime : shards_) {
        const Shard& shard = runtime->shard;
        if (shard.log_index() != i || !group.concerns(static_cast<std::uint8_t>(shard.index_in_log()))) continue;
        caf::anon_send(shard.writer, GroupDurable{group.last_sequence});
      }
      if (surroundings_.on_durable) surroundings_.on_durable(i, group);
    };
    CLEARSPAN_TRY(evidence::RecoveredLog opened,
                  evidence::open_and_recover(*surroundings_.disk, log_directory(i), log_options, on_durable));
    const auto& last_start = opened.recovered.last_start;
    if (last_start && last_start->shard_count != count) {
      return make_error(ErrorCode::log_corrupt, "the engine wrote " + std::to_string(last_start->shard_count) +
                                                    " logs, and " + std::to_string(count) + " are there");
    }
    logs_.push_back(std::move(opened));
  }
  return Done{};
}

// A trade stays on the shard that it was created on. 0: any number will do.
std::uint16_t Core::recorded_shard_count() const {
  if (logs_.size() > 1) return log_count();
  const auto& last_start = logs_.front().recovered.last_start;
  return last_start ? static_cast<std::uint16_t>(1 + last_start->further_shards) : std::uint16_t{0};
}

Status Core::make_shards() {
  const std::uint16_t recorded = recorded_shard_count();
  if (recorded != 0 && options_.shards != 0 && options_.shards != recorded) {
    return make_error(ErrorCode::config_invalid, "the data folder has " + std::to_string(recorded) + " shards",
                      "engine.shards");
  }
  const unsigned wanted = recorded != 0 ? recorded
                          : options_.shards != 0
                              ? options_.shards
                              : std::clamp(std::thread::hardware_concurrency(), 1U, unsigned{kShardsMax});
  for (std::uint16_t i = 0; i < wanted; ++i) {
    auto runtime = std::make_unique<ShardRuntime>();
    Shard& shard = runtime->shard;
    shard.index = i;
    shard.count = static_cast<std::uint16_t>(wanted);
    shard.shares_log = logs_.size() == 1;
    shard.log = logs_[shard.log_index()].log.get();
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

// What the shard's log knows.
const evidence::Recovered& Core::recovered_of(std::uint16_t shard) const {
  return logs_[shards_[shard]->shard.log_index()].recovered;
}

// Its submitter has recorded them, so they stand in the log of its home.
void Core::restore_holdings(LedgerServices& ledger) const {
  const auto& known = recovered_of(ledger.home_shard).holdings;
  const auto found = known.find(ledger.traits.id);
  if (found == known.end()) return;
  ledger.holdings = found->second;
  ledger.head.holdings_checked = found->second.height.value;
  if (found->second.unexplained() != nullptr) ledger.head.brake(describe_difference(ledger.traits, found->second));
}

bool Core::is_frozen(const LedgerId& ledger) const {
  return std::any_of(logs_.begin(), logs_.end(),
                     [&](const auto& one) { return one.recovered.frozen.contains(ledger); });
}

std::vector<evidence::TxnSigned> Core::take_outstanding(const LedgerId& ledger) {
  std::vector<evidence::TxnSigned> txns;
  for (auto& one : logs_) {
    const auto found = one.recovered.outstanding.find(ledger);
    if (found == one.recovered.outstanding.end()) continue;
    for (evidence::OutstandingTxn& txn : found->second) txns.push_back(std::move(txn.txn));
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
  const auto& trades = recovered_of(shard_of(id, shard_count())).trades;
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
  return recovered_of(shard_of(trade, shard_count())).trades.contains(trade);
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
    shard.tally = &tally_;
    shard.options = &options_;
    shard.refold = [this, log = shard.log_index()](const TradeId& trade, std::uint64_t sequence) {
      return surroundings_.refold(log, trade, sequence);
    };
    runtime->outboxes.monitors.resize(ledgers_.size());
    shard.outboxes = &runtime->outboxes;
    runtime->reports = std::make_unique<PhaseReports>(tally_, options_);
    shard.reports = runtime->reports.get();
    shard.after_report = surroundings_.after_report;
    shard.once_at_rest = surroundings_.once_at_rest;
    for (auto& ledger : ledgers_) shard.ledgers.push_back(ledger.get());
    shard.writer = runtime->system->spawn<EvidenceWriter>(shard);
  }
  std::vector<SubmitterActor> submitters;
  for (auto& ledger : ledgers_) {
    ShardRuntime& home = *shards_[ledger->home_shard];
    for (auto& runtime : shards_) {
      std::optional<evidence::ViewAdvanced> position = position_of(runtime->shard, ledger->traits.id);
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

std::optional<evidence::ViewAdvanced> Core::position_of(const Shard& shard, const LedgerId& ledger) const {
  const auto& views = recovered_of(shard.index).views;
  const auto found = views.find({ledger, shard.index_in_log()});
  return found != views.end() ? std::optional(found->second) : std::nullopt;
}

// Before any shard has something to record.
void Core::append_starting_records(std::uint16_t log) const {
  const Timestamp now = surroundings_.clock->now();
  const auto further_shards = static_cast<std::uint16_t>(logs_.size() == 1 ? shards_.size() - 1 : 0);
  const auto& known = logs_[log].recovered.descriptions;
  evidence::EncodedGroup started;
  started.add({now, evidence::EngineStarted{CLEARSPAN_VERSION, options_.tag, log, log_count(), further_shards}});
  for (const auto& ledger : ledgers_) {
    const LedgerDescription description = ledger->connector->description();
    const auto found = known.find(description.ledger);
    if (found != known.end() && found->second == description) continue;
    started.add({now, evidence::LedgerDescribed{description}});
  }
  CLEARSPAN_VERIFY(logs_[log].log->append(started).ok());
}

void Core::resume_trades(std::function<void()> done) {
  const auto left = std::make_shared<std::atomic<std::size_t>>(shards_.size() * ledgers_.size());
  const auto count_down = [left, done = std::move(done)] {
    if (--*left == 0) done();
  };
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::vector<RestoredTrade>> gathered;  // by shard and ledger
  const auto hand_out = [&](std::uint16_t shard, std::uint16_t ledger, std::function<void()> restored) {
    caf::anon_send(shards_[shard]->shard.monitors[ledger],
                   RestoreTrades{std::exchange(gathered[{shard, ledger}], {}), std::move(restored)});
  };
  for (std::uint16_t log = 0; log < log_count(); ++log) append_starting_records(log);
  for (auto& [log, recovered] : logs_) {
    auto& trades = recovered.trades;
    for (auto one = trades.begin(); one != trades.end(); one = trades.erase(one)) {
      auto& [id, trade] = *one;
      const std::uint16_t shard = shard_of(id, shard_count());
      const LedgerServices* home = shards_[shard]->shard.find_ledger(trade.plan->legs.front().ledger);
      CLEARSPAN_VERIFY(home != nullptr);
      auto& restored = gathered[{shard, home->index}];
      restored.push_back({std::move(trade.plan), std::move(trade.state)});
      if (restored.size() == kRestoredAtOnce) hand_out(shard, home->index, [] {});
    }
  }
  for (std::uint16_t shard = 0; shard < shard_count(); ++shard) {
    for (const auto& ledger : ledgers_) hand_out(shard, ledger->index, count_down);
  }
  for (auto& [log, recovered] : logs_) {
    for (ReturnDeposit& deposit : std::exchange(recovered.missing_returns, {})) {
      const std::uint16_t shard = shard_of(return_id_of(deposit.outcome), shard_count());
      caf::anon_send(shards_[shard]->shard.writer, ReturnHold{std::move(deposit)});
    }
  }
}

// --- Ledgers ---

std::vector<BlockPlace> Core::handled_of(const LedgerServices& ledger) const {
  std::vector<BlockPlace> handled;
  for (const auto& runtime : shards_) {
    const auto position = position_of(runtime->shard, ledger.traits.id);
    if (position) handled.push_back({position->height, position->block});
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
