#include "actors/supervisor/node.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "actors/supervisor/shard_scheduler.hpp"
#include "actors/supervisor/trade_fold.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::actors {

Node::Node(EngineOptions options, std::vector<std::shared_ptr<Connector>> connectors)
    : options_(std::move(options)),
      disk_(evidence::make_posix_disk()),
      core_(options_, std::move(connectors), surroundings()) {}

Surroundings Node::surroundings() {
  Surroundings surroundings;
  surroundings.disk = disk_.get();
  surroundings.clock = &clock_;
  surroundings.segment_bytes = options_.log_segment_bytes;
  surroundings.on_durable = [this](std::uint16_t log, const evidence::DurableGroup& group) {
    index_->offer(log, group);
  };
  surroundings.refold = [this](std::uint16_t log, const TradeId& trade, std::uint64_t sequence) {
    return refold(log, trade, sequence);
  };
  surroundings.once_at_rest = [this](std::uint16_t shard, std::function<void()> callback) {
    auto& scheduler = dynamic_cast<ShardScheduler&>(core_.shards()[shard]->system->scheduler());
    return scheduler.once_at_rest(std::move(callback));
  };
  return surroundings;
}

Status Node::start() {
  CLEARSPAN_CHECK_OK(core_.recover());
  kill_point(KillPoint::logs_open);
  CLEARSPAN_CHECK_OK(open_index());
  kill_point(KillPoint::index_open);
  CLEARSPAN_CHECK_OK(open_evidence());
  core_.spawn_actors();
  start_threads();
  kill_point(KillPoint::actors_spawned);
  resume_trades();
  kill_point(KillPoint::trades_restored);
  core_.make_followers();
  for (const auto& follower : core_.followers()) follower->start_thread();
  PublicEvidence::Anchor anchor;
  if (options_.anchor) {
    anchor = [this](std::uint16_t log, const tlog::Checkpoint& checkpoint) { core_.anchor(log, checkpoint); };
  }
  evidence_->start_thread(std::move(anchor));
  return Done{};
}

// Nothing new comes in, then the ledgers fall silent, then the actors end, then the logs are closed.
Node::~Node() {
  stopping_ = true;
  kill_point(KillPoint::stop_begun);
  if (evidence_) evidence_->stop_thread();
  for (const auto& follower : core_.followers()) follower->stop();
  port_threads_.clear();
  core_.end_actors();
  for (const auto& runtime : core_.shards()) {
    if (runtime->system) ShardScheduler::await_end(*runtime->system);
  }
  kill_point(KillPoint::stop_actors_ended);
  log_threads_.clear();
  kill_point(KillPoint::stop_logs_closed);
  if (evidence_) evidence_->publish();  // the last checkpoint covers everything
}

Status Node::open_index() {
  evidence::IndexOptions index_options;
  index_options.directory = options_.data_dir + "/index";
  for (std::uint16_t log = 0; log < core_.log_count(); ++log) {
    index_options.shards.push_back(
        {core_.log_directory(log), core_.log_identity(log), core_.logs()[log].log->durable()});
  }
  CLEARSPAN_TRY(index_, evidence::TradeIndex::open(*disk_, index_options));
  return Done{};
}

Status Node::open_evidence() {
  std::vector<evidence::ArchivedLog> logs;
  for (std::uint16_t log = 0; log < core_.log_count(); ++log) {
    logs.push_back({core_.log_directory(log), core_.log_identity(log), core_.logs()[log].log.get(), nullptr});
  }
  CLEARSPAN_TRY(evidence_, PublicEvidence::open(*disk_, options_, *index_, std::move(logs)));
  return Done{};
}

void Node::start_threads() {
  for (const auto& one : core_.logs()) log_threads_.push_back(std::make_unique<evidence::LogThread>(*one.log));
  for (const auto& port : core_.ports()) port_threads_.push_back(std::make_unique<LedgerPortThread>(*port));
}

// Every live trade is back and hears of its facts before any ledger is followed.
void Node::resume_trades() {
  struct Latch {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };

  const auto latch = std::make_shared<Latch>();
  core_.resume_trades([latch] {
    const std::lock_guard lock(latch->mutex);
    latch->done = true;
    latch->changed.notify_all();
  });
  std::unique_lock lock(latch->mutex);
  latch->changed.wait(lock, [&] { return latch->done; });
}

// --- The engine's interface ---

void Node::create(std::vector<NewTrade> trades, CreateCallback done) {
  if (ready()) {
    core_.create(std::move(trades), std::move(done));
  } else {
    done(std::vector<Result<TradeId>>(trades.size(), make_error(ErrorCode::not_ready)));
  }
}

void Node::cancel(const TradeId& trade, StatusCallback done) {
  core_.cancel(trade, std::move(done));
}

std::vector<LedgerStatus> Node::ledgers() const {
  return core_.statuses();
}

EngineStats Node::stats() const {
  return core_.stats();
}

Status Node::sync_index(Millis timeout) {
  for (std::uint16_t log = 0; log < core_.log_count(); ++log) {
    if (index_->wait_for(log, core_.logs()[log].log->durable().sequence, timeout)) continue;
    CLEARSPAN_CHECK_OK(index_->health());
    return make_error(ErrorCode::timed_out, "the index is behind the log");
  }
  return Done{};
}

bool Node::ready() const {
  return !stopping_ && core_.is_ready();
}

Result<RefoldedTrade> Node::refold(std::uint16_t log, const TradeId& trade, std::uint64_t sequence) const {
  if (!index_->wait_for(log, sequence, options_.read_timeout)) {
    return make_error(ErrorCode::timed_out, "the index is behind the log");
  }
  CLEARSPAN_TRY(const auto snapshot, index_->show(trade));
  if (!snapshot) return make_error(ErrorCode::unknown_trade, to_string(trade));
  TradeFold fold(snapshot->summary.plan);
  for (const evidence::HistoryEntry& entry : snapshot->history) {
    const auto* event = std::get_if<evidence::TradeEvent>(&entry.record.body);
    if (event != nullptr && entry.sequence <= sequence) CLEARSPAN_CHECK_OK(fold.apply(event->event));
  }
  return fold.finish([&](const TradeId& id) {
    return std::find(snapshot->related.begin(), snapshot->related.end(), id) != snapshot->related.end();
  });
}

}  // namespace clearspan::actors
