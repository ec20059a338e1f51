// The thread that follows the logs for the trade index, and decides when what it has folded is committed: as soon as
// somebody waits for it, and else now and then, so that a trade is written once for many of its records.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/index_fold.hpp"
#include "ledgers/evidence/index_records.hpp"
#include "ledgers/evidence/index_store.hpp"

namespace clearspan::evidence {

// Of rows that wait for a commit, which bounds their memory: about 30 MB.
inline constexpr std::size_t kUncommittedRowsMax = 100'000;

// What is offered is folded this much later, all of it at once, unless somebody waits for it: at the moment at which a
// group becomes durable, the cores have more urgent work.
inline constexpr Millis kFoldInterval{5};

// Commits that somebody waits for take at most one part in so many of the thread's time: under load several who wait
// share one.
inline constexpr int kCommitShare = 4;

class TradeIndex::Follower {
 public:
  Follower(Disk& disk, const IndexOptions& options, std::unique_ptr<IndexStore> store);

  // Commits what is folded; what is only offered comes from the logs again.
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  Status prepare();
  void start();

  // In place of start(): applies all that the logs hold.
  Status catch_up_all();

  void offer(std::uint16_t shard, const DurableGroup& group);
  std::uint64_t applied_sequence(std::uint16_t shard) const;
  bool wait_for(std::uint16_t shard, std::uint64_t sequence, Millis timeout) const;
  Status health() const;

  [[nodiscard]] const IndexStore& store() const { return *store_; }

  [[nodiscard]] const RecordFiles& files() const { return files_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  // A group that a log has made durable, copied out of its I/O thread.
  struct Offered {
    std::uint16_t shard = 0;
    std::uint64_t first_sequence = 0;
    LogPosition last;
    LogOffset at;
    Bytes records;
    std::uint64_t count = 0;
  };

  struct GroupRecord {
    rows::Place place;
    RecordBytes bytes;
    TradeId trade;
    bool has_trade = false;  // it shows at once whose it is
  };

  void run();
  Time next_fold() const;
  Time next_commit() const;
  std::optional<std::uint16_t> shard_behind() const;
  bool is_awaited() const;
  bool is_more_awaited() const;

  bool keeps_up() const { return queue_bytes_ <= options_.queue_bytes_max / 8; }

  bool has_much_to_fold() const { return queue_bytes_ > options_.queue_bytes_max / 2; }

  Status take_group(std::unique_lock<std::mutex>& lock);
  Status apply(const Offered& group);
  void find_records(const Offered& group, std::uint64_t after);
  Status catch_up(std::uint16_t shard, std::uint64_t through);
  Status commit();
  void give_way() const;

  Disk& disk_;
  const IndexOptions options_;
  const std::unique_ptr<IndexStore> store_;
  const RecordFiles files_;

  // Projection thread.
  IndexFold fold_;
  std::vector<LogPosition> folded_;   // by shard: what the fold has seen
  std::vector<GroupRecord> records_;  // of the group that is being folded
  Time last_commit_;                  // its end
  std::chrono::steady_clock::duration last_commit_took_{};

  mutable std::mutex mutex_;
  mutable std::condition_variable work_;
  mutable std::condition_variable progress_;
  std::deque<Offered> queue_;
  std::size_t queue_bytes_ = 0;
  Time queued_since_;                   // when the oldest group in the queue came
  std::vector<Bytes> spare_;            // buffers to copy into
  std::vector<std::uint64_t> offered_;  // by shard: known to be durable, in the queue or only in the log's files
  std::vector<std::uint64_t> applied_;  // by shard: visible to reads
  mutable std::vector<std::multiset<std::uint64_t>> awaited_;  // by shard: what somebody waits for
  Status status_ = Done{};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace clearspan::evidence
