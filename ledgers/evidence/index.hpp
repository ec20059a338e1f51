// The trade index: answers for every trade, finished ones too, with its full history. A projection of the shards' logs
// in RocksDB, off the commit path, never trusted as truth: it can be thrown away and rebuilt at any time, and is when
// it does not fit the logs.
//
//   I/O threads of the logs --offer()--> bounded queue --> projection thread --commit--> RocksDB
//                                             | full: dropped, and read again from the log's files
//
// It holds where each trade stands and where its records are in the logs' files; the records themselves are read from
// there. A commit adds what is new of each trade that was touched since the last one, and is made when somebody waits,
// when there is much to write, or after commit_interval. After a crash the index goes on from its last commit on disk.
//
// Reads may be made from any thread, and see what is committed. wait_for() makes a read see what the caller wrote.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/trade/plan.hpp"
#include "core/trade/state.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kPageLimitMax = 1000;  // trades per page
inline constexpr std::size_t kPageScanMax = 10000;  // trades looked at per page; then it is cut short, with a cursor
inline constexpr std::size_t kIndexQueueBytesMax = 32u
                                                   << 20;  // records offered and not applied; above it they are dropped

// While nobody waits. A core that commits has nothing left for trades: what a tenth of a second brings takes it some
// milliseconds, what a second brings some tens.
inline constexpr Millis kIndexCommitInterval{100};

// One shard's log as the index reads it. `durable`: up to where it may be read at the start.
struct ShardLog {
  std::string directory;
  LogIdentity identity;
  LogPosition durable;
};

struct IndexOptions {
  std::string directory;
  std::vector<ShardLog> shards;  // position = shard number
  std::size_t queue_bytes_max = kIndexQueueBytesMax;
  Millis commit_interval = kIndexCommitInterval;

  [[nodiscard]] std::uint16_t shard_count() const { return static_cast<std::uint16_t>(shards.size()); }
};

struct TradeSummary {
  TradeId id;
  std::uint16_t shard = 0;
  PlanPtr plan;
  Phase phase = Phase::preparing;
  AbortReason abort_reason = AbortReason::none;
  std::optional<SuspendReason> suspend_reason;
  Timestamp created;
  Timestamp updated;                 // of its last event
  std::uint64_t first_sequence = 0;  // of its creation, in its shard's log
  std::uint64_t last_sequence = 0;   // of its last event
  std::string idempotency_key;

  bool operator==(const TradeSummary& other) const;  // plans by their content
};

// One record that names the trade: its creation, its events, the txns that carry its movements, and their closing. A
// txn may stand in another shard's log than the trade.
struct HistoryEntry {
  std::uint16_t shard = 0;
  std::uint64_t sequence = 0;  // in that shard's log
  Record record;               // of a TxnSigned, only the trade's own movements are kept
  Phase phase_after = Phase::preparing;
};

struct TradeSnapshot {
  TradeSummary summary;
  std::vector<HistoryEntry> history;  // each shard's in the order of its log, merged by time
  std::vector<TradeId> related;       // trades of scenario "return" that send back what arrived in this one's name
};

// What a listed trade must match; an empty member matches everything.
struct TradeFilter {
  std::optional<Phase> phase = std::nullopt;
  std::optional<std::string> scenario = std::nullopt;
  std::optional<LedgerId> ledger = std::nullopt;    // of any leg
  std::optional<AccountId> account = std::nullopt;  // payer or payee of any leg; on `ledger` when that is given too
  std::optional<Timestamp> created_from = std::nullopt;    // inclusive
  std::optional<Timestamp> created_before = std::nullopt;  // exclusive

  bool operator==(const TradeFilter&) const = default;
};

struct TradePage {
  std::vector<TradeSummary> trades;  // newest first
  std::string next_cursor;           // empty at the end of the list
};

// The trades of the request that first used an idempotency key, in the request's order.
struct IdempotencyEntry {
  struct Item {
    std::uint32_t request_item = 0;
    TradeId trade;

    bool operator==(const Item&) const = default;
  };

  Hash32 request_digest;
  std::vector<Item> items;

  bool operator==(const IdempotencyEntry&) const = default;
};

class TradeIndex {
 public:
  // Opens or makes the index and starts following: first from the logs' files, then from what is offered. An index of
  // other logs, of another format, or ahead of its logs is rebuilt. Errors: storage_failed. `disk` must outlive it.
  static Result<std::unique_ptr<TradeIndex>> open(Disk& disk, const IndexOptions& options);

  // Throws the index away and builds it from the logs. Returns when it is complete. Errors: log_corrupt,
  // storage_failed.
  static Status rebuild(Disk& disk, const IndexOptions& options);

  ~TradeIndex();
  TradeIndex(const TradeIndex&) = delete;
  TradeIndex& operator=(const TradeIndex&) = delete;

  // Called by a log's I/O thread for each durable group, in order. Never blocks on the index.
  void offer(std::uint16_t shard, const DurableGroup& group);

  // Any thread: every record of the shard up to here is visible to reads.
  [[nodiscard]] std::uint64_t applied_sequence(std::uint16_t shard) const;

  // Waits until applied_sequence(shard) >= sequence; false when the time is over or the projection has stopped.
  [[nodiscard]] bool wait_for(std::uint16_t shard, std::uint64_t sequence, Millis timeout) const;

  // An error when the projection has stopped: a record it could not apply. Reads then answer as of before it.
  [[nodiscard]] Status health() const;

  // None when there is no such trade. Errors: log_corrupt for a record that the log no longer holds as it was indexed;
  // storage_failed.
  [[nodiscard]] Result<std::optional<TradeSnapshot>> show(const TradeId& trade) const;

  // The same without the history.
  [[nodiscard]] Result<std::optional<TradeSummary>> summary(const TradeId& trade) const;

  // `cursor`: empty for the first page, else next_cursor of the page before, with the same filter. A page may hold
  // fewer trades than `limit` and still have a next one. Errors: invalid_cursor, out_of_range for the limit,
  // log_corrupt, storage_failed.
  [[nodiscard]] Result<TradePage> list(const TradeFilter& filter, const std::string& cursor, std::size_t limit) const;

  // None when no trade was created with the key. Errors: storage_failed.
  [[nodiscard]] Result<std::optional<IdempotencyEntry>> find_by_idempotency_key(const std::string& key) const;

  // Sequences of records in a shard's log, ascending: the proofs of a block (also those
  // that were left out), the descriptions of a ledger, the anchors.
  // Errors: storage_failed.
  [[nodiscard]] Result<std::vector<std::uint64_t>> proofs_of(std::uint16_t shard, const BlockHash& block) const;
  [[nodiscard]] Result<std::vector<std::uint64_t>> descriptions_of(std::uint16_t shard, const LedgerId& ledger) const;
  [[nodiscard]] Result<std::vector<std::uint64_t>> anchors_of(std::uint16_t shard) const;

 private:
  class Follower;
  explicit TradeIndex(std::unique_ptr<Follower> follower);
  std::unique_ptr<Follower> follower_;
};

}  // namespace clearspan::evidence
