// The running half of the core: what is asked of it, what it says of itself, and its end.
#include "actors/supervisor/core.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "codecs/crypto/sha256.hpp"

namespace clearspan::actors {
namespace {

// Evidence handed over and not durable, per log, above which no trade is admitted: a quarter of what the log takes.
constexpr std::size_t kAdmissionQueuedBytesMax = evidence::kQueuedBytesMax / 4;

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

Core::Core(const EngineOptions& options, std::vector<std::shared_ptr<Connector>> connectors, Surroundings surroundings)
    : options_(options), connectors_(std::move(connectors)), surroundings_(std::move(surroundings)) {}

Core::~Core() {
  for (auto& runtime : shards_) {
    runtime->shard = Shard{};
    if (runtime->system) park(std::move(runtime->config), std::move(runtime->system));
  }
}

void Core::end_actors() {
  for (auto& runtime : shards_) {
    for (const MonitorActor& monitor : runtime->shard.monitors) caf::anon_send(monitor, Shutdown{});
    if (runtime->shard.writer) caf::anon_send(runtime->shard.writer, Shutdown{});
  }
  if (shards_.empty()) return;
  for (const SubmitterActor& submitter : shards_.front()->shard.submitters) caf::anon_send(submitter, Shutdown{});
}

// On record by the writer that its submitter has: what was signed just before has its place in the log before it.
void Core::freeze(LedgerServices& ledger, const Conflict& conflict) {
  caf::anon_send(ledger.monitors[ledger.home_shard],
                 LedgerConflict{conflict.height, conflict.expected, conflict.found});
}

// A shard without a position of its own would begin, after a crash, wherever another one is: it takes no trade before
// its first block is on record.
bool Core::is_ready() const {
  const auto has_begun = [](const auto& follower) { return follower->has_begun(); };
  const auto has_positions = [](const auto& ledger) { return ledger->head.frozen || ledger->is_known_everywhere(); };
  return std::all_of(followers_.begin(), followers_.end(), has_begun) &&
         std::all_of(ledgers_.begin(), ledgers_.end(), has_positions);
}

std::vector<LedgerStatus> Core::statuses() const {
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
    status.braked = head.is_braked();
    status.holdings_checked = Height{head.holdings_checked.load()};
    status.problem = head.problem();
    status.blocks_verified = head.blocks_verified;
    status.bytes_verified = head.bytes_verified;
    status.txns_outstanding = head.txns_outstanding;
    all.push_back(std::move(status));
  }
  return all;
}

EngineStats Core::stats() const {
  return {tally_.created,
          tally_.live,
          tally_.settled,
          tally_.refunded,
          tally_.rejected,
          tally_.suspended,
          tally_.records_durable,
          tally_.writes.read(),
          {tally_.trades_in_memory, tally_.listeners_in_memory, tally_.awaits_in_memory, tally_.legs_in_memory}};
}

void Core::anchor(std::uint16_t log, const tlog::Checkpoint& checkpoint) {
  const LedgerServices* ledger = shards_.front()->shard.find_ledger(options_.anchor->ledger);
  const Hash32 digest = crypto::sha256(as_bytes(tlog::to_text(checkpoint)));
  caf::anon_send(
      shards_.front()->shard.submitters[ledger->index],
      SubmitAnchor{options_.anchor->account, digest, checkpoint.size, checkpoint.root, shards_[log]->shard.writer});
}

// `is_overloaded`: by shard, too much evidence waits for the disk.
std::optional<Error> Core::refusal(const NewTrade& trade, const std::vector<bool>& is_overloaded) const {
  if (trade.plan.legs.empty() || trade.plan.legs.size() > kLegsMax) {
    return make_error(ErrorCode::invalid_value, "a plan has 1 to " + std::to_string(kLegsMax) + " legs");
  }
  for (const Leg& leg : trade.plan.legs) {
    const LedgerServices* ledger = shards_.front()->shard.find_ledger(leg.ledger);
    if (ledger == nullptr) return make_error(ErrorCode::unknown_ledger, leg.ledger.text);
    if (ledger->head.frozen) return make_error(ErrorCode::ledger_frozen, leg.ledger.text);
  }
  if (is_overloaded[shard_of(trade.plan.id, shard_count())]) {
    return make_error(ErrorCode::overloaded, "too much evidence waits for the disk");
  }
  return std::nullopt;
}

void Core::create(std::vector<NewTrade> trades, Engine::CreateCallback done) {
  // Answers come back in groups, one per shard and home ledger, and are put in the order of the request.
  struct Gathering {
    std::mutex mutex;
    std::vector<Result<TradeId>> answers;
    std::size_t groups_left = 1;
    Engine::CreateCallback done;
  };

  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  const auto group_done = [](const std::shared_ptr<Gathering>& all) {
    std::unique_lock lock(all->mutex);
    if (--all->groups_left != 0) return;
    lock.unlock();
    all->done(std::move(all->answers));
  };
  std::vector<bool> is_overloaded;
  for (const auto& runtime : shards_) {
    is_overloaded.push_back(runtime->shard.log->queued().bytes > kAdmissionQueuedBytesMax);
  }
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::vector<NewTrade>> groups;
  for (NewTrade& trade : trades) {
    const TradeId id = trade.plan.id;
    std::optional<Error> problem = refusal(trade, is_overloaded);
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
    std::vector<NewTrade>& group = groups[{shard_of(id, shard_count()), home->index}];
    if (group.empty()) group.reserve(trades.size());
    group.push_back(std::move(trade));
  }
  gathering->groups_left += groups.size();
  for (auto& [where, group] : groups) {
    caf::anon_send(shards_[where.first]->shard.monitors[where.second],
                   CreateTrades{std::move(group), [gathering, group_done](const auto&) { group_done(gathering); }});
  }
  group_done(gathering);
}

void Core::cancel(const TradeId& trade, Engine::StatusCallback done) {
  caf::anon_send(shards_[shard_of(trade, shard_count())]->shard.writer, CancelTrade{trade, std::move(done)});
}

}  // namespace clearspan::actors
