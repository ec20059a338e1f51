// The engine as a C++ object: what a program embeds, and what REST, the demo and the benchmarks are built on. No CAF
// shows here. All functions may be called from any thread; callbacks run on an engine thread and must not block.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/write_times.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/scenario/timing.hpp"
#include "core/trade/plan.hpp"
#include "core/trade/state.hpp"
#include "ledgers/connector.hpp"
#include "ledgers/evidence/archive.hpp"
#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan {

// A trade to be created: its compiled plan, and the request that it came from (for idempotency; see
// evidence::TradeCreated).
struct NewTrade {
  Plan plan;
  std::string idempotency_key;
  Hash32 request_digest;
  std::uint32_t request_item = 0;
};

// A ledger as this node sees it now.
struct LedgerStatus {
  LedgerTraits traits;
  Height latest;
  Height final_height;
  Height processed;         // final blocks up to here have been acted on, on every shard
  LedgerTime time;          // of the newest block
  Timestamp seen;           // when the newest block was seen; zero before the first
  bool reachable = false;   // the last call to it succeeded
  bool frozen = false;      // it contradicted itself or its books; nothing is signed for it
  bool braked = false;      // frozen because its books hold another amount than its blocks explain
  Height holdings_checked;  // the last block at which they were compared; zero before the first time
  std::string problem;      // the last error, for people; empty when there is none
  std::uint64_t blocks_verified = 0;
  std::uint64_t bytes_verified = 0;
  std::uint64_t txns_outstanding = 0;  // signed, neither final nor dead
};

// What is in memory of trades, by which part of the engine keeps it. All of it goes once its trade is over.
struct InMemory {
  std::uint64_t trades = 0;     // actors, with plan and state
  std::uint64_t listeners = 0;  // who hears of the facts of which trade
  std::uint64_t awaits = 0;     // deposits, movements, holds and txns that are looked for in blocks
  std::uint64_t legs = 0;       // of which submitters know a movement

  friend bool operator==(const InMemory&, const InMemory&) = default;
};

struct EngineStats {
  std::uint64_t created = 0;
  std::uint64_t live = 0;
  std::uint64_t settled = 0;
  std::uint64_t refunded = 0;
  std::uint64_t rejected = 0;
  std::uint64_t suspended = 0;
  std::uint64_t records_durable = 0;
  WriteTimes writes;   // of groups of records; each was one flush
  InMemory in_memory;  // as each part counted last: at its tick, listeners when a group became durable
};

// Told of every change of phase once it is durable, those of one trade in the order of its log.
struct PhaseChange {
  TradeId trade;
  Phase phase = Phase::preparing;
  Timestamp at;
};

// Where checkpoints are put on record, so that nobody can rewrite the logs from before.
struct AnchorOptions {
  LedgerId ledger;
  AccountId account;  // the engine holds its key; it pays what the ledger asks for a txn
  Millis interval{60'000};
};

struct EngineOptions {
  std::string data_dir;                       // the evidence log (in the folder shard-0) and the index
  EngineTag tag;                              // names this engine on every ledger; fixed for the life of data_dir
  std::uint16_t shards = 0;                   // 0: one per core; fixed for the life of data_dir once set
  std::uint64_t live_trades_max = 1'000'000;  // admission stops above it with `overloaded`
  std::uint64_t log_segment_bytes = evidence::kSegmentBytes;  // of the evidence logs' files
  Millis submit_timeout{10'000};
  Millis read_timeout{10'000};
  std::string evidence_key_file;      // signs the checkpoints of the logs; empty: evidence.key in data_dir
  Millis checkpoint_interval{1'000};  // between two checkpoints of a log that grows
  std::optional<AnchorOptions> anchor;
  std::uint64_t solvency_interval_blocks = 32;  // final blocks between two looks at what a ledger's books say is held
  Millis resend_after{5'000};                   // a signed txn that is in no block yet is sent again, the same bytes
  std::function<void(const PhaseChange&)> on_phase_change;  // may be empty
};

class Engine {
 public:
  using CreateCallback = std::function<void(std::vector<Result<TradeId>>)>;
  using StatusCallback = std::function<void(Status)>;

  // Recovers what is in data_dir, resends what is outstanding and follows the ledgers. Errors: log_corrupt, log_locked,
  // storage_failed, config_invalid.
  static Result<std::unique_ptr<Engine>> start(EngineOptions options, std::vector<std::shared_ptr<Connector>> ledgers);

  // Stops taking work, lets what is durable stand, and joins all threads.
  virtual ~Engine() = default;

  // Creates all of them or, for each that cannot be, answers its error: overloaded, not_ready, ledger_frozen. The
  // callback runs once the records are durable.
  virtual void create(std::vector<NewTrade> trades, CreateCallback done) = 0;

  // Asks the trade to stop before its decision. Errors: unknown_trade, already_decided.
  virtual void cancel(const TradeId& trade, StatusCallback done) = 0;

  [[nodiscard]] virtual std::vector<LedgerStatus> ledgers() const = 0;
  [[nodiscard]] virtual EngineStats stats() const = 0;

  // Waits until every record that is durable now is in the index, so that reads after it see one's own writes.
  virtual Status sync_index(Millis timeout) = 0;

  [[nodiscard]] virtual const evidence::TradeIndex& index() const = 0;

  // What others may read of the evidence: checkpoints, tiles, bundles.
  [[nodiscard]] virtual const evidence::Archive& archive() const = 0;

  // Recovered, following every ledger, and writing.
  [[nodiscard]] virtual bool ready() const = 0;
};

}  // namespace clearspan
