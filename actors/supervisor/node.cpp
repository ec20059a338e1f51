#include "actors/supervisor/node.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <thread>

#include "codecs/crypto/sha256.hpp"

namespace clearspan::actors {
namespace {

// Evidence handed over and not durable, per shard, above which no trade is admitted: a quarter of what the log takes.
constexpr std::size_t kAdmissionQueuedBytesMax = evidence::kQueuedBytesMax / 4;

constexpr std::uint16_t kShardsMax = 64;

// Stable over restarts, and different for names that differ in one letter.
std::uint16_t home_shard_of(const LedgerId& ledger, std::uint16_t shard_count) {
  const unsigned sum = std::accumulate(ledger.text.begin(), ledger.text.end(), 0U,
                                       [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  return static_cast<std::uint16_t>(sum % shard_count);
}

// Keeps an actor system whose actors have all ended until the process ends. CAF 0.17.6 cannot always be destroyed when
// actors of several systems have held each other: its destructor then waits for ever for the last user of its logger.
// What stays behind is idle threads; a process starts one engine, so it happens once.
void park(std::unique_ptr<caf::actor_system_config> config, std::unique_ptr<caf::actor_system> system) {
  static auto* const parked =
      new std::vector<std::pair<std::unique_ptr<caf::actor_system_config>, std::unique_ptr<caf::actor_system>>>;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  parked->emplace_back(std::move(config), std::move(system));
}

}  // namespace

Node::Node(EngineOptions options, std::vector<std::shared_ptr<Connector>> connectors)
    : options_(std::move(options)), connectors_(std::move(connectors)), disk_(evidence::make_posix_disk()) {}

Status Node::start() {
  CLEARSPAN_CHECK_OK(check_options());
  CLEARSPAN_TRY(const std::uint16_t count, choose_shard_count());
  CLEARSPAN_CHECK_OK(open_logs(count));
  CLEARSPAN_CHECK_OK(open_index());
  CLEARSPAN_CHECK_OK(open_evidence());
  make_ledgers();
  spawn_actors();
  resume_trades();
  follow_ledgers();
  evidence_->start_thread(anchoring());
  return Done{};
}

// Nothing new comes in, then the ledgers fall silent, then the actors end, then the logs are closed.
Node::~Node() {
  stopping_ = true;
  if (evidence_) evidence_->stop_thread();
  for (auto& follower : followers_) follower->stop();
  for (auto& port : ports_) port->stop();
  ports_.clear();
  for (auto& runtime : shards_) {
    for (const MonitorActor& monitor : runtime->shard.monitors) caf::anon_send(monitor, Shutdown{});
    if (runtime->shard.writer) caf::anon_send(runtime->shard.writer, Shutdown{});
  }
  if (!shards_.empty()) {
    for (const SubmitterActor& submitter : shards_.front()->shard.submitters) caf::anon_send(submitter, Shutdown{});
  }
  for (auto& runtime : shards_) {
    if (!runtime->system) continue;
    runtime->system->await_all_actors_done();
    runtime->log_thread.reset();
  }
  if (evidence_) evidence_->publish();  // the last checkpoint covers everything
  evidence_.reset();
  for (auto& runtime : shards_) {
    runtime->shard = Shard{};
    if (runtime->system) park(std::move(runtime->config), std::move(runtime->system));
  }
}

Status Node::check_options() const {
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

std::string Node::shard_directory(std::uint16_t shard) const {
  return options_.data_dir + "/shard-" + std::to_string(shard);
}

evidence::LogIdentity Node::log_identity(std::uint16_t shard) const {
  return {"shard-" + std::to_string(shard), options_.tag};
}

// As many shards as there are logs already: a trade stays on the shard that it was created on.
Result<std::uint16_t> Node::choose_shard_count() const {
  std::uint16_t existing = 0;
  while (existing < kShardsMax) {
    CLEARSPAN_TRY(const auto identity, evidence::identity_of_log(*disk_, shard_directory(existing)));
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

Status Node::open_logs(std::uint16_t count) {
  CLEARSPAN_CHECK_OK(disk_->make_directory(options_.data_dir));
  for (std::uint16_t i = 0; i < count; ++i) {
    auto runtime = std::make_unique<ShardRuntime>();
    evidence::LogOptions log_options;
    log_options.identity = log_identity(i);
    CLEARSPAN_TRY(evidence::RecoveredShard opened,
                  evidence::open_and_recover(*disk_, shard_directory(i), log_options,
                                             [this, i](const evidence::DurableGroup& group) { on_durable(i, group); }));
    runtime->log = std::move(opened.log);
    runtime->recovered = std::move(opened.recovered);
    runtime->shard.index = i;
    runtime->shard.count = count;
    shards_.push_back(std::move(runtime));
  }
  return Done{};
}

Status Node::open_index() {
  evidence::IndexOptions index_options;
  index_options.directory = options_.data_dir + "/index";
  for (std::uint16_t i = 0; i < shards_.size(); ++i) {
    index_options.shards.push_back({shard_directory(i), log_identity(i), shards_[i]->log->durable()});
  }
  CLEARSPAN_TRY(index_, evidence::TradeIndex::open(*disk_, index_options));
  return Done{};
}

Status Node::open_evidence() {
  std::vector<evidence::ArchivedLog> logs;
  for (std::uint16_t i = 0; i < shards_.size(); ++i) {
    logs.push_back({shard_directory(i), log_identity(i), shards_[i]->log.get(), nullptr});
  }
  CLEARSPAN_TRY(evidence_, PublicEvidence::open(*disk_, options_, *index_, std::move(logs)));
  return Done{};
}

void Node::make_ledgers() {
  for (const auto& connector : connectors_) {
    auto ledger = std::make_unique<LedgerServices>();
    ledger->index = static_cast<std::uint16_t>(ledgers_.size());
    ledger->traits = connector->traits();
    ledger->home_shard = home_shard_of(ledger->traits.id, static_cast<std::uint16_t>(shards_.size()));
    ledger->connector = connector;
    ledger->durable_height = std::vector<std::atomic<std::uint64_t>>(shards_.size());
    ledger->head.frozen = is_frozen(ledger->traits.id);
    ports_.push_back(std::make_unique<LedgerPort>(connector, options_.submit_timeout));
    ledger->port = ports_.back().get();
    ledgers_.push_back(std::move(ledger));
  }
}

bool Node::is_frozen(const LedgerId& ledger) const {
  return std::any_of(shards_.begin(), shards_.end(),
                     [&](const auto& runtime) { return runtime->recovered.frozen.contains(ledger); });
}

std::vector<evidence::TxnSigned> Node::take_outstanding(const LedgerId& ledger) {
  std::vector<evidence::TxnSigned> txns;
  for (auto& runtime : shards_) {
    const auto found = runtime->recovered.outstanding.find(ledger);
    if (found == runtime->recovered.outstanding.end()) continue;
    for (evidence::OutstandingTxn& one : found->second) txns.push_back(std::move(one.txn));
  }
  return txns;
}

void Node::spawn_actors() {
  for (auto& runtime : shards_) {
    runtime->config = std::make_unique<caf::actor_system_config>();
    runtime->config->set("scheduler.policy", caf::atom("sharing"));
    runtime->config->set("scheduler.max-threads", std::size_t{1});
    runtime->system = std::make_unique<caf::actor_system>(*runtime->config);
    Shard& shard = runtime->shard;
    shard.engine = options_.tag;
    shard.clock = &clock_;
    shard.log = runtime->log.get();
    shard.tally = &tally_;
    shard.options = &options_;
    shard.refold = [this, index = shard.index](const TradeId& trade) { return refold(index, trade); };
    for (auto& ledger : ledgers_) shard.ledgers.push_back(ledger.get());
    shard.writer = runtime->system->spawn<EvidenceWriter>(shard);
  }
  std::vector<SubmitterActor> submitters;
  for (auto& ledger : ledgers_) {
    ShardRuntime& home = *shards_[ledger->home_shard];
    submitters.push_back(home.system->spawn<Submitter>(home.shard, *ledger, take_outstanding(ledger->traits.id),
                                                       ledger->head.frozen.load()));
    for (auto& runtime : shards_) {
      std::optional<evidence::ViewAdvanced> position;
      const auto found = runtime->recovered.views.find(ledger->traits.id);
      if (found != runtime->recovered.views.end()) position = found->second;
      if (position) ledger->durable_height[runtime->shard.index] = position->height.value;
      runtime->shard.monitors.push_back(
          runtime->system->spawn<LedgerMonitor>(runtime->shard, *ledger, std::move(position)));
    }
  }
  for (auto& runtime : shards_) runtime->shard.submitters = submitters;
  for (auto& runtime : shards_) runtime->log_thread = std::make_unique<evidence::LogThread>(*runtime->log);
}

// Every live trade is back and hears of its facts before any ledger is followed.
void Node::resume_trades() {
  struct Latch {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left = 0;
  };

  auto latch = std::make_shared<Latch>();
  latch->left = shards_.size() * ledgers_.size();
  const auto count_down = [latch] {
    const std::lock_guard lock(latch->mutex);
    --latch->left;
    latch->changed.notify_all();
  };
  for (auto& runtime : shards_) {
    Append started;
    started.records.push_back({clock_.now(), evidence::EngineStarted{CLEARSPAN_VERSION, options_.tag,
                                                                     runtime->shard.index, runtime->shard.count}});
    for (const auto& ledger : ledgers_) {
      const LedgerDescription description = ledger->connector->description();
      const auto known = runtime->recovered.descriptions.find(description.ledger);
      if (known != runtime->recovered.descriptions.end() && known->second == description) continue;
      started.records.push_back({clock_.now(), evidence::LedgerDescribed{description}});
    }
    caf::anon_send(runtime->shard.writer, std::move(started));
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
      caf::anon_send(runtime->shard.monitor_of(deposit.ledger), ReturnHold{std::move(deposit.outcome), deposit.reason});
    }
    runtime->recovered.trades.clear();
    runtime->recovered.missing_returns.clear();
  }
  std::unique_lock lock(latch->mutex);
  latch->changed.wait(lock, [&] { return latch->left == 0; });
}

// The lowest position of the shards that have one: those ahead pass over what they have handled.
std::optional<BlockPlace> Node::start_of(const LedgerServices& ledger) const {
  std::optional<BlockPlace> start;
  for (const auto& runtime : shards_) {
    const auto found = runtime->recovered.views.find(ledger.traits.id);
    if (found == runtime->recovered.views.end()) continue;
    if (!start || found->second.height < start->height) start = BlockPlace{found->second.height, found->second.block};
  }
  return start;
}

void Node::follow_ledgers() {
  for (auto& ledger : ledgers_) {
    if (ledger->head.frozen) continue;
    auto hand_out = [this, index = ledger->index](const std::vector<FinalBlock>& blocks) {
      for (auto& runtime : shards_) caf::anon_send(runtime->shard.monitors[index], FinalBlocks{blocks});
    };
    auto on_conflict = [this, services = ledger.get()](const Conflict& conflict) { freeze(*services, conflict); };
    followers_.push_back(std::make_unique<BlockFollower>(*ledger, start_of(*ledger), options_, clock_,
                                                         std::move(hand_out), std::move(on_conflict)));
  }
  for (auto& follower : followers_) follower->start_thread();
}

void Node::freeze(LedgerServices& ledger, const Conflict& conflict) {
  caf::anon_send(shards_.front()->shard.submitters[ledger.index], FreezeLedger{});
  caf::anon_send(shards_.front()->shard.monitors[ledger.index],
                 LedgerConflict{conflict.height, conflict.expected, conflict.found});
}

PublicEvidence::Anchor Node::anchoring() const {
  if (!options_.anchor) return {};
  return [this](std::uint16_t shard, const tlog::Checkpoint& checkpoint) {
    const LedgerServices* ledger = shards_.front()->shard.find_ledger(options_.anchor->ledger);
    const Hash32 digest = crypto::sha256(as_bytes(tlog::to_text(checkpoint)));
    caf::anon_send(
        shards_.front()->shard.submitters[ledger->index],
        SubmitAnchor{options_.anchor->account, digest, checkpoint.size, checkpoint.root, shards_[shard]->shard.writer});
  };
}

void Node::on_durable(std::uint16_t shard, const evidence::DurableGroup& group) {
  tally_.records_durable += group.records.count();
  ++tally_.groups_durable;
  index_->offer(shard, group);
  caf::anon_send(shards_[shard]->shard.writer, GroupDurable{group.last_sequence});
}

// --- The engine's interface ---

std::optional<Error> Node::refusal(const NewTrade& trade) const {
  if (trade.plan.legs.empty() || trade.plan.legs.size() > kLegsMax) {
    return make_error(ErrorCode::invalid_value, "a plan has 1 to " + std::to_string(kLegsMax) + " legs");
  }
  for (const Leg& leg : trade.plan.legs) {
    const LedgerServices* ledger = shards_.front()->shard.find_ledger(leg.ledger);
    if (ledger == nullptr) return make_error(ErrorCode::unknown_ledger, leg.ledger.text);
    if (ledger->head.frozen) return make_error(ErrorCode::ledger_frozen, leg.ledger.text);
  }
  const std::uint16_t shard = shard_of(trade.plan.id, static_cast<std::uint16_t>(shards_.size()));
  if (shards_[shard]->log->queued().bytes > kAdmissionQueuedBytesMax) {
    return make_error(ErrorCode::overloaded, "too much evidence waits for the disk");
  }
  return std::nullopt;
}

void Node::create(std::vector<NewTrade> trades, CreateCallback done) {
  // Answers come back in groups, one per shard and home ledger, and are put in the order of the request.
  struct Gathering {
    std::mutex mutex;
    std::vector<Result<TradeId>> answers;
    std::size_t groups_left = 1;
    CreateCallback done;
  };

  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  const auto group_done = [](const std::shared_ptr<Gathering>& all) {
    std::unique_lock lock(all->mutex);
    if (--all->groups_left != 0) return;
    lock.unlock();
    all->done(std::move(all->answers));
  };
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::vector<NewTrade>> groups;
  for (NewTrade& trade : trades) {
    const TradeId id = trade.plan.id;
    std::optional<Error> problem = ready() ? refusal(trade) : make_error(ErrorCode::not_ready);
    if (!problem && tally_.live.fetch_add(1) >= options_.live_trades_max) {
      --tally_.live;
      problem = make_error(ErrorCode::overloaded, "the limit of live trades is reached");
    }
    if (problem) {
      gathering->answers.emplace_back(std::move(*problem));
      continue;
    }
    gathering->answers.emplace_back(id);
    const LedgerServices* home = shards_.front()->shard.find_ledger(trade.plan.legs.front().ledger);
    groups[{shard_of(id, static_cast<std::uint16_t>(shards_.size())), home->index}].push_back(std::move(trade));
  }
  gathering->groups_left += groups.size();
  for (auto& [where, group] : groups) {
    caf::anon_send(shards_[where.first]->shard.monitors[where.second],
                   CreateTrades{std::move(group), [gathering, group_done](const auto&) { group_done(gathering); }});
  }
  group_done(gathering);
}

void Node::cancel(const TradeId& trade, StatusCallback done) {
  const std::uint16_t shard = shard_of(trade, static_cast<std::uint16_t>(shards_.size()));
  caf::anon_send(shards_[shard]->shard.writer, CancelTrade{trade, std::move(done)});
}

std::vector<LedgerStatus> Node::ledgers() const {
  std::vector<LedgerStatus> all;
  for (const auto& ledger : ledgers_) {
    const LedgerHead& head = ledger->head;
    LedgerStatus status;
    status.traits = ledger->traits;
    status.latest = Height{head.latest.load()};
    status.final_height = Height{head.final_height.load()};
    status.processed = ledger->durable_everywhere();
    status.time = LedgerTime{head.time.load()};
    status.seen = Timestamp{Millis{head.seen_ms.load()}};
    status.reachable = head.reachable;
    status.frozen = head.frozen;
    status.problem = head.problem();
    status.blocks_verified = head.blocks_verified;
    status.bytes_verified = head.bytes_verified;
    status.txns_outstanding = head.txns_outstanding;
    all.push_back(std::move(status));
  }
  return all;
}

EngineStats Node::stats() const {
  return {tally_.created,  tally_.live,      tally_.settled,         tally_.refunded,
          tally_.rejected, tally_.suspended, tally_.records_durable, tally_.groups_durable};
}

Status Node::sync_index(Millis timeout) {
  for (std::uint16_t i = 0; i < shards_.size(); ++i) {
    if (index_->wait_for(i, shards_[i]->log->durable().sequence, timeout)) continue;
    CLEARSPAN_CHECK_OK(index_->health());
    return make_error(ErrorCode::timed_out, "the index is behind the log");
  }
  return Done{};
}

bool Node::ready() const {
  if (stopping_) return false;
  return std::all_of(followers_.begin(), followers_.end(), [](const auto& follower) { return follower->has_begun(); });
}

Result<RestoredTrade> Node::refold(std::uint16_t shard, const TradeId& trade) const {
  if (!index_->wait_for(shard, shards_[shard]->log->durable().sequence, options_.read_timeout)) {
    return make_error(ErrorCode::timed_out, "the index is behind the log");
  }
  CLEARSPAN_TRY(const auto snapshot, index_->show(trade));
  if (!snapshot) return make_error(ErrorCode::unknown_trade, to_string(trade));
  RestoredTrade restored{snapshot->summary.plan, initial_state(*snapshot->summary.plan)};
  for (const evidence::HistoryEntry& entry : snapshot->history) {
    const auto* event = std::get_if<evidence::TradeEvent>(&entry.record.body);
    if (event == nullptr) continue;
    CLEARSPAN_TRY(Step step, advance(*restored.plan, std::move(restored.state), event->event));
    restored.state = std::move(step.next);
  }
  return restored;
}

}  // namespace clearspan::actors
