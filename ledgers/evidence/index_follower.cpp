#include "ledgers/evidence/index_follower.hpp"

#include <algorithm>

#include "core/base/fetch_ahead.hpp"
#include "core/base/kill_point.hpp"
#include "ledgers/evidence/index_reads.hpp"
#include "ledgers/this_thread.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::uint64_t kToTheEnd = ReadRange{}.through;
constexpr std::size_t kFetchedAhead = 2048;  // bytes of a group: some records
constexpr std::size_t kSpareBuffersMax = 16;
constexpr std::size_t kSpareBufferBytesMax = 1u << 20;  // a larger one is not kept

std::vector<std::string> directories_of(const IndexOptions& options) {
  std::vector<std::string> directories;
  for (const ShardLog& log : options.shards) directories.push_back(log.directory);
  return directories;
}

}  // namespace

TradeIndex::Follower::Follower(Disk& disk, const IndexOptions& options, std::unique_ptr<IndexStore> store)
    : disk_(disk),
      options_(options),
      store_(std::move(store)),
      files_(disk, directories_of(options)),
      fold_(*store_, files_),
      last_commit_(std::chrono::steady_clock::now()) {}

TradeIndex::Follower::~Follower() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (status_.ok() && fold_.has_uncommitted()) static_cast<void>(commit());
  static_cast<void>(store_->flush());  // what is not on disk now comes from the logs again
}

Status TradeIndex::Follower::prepare() {
  awaited_.resize(options_.shards.size());
  for (std::uint16_t shard = 0; shard < options_.shard_count(); ++shard) {
    CLEARSPAN_TRY(const LogPosition applied, load_applied(*store_, options_, shard));
    folded_.push_back(applied);
    applied_.push_back(applied.sequence);
    offered_.push_back(options_.shards[shard].durable.sequence);
  }
  return Done{};
}

void TradeIndex::Follower::start() {
  store_->give_way();
  thread_ = std::thread([this] { run(); });
}

Status TradeIndex::Follower::catch_up_all() {
  for (std::uint16_t shard = 0; shard < options_.shard_count() && status_.ok(); ++shard) {
    status_ = catch_up(shard, kToTheEnd);
  }
  CLEARSPAN_CHECK_OK(status_);
  CLEARSPAN_CHECK_OK(commit());
  return store_->flush();
}

void TradeIndex::Follower::offer(std::uint16_t shard, const DurableGroup& group) {
  const ByteView bytes = group.records.bytes();
  bool must_know = false;  // the thread; else it looks by itself
  {
    const std::lock_guard lock(mutex_);
    const bool was_empty = queue_.empty();
    offered_[shard] = group.last_sequence;
    if (!status_.ok()) return;
    if (queue_bytes_ + bytes.size() <= options_.queue_bytes_max) {
      queue_bytes_ += bytes.size();
      if (was_empty) queued_since_ = std::chrono::steady_clock::now();
      Bytes copy;
      if (!spare_.empty()) {
        copy = std::move(spare_.back());
        spare_.pop_back();
      }
      copy.assign(bytes.begin(), bytes.end());
      queue_.push_back({shard,
                        group.first_sequence,
                        {group.last_sequence, group.head},
                        group.at,
                        std::move(copy),
                        group.records.count()});
    }
    must_know = was_empty || has_much_to_fold();
  }
  if (must_know) work_.notify_one();
}

void TradeIndex::Follower::run() {
  name_this_thread("index");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Time now = std::chrono::steady_clock::now();
    const Time commit_due = next_commit();
    const Time fold_due = next_fold();
    Status status = Done{};
    if (commit_due <= now) {
      lock.unlock();
      status = commit();
      lock.lock();
    } else if (fold_due <= now) {
      status = take_group(lock);
    } else if (const auto shard = shard_behind(); shard && queue_.empty()) {
      const std::uint64_t through = offered_[*shard];
      lock.unlock();
      status = catch_up(*shard, through);
      lock.lock();
    } else if (const Time next = std::min(commit_due, fold_due); next == Time::max()) {
      work_.wait(lock);
    } else {
      work_.wait_until(lock, next);
    }
    if (status.ok()) continue;
    if (stopping_) return;
    status_ = status;
    queue_.clear();
    progress_.notify_all();
    return;
  }
}

// When what is in the queue is to be folded; never when there is nothing.
TradeIndex::Follower::Time TradeIndex::Follower::next_fold() const {
  if (queue_.empty()) return Time::max();
  if (has_much_to_fold() || is_more_awaited()) return Time::min();
  return queued_since_ + kFoldInterval;
}

// When what is folded is to be committed; never when there is nothing.
TradeIndex::Follower::Time TradeIndex::Follower::next_commit() const {
  if (!fold_.has_uncommitted()) return Time::max();
  if (fold_.uncommitted_rows() >= kUncommittedRowsMax) return Time::min();
  return last_commit_ + (is_awaited() ? kCommitShare * last_commit_took_ : options_.commit_interval);
}

bool TradeIndex::Follower::is_awaited() const {
  for (std::size_t shard = 0; shard < awaited_.size(); ++shard) {
    const auto next = awaited_[shard].upper_bound(applied_[shard]);
    if (next != awaited_[shard].end() && *next <= folded_[shard].sequence) return true;
  }
  return false;
}

// Whether somebody waits for what is not folded.
bool TradeIndex::Follower::is_more_awaited() const {
  for (std::size_t shard = 0; shard < awaited_.size(); ++shard) {
    if (!awaited_[shard].empty() && *awaited_[shard].rbegin() > folded_[shard].sequence) return true;
  }
  return false;
}

// A shard with durable records that are neither folded nor in the queue; asked for when the queue is empty.
std::optional<std::uint16_t> TradeIndex::Follower::shard_behind() const {
  for (std::uint16_t shard = 0; shard < options_.shard_count(); ++shard) {
    if (folded_[shard].sequence < offered_[shard]) return shard;
  }
  return std::nullopt;
}

Status TradeIndex::Follower::take_group(std::unique_lock<std::mutex>& lock) {
  Offered group = std::move(queue_.front());
  queue_.pop_front();
  queue_bytes_ -= group.records.size();
  lock.unlock();
  Status status = apply(group);
  give_way();
  lock.lock();
  const bool is_kept = spare_.size() < kSpareBuffersMax && group.records.capacity() <= kSpareBufferBytesMax;
  if (is_kept) spare_.push_back(std::move(group.records));
  return status;
}

Status TradeIndex::Follower::apply(const Offered& group) {
  LogPosition& folded = folded_[group.shard];
  if (group.first_sequence > folded.sequence + 1) {
    CLEARSPAN_CHECK_OK(catch_up(group.shard, group.first_sequence - 1));
  }
  if (group.last.sequence <= folded.sequence) return Done{};
  find_records(group, folded.sequence);
  Status status = Done{};
  for_each_ahead(
      records_,
      [&](const GroupRecord& record) {
        if (status.ok()) status = fold_.apply(record.place, record.bytes);
      },
      [&](const GroupRecord& record) {
        if (record.has_trade) fold_.expect(record.trade);
      },
      [&](const GroupRecord& record) {
        if (record.has_trade) fold_.expect_sooner(record.trade);
      });
  CLEARSPAN_CHECK_OK(status);
  folded = group.last;
  fold_.reach(group.shard, folded);
  return Done{};
}

// Those of the group that come after a sequence.
void TradeIndex::Follower::find_records(const Offered& group, std::uint64_t after) {
  records_.clear();
  const ByteView records = group.records;
  std::uint64_t sequence = group.first_sequence;
  for (std::size_t at = 0; at < records.size(); ++sequence) {
    const rows::Place place{group.shard, sequence, {group.at.segment, group.at.offset + at}};
    const RecordBytes bytes = *GroupView::next_record(records, at);
    if (const std::size_t ahead = at + kFetchedAhead; ahead < records.size()) {  // it was written on another core
      fetch(records.data() + ahead, std::min(bytes.record.size(), records.size() - ahead));
    }
    if (sequence <= after) continue;
    GroupRecord& record = records_.emplace_back();
    record.place = place;
    record.bytes = bytes;
    record.has_trade = find_trade(bytes.record, record.trade);
  }
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
                  CLEARSPAN_CHECK_OK(fold_.apply({shard, ref.sequence, ref.at}, ref.bytes));
                  folded = {ref.sequence, ref.head};
                  fold_.reach(shard, folded);
                  if (fold_.uncommitted_rows() < kUncommittedRowsMax) return Done{};
                  return commit();
                }));
  if (through != kToTheEnd && end.position.sequence < through) {
    return make_error(ErrorCode::log_corrupt, log.directory + " ends before record " + std::to_string(through));
  }
  return Done{};
}

// Whatever else is ready is more urgent than the index. But beside somebody who never rests, each time takes
// milliseconds, and the index would never see the end of its queue.
void TradeIndex::Follower::give_way() const {
  std::unique_lock lock(mutex_);
  if (!keeps_up()) return;
  lock.unlock();
  std::this_thread::yield();
}

Status TradeIndex::Follower::commit() {
  const Time start = std::chrono::steady_clock::now();
  kill_point(KillPoint::index_before_commit);
  CLEARSPAN_CHECK_OK(fold_.commit([this] { give_way(); }));
  kill_point(KillPoint::index_committed);
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t shard = 0; shard < folded_.size(); ++shard) applied_[shard] = folded_[shard].sequence;
  }
  progress_.notify_all();
  last_commit_ = std::chrono::steady_clock::now();
  last_commit_took_ = last_commit_ - start;
  return Done{};
}

std::uint64_t TradeIndex::Follower::applied_sequence(std::uint16_t shard) const {
  const std::lock_guard lock(mutex_);
  return applied_[shard];
}

bool TradeIndex::Follower::wait_for(std::uint16_t shard, std::uint64_t sequence, Millis timeout) const {
  std::unique_lock lock(mutex_);
  if (applied_[shard] >= sequence) return true;
  const auto here = awaited_[shard].insert(sequence);
  work_.notify_one();
  progress_.wait_for(lock, timeout, [&] { return applied_[shard] >= sequence || !status_.ok(); });
  awaited_[shard].erase(here);
  return applied_[shard] >= sequence;
}

Status TradeIndex::Follower::health() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace clearspan::evidence
