#include "ledgers/evidence/index.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/base/kill_point.hpp"
#include "ledgers/evidence/index_fold.hpp"
#include "ledgers/evidence/index_reads.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_store.hpp"
#include "ledgers/thread_name.hpp"

namespace clearspan::evidence {
namespace {

// A commit makes rows visible; larger ones are cheaper per record.
constexpr std::size_t kCommitRecords = 4000;

constexpr std::uint64_t kToTheEnd = ReadRange{}.through;

// A group that a log has made durable, copied out of its I/O thread.
struct Offered {
  std::uint16_t shard = 0;
  std::uint64_t first_sequence = 0;
  LogPosition last;
  Bytes records;
  std::uint64_t count = 0;
};

// How far the store has applied a shard; zero when it has not.
Result<LogPosition> read_applied(const IndexStore& store, const IndexOptions& options, std::uint16_t shard) {
  CLEARSPAN_TRY(const auto value, store.get(rows::applied_key(shard)));
  const auto position = value ? rows::parse_applied(*value) : std::nullopt;
  return position.value_or(LogPosition{0, chain_start(options.shards[shard].identity)});
}

// Whether the position is one that the shard's log passes.
Result<bool> is_in_log(Disk& disk, const ShardLog& log, const LogPosition& position) {
  if (position.sequence > log.durable.sequence) return false;
  if (position.sequence == log.durable.sequence) return position == log.durable;
  if (position.sequence == 0) return true;
  bool is_same = false;
  CLEARSPAN_TRY(const LogEnd end, read_log(disk, log.directory, log.identity, {position.sequence, position.sequence},
                                           [&](const RecordRef& ref) -> Status {
                                             is_same = ref.head == position.head;
                                             return Done{};
                                           }));
  static_cast<void>(end);
  return is_same;
}

Result<bool> fits(Disk& disk, const IndexStore& store, const IndexOptions& options) {
  CLEARSPAN_TRY(const auto identity, store.get(rows::identity_key()));
  if (identity != rows::identity_value(options)) return false;
  for (std::uint16_t shard = 0; shard < options.shards.size(); ++shard) {
    CLEARSPAN_TRY(const LogPosition applied, read_applied(store, options, shard));
    CLEARSPAN_TRY(const bool is_there, is_in_log(disk, options.shards[shard], applied));
    if (!is_there) return false;
  }
  return true;
}

Result<std::unique_ptr<IndexStore>> make_empty_store(const IndexOptions& options) {
  CLEARSPAN_CHECK_OK(IndexStore::destroy(options.directory));
  CLEARSPAN_TRY(auto store, IndexStore::open(options.directory));
  IndexStore::Batch batch;
  batch.put(rows::identity_key(), rows::identity_value(options));
  CLEARSPAN_CHECK_OK(store->write(batch));
  return store;
}

// A store that cannot be opened is as good as one that does not fit: nothing in it is the only copy.
Result<std::unique_ptr<IndexStore>> open_store(Disk& disk, const IndexOptions& options) {
  {
    auto store = IndexStore::open(options.directory);
    if (store.ok()) {
      CLEARSPAN_TRY(const bool is_usable, fits(disk, **store, options));
      if (is_usable) return std::move(store).value();
    }
  }
  return make_empty_store(options);
}

}  // namespace

// The thread that follows the logs.
class TradeIndex::Follower {
 public:
  Follower(Disk& disk, IndexOptions options, std::unique_ptr<IndexStore> store)
      : disk_(disk), options_(std::move(options)), store_(std::move(store)), fold_(*store_) {}

  ~Follower() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (store_) static_cast<void>(store_->flush());  // what is not on disk now comes from the logs again
  }

  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  Status prepare() {
    for (std::uint16_t shard = 0; shard < options_.shards.size(); ++shard) {
      CLEARSPAN_TRY(const LogPosition applied, read_applied(*store_, options_, shard));
      folded_.push_back(applied);
      applied_.push_back(applied.sequence);
      offered_.push_back(options_.shards[shard].durable.sequence);
    }
    return Done{};
  }

  void start() {
    thread_ = std::thread([this] { run(); });
  }

  Status catch_up_all() {
    for (std::uint16_t shard = 0; shard < options_.shards.size(); ++shard) {
      CLEARSPAN_CHECK_OK(catch_up(shard, kToTheEnd));
    }
    CLEARSPAN_CHECK_OK(commit());
    return store_->flush();
  }

  void offer(std::uint16_t shard, const DurableGroup& group);
  std::uint64_t applied_sequence(std::uint16_t shard) const;
  bool wait_for(std::uint16_t shard, std::uint64_t sequence, Millis timeout) const;
  Status health() const;

  [[nodiscard]] const IndexStore& store() const { return *store_; }

 private:
  void run();
  std::optional<std::uint16_t> shard_behind() const;
  Status apply(const Offered& group);
  Status catch_up(std::uint16_t shard, std::uint64_t through);
  Status commit();

  Disk& disk_;
  const IndexOptions options_;
  const std::unique_ptr<IndexStore> store_;

  // Projection thread.
  IndexFold fold_;
  std::vector<LogPosition> folded_;  // by shard: what the fold has seen

  mutable std::mutex mutex_;
  mutable std::condition_variable work_;
  mutable std::condition_variable progress_;
  std::deque<Offered> queue_;
  std::size_t queue_bytes_ = 0;
  std::vector<std::uint64_t> offered_;  // by shard: known to be durable, in the queue or only in the log's files
  std::vector<std::uint64_t> applied_;  // by shard: visible to reads
  Status status_ = Done{};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

void TradeIndex::Follower::offer(std::uint16_t shard, const DurableGroup& group) {
  const ByteView bytes = group.records.bytes();
  {
    const std::lock_guard lock(mutex_);
    offered_[shard] = group.last_sequence;
    if (!status_.ok()) return;
    if (queue_bytes_ + bytes.size() <= options_.queue_bytes_max) {
      queue_bytes_ += bytes.size();
      queue_.push_back({shard,
                        group.first_sequence,
                        {group.last_sequence, group.head},
                        Bytes(bytes.begin(), bytes.end()),
                        group.records.count()});
    }
  }
  work_.notify_one();
}

void TradeIndex::Follower::run() {
  name_this_thread("index");
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return stopping_ || !queue_.empty() || shard_behind(); });
    if (stopping_) return;
    Status status = Done{};
    if (!queue_.empty()) {
      const Offered group = std::move(queue_.front());
      queue_.pop_front();
      queue_bytes_ -= group.records.size();
      const bool is_last = queue_.empty();
      lock.unlock();
      status = apply(group);
      if (status.ok() && (is_last || fold_.uncommitted_records() >= kCommitRecords)) status = commit();
    } else {
      const std::uint16_t shard = *shard_behind();
      const std::uint64_t through = offered_[shard];
      lock.unlock();
      status = catch_up(shard, through);
      if (status.ok()) status = commit();
    }
    lock.lock();
    if (status.ok()) continue;
    if (stopping_) return;
    status_ = status;
    queue_.clear();
    progress_.notify_all();
    return;
  }
}

// A shard with durable records that are neither applied nor in the queue; asked for when the queue is empty.
std::optional<std::uint16_t> TradeIndex::Follower::shard_behind() const {
  for (std::uint16_t shard = 0; shard < offered_.size(); ++shard) {
    if (applied_[shard] < offered_[shard]) return shard;
  }
  return std::nullopt;
}

Status TradeIndex::Follower::apply(const Offered& group) {
  LogPosition& folded = folded_[group.shard];
  if (group.first_sequence > folded.sequence + 1) {
    CLEARSPAN_CHECK_OK(catch_up(group.shard, group.first_sequence - 1));
  }
  std::uint64_t sequence = group.first_sequence;
  Status status = Done{};
  GroupView(group.records, group.count).for_each([&](const RecordBytes& bytes) {
    if (status.ok() && sequence > folded.sequence)
      status = fold_.apply(group.shard, {sequence, bytes, group.last.head});
    ++sequence;
  });
  CLEARSPAN_CHECK_OK(status);
  if (group.last.sequence <= folded.sequence) return Done{};
  folded = group.last;
  fold_.reach(group.shard, folded);
  return Done{};
}

// Reads what was not offered, or dropped, from the log's files.
Status TradeIndex::Follower::catch_up(std::uint16_t shard, std::uint64_t through) {
  const ShardLog& log = options_.shards[shard];
  LogPosition& folded = folded_[shard];
  if (folded.sequence >= through) return Done{};
  const ReadRange range{std::max<std::uint64_t>(folded.sequence, 1), through};
  CLEARSPAN_TRY(const LogEnd end,
                read_log(disk_, log.directory, log.identity, range, [&](const RecordRef& ref) -> Status {
                  if (stopping_) return make_error(ErrorCode::not_ready, "stopping");
                  if (ref.sequence == folded.sequence && ref.head != folded.head) {
                    return make_error(ErrorCode::log_corrupt, log.directory + " is another log than before");
                  }
                  if (ref.sequence <= folded.sequence) return Done{};
                  CLEARSPAN_CHECK_OK(fold_.apply(shard, ref));
                  folded = {ref.sequence, ref.head};
                  if (fold_.uncommitted_records() < kCommitRecords) return Done{};
                  return commit();
                }));
  if (through != kToTheEnd && end.position.sequence < through) {
    return make_error(ErrorCode::log_corrupt, log.directory + " ends before record " + std::to_string(through));
  }
  return Done{};
}

Status TradeIndex::Follower::commit() {
  kill_point(KillPoint::index_before_commit);
  CLEARSPAN_CHECK_OK(fold_.commit());
  kill_point(KillPoint::index_committed);
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t shard = 0; shard < folded_.size(); ++shard) applied_[shard] = folded_[shard].sequence;
  }
  progress_.notify_all();
  return Done{};
}

std::uint64_t TradeIndex::Follower::applied_sequence(std::uint16_t shard) const {
  const std::lock_guard lock(mutex_);
  return applied_[shard];
}

bool TradeIndex::Follower::wait_for(std::uint16_t shard, std::uint64_t sequence, Millis timeout) const {
  std::unique_lock lock(mutex_);
  progress_.wait_for(lock, timeout, [&] { return applied_[shard] >= sequence || !status_.ok(); });
  return applied_[shard] >= sequence;
}

Status TradeIndex::Follower::health() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Result<std::unique_ptr<TradeIndex>> TradeIndex::open(Disk& disk, const IndexOptions& options) {
  CLEARSPAN_TRY(auto store, open_store(disk, options));
  auto follower = std::make_unique<Follower>(disk, options, std::move(store));
  CLEARSPAN_CHECK_OK(follower->prepare());
  follower->start();
  return std::unique_ptr<TradeIndex>(new TradeIndex(std::move(follower)));
}

Status TradeIndex::rebuild(Disk& disk, const IndexOptions& options) {
  CLEARSPAN_TRY(auto store, make_empty_store(options));
  Follower follower(disk, options, std::move(store));
  CLEARSPAN_CHECK_OK(follower.prepare());
  return follower.catch_up_all();
}

TradeIndex::TradeIndex(std::unique_ptr<Follower> follower) : follower_(std::move(follower)) {}

TradeIndex::~TradeIndex() = default;

void TradeIndex::offer(std::uint16_t shard, const DurableGroup& group) {
  follower_->offer(shard, group);
}

std::uint64_t TradeIndex::applied_sequence(std::uint16_t shard) const {
  return follower_->applied_sequence(shard);
}

bool TradeIndex::wait_for(std::uint16_t shard, std::uint64_t sequence, Millis timeout) const {
  return follower_->wait_for(shard, sequence, timeout);
}

Status TradeIndex::health() const {
  return follower_->health();
}

Result<std::optional<TradeSnapshot>> TradeIndex::show(const TradeId& trade) const {
  CLEARSPAN_TRY(auto loaded, load_trade(follower_->store(), trade, Detail::everything));
  if (!loaded) return std::optional<TradeSnapshot>();
  return std::optional<TradeSnapshot>(std::move(loaded->snapshot));
}

Result<std::optional<TradeSummary>> TradeIndex::summary(const TradeId& trade) const {
  return load_summary(follower_->store(), trade);
}

Result<TradePage> TradeIndex::list(const TradeFilter& filter, const std::string& cursor, std::size_t limit) const {
  return load_page(follower_->store(), filter, cursor, limit);
}

Result<std::optional<IdempotencyEntry>> TradeIndex::find_by_idempotency_key(const std::string& key) const {
  return load_idempotency(follower_->store(), key);
}

Result<std::vector<std::uint64_t>> TradeIndex::proofs_of(std::uint16_t shard, const BlockHash& block) const {
  return load_sequences(follower_->store(), rows::proof_prefix(block, shard));
}

Result<std::vector<std::uint64_t>> TradeIndex::descriptions_of(std::uint16_t shard, const LedgerId& ledger) const {
  return load_sequences(follower_->store(), rows::description_prefix(ledger, shard));
}

Result<std::vector<std::uint64_t>> TradeIndex::anchors_of(std::uint16_t shard) const {
  return load_sequences(follower_->store(), rows::anchor_prefix(shard));
}

}  // namespace clearspan::evidence
