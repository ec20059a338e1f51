// What the actors of one shard share: who the others are, and the few services outside the actor world. A shard is one
// CAF actor system with one worker thread, its own trades and timers; all of them write one evidence log. A message to
// an actor that may live on another shard goes by caf::anon_send: after a plain send, CAF runs the receiver on the
// sender's thread. Nothing here changes after start, except the counters, which are atomic, and the outboxes, which
// only the worker thread touches.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "actors/messages.hpp"
#include "actors/outbox.hpp"
#include "actors/trade/phase_reports.hpp"
#include "actors/write_times.hpp"
#include "core/base/clock.hpp"
#include "ledgers/connector.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::actors {

class LedgerPort;

// What this node knows of a ledger's chain now. Written by the block follower, read by all.
struct LedgerHead {
  std::atomic<std::uint64_t> latest{0};
  std::atomic<std::uint64_t> final_height{0};
  std::atomic<std::uint64_t> time{0};  // ledger time of the latest block
  std::atomic<std::int64_t> seen_ms{0};
  std::atomic<bool> reachable{false};
  std::atomic<bool> frozen{false};
  std::atomic<std::uint64_t> holdings_checked{0};  // height of the last comparison of books and blocks
  std::atomic<std::uint64_t> blocks_verified{0};
  std::atomic<std::uint64_t> bytes_verified{0};
  std::atomic<std::uint64_t> txns_outstanding{0};

  // What is final stays so, and time goes on, also while older blocks are read again.
  void reach(Height height, LedgerTime at) {
    final_height = std::max(final_height.load(), height.value);
    time = std::max(time.load(), at.value);
  }

  void set_problem(std::string text) {
    const std::lock_guard lock(mutex_);
    problem_ = std::move(text);
  }

  [[nodiscard]] std::string problem() const {
    const std::lock_guard lock(mutex_);
    return brake_.empty() ? problem_ : brake_;
  }

  // The ledger's books hold what its blocks do not explain: nothing is signed for it any more.
  void brake(std::string text) {
    const std::lock_guard lock(mutex_);
    brake_ = std::move(text);
    frozen = true;
  }

  [[nodiscard]] bool is_braked() const {
    const std::lock_guard lock(mutex_);
    return !brake_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::string problem_;
  std::string brake_;  // why; stays until the engine ends
};

// One ledger on this node, shared by all shards.
struct LedgerServices {
  std::uint16_t index = 0;
  std::uint16_t home_shard = 0;  // where its submitter lives
  LedgerTraits traits;
  std::shared_ptr<Connector> connector;
  LedgerPort* port = nullptr;
  LedgerHead head;
  std::vector<MonitorActor> monitors;                 // by shard
  std::optional<evidence::HoldingsChecked> holdings;  // the last comparison that the log knows
  // By shard: final blocks up to this height have been handled and all that they caused is durable.
  std::vector<std::atomic<std::uint64_t>> durable_height;
  std::vector<std::atomic<bool>> has_position;  // by shard: it has at least one block of the ledger on record

  [[nodiscard]] bool is_known_everywhere() const {
    for (const auto& known : has_position) {
      if (!known) return false;
    }
    return true;
  }

  [[nodiscard]] Height durable_everywhere() const {
    std::uint64_t lowest = durable_height.front().load();
    for (const auto& height : durable_height) lowest = std::min(lowest, height.load());
    return {lowest};
  }
};

// Counts of trades by where they stand, of the whole node.
struct Tally {
  std::atomic<std::uint64_t> created{0};
  std::atomic<std::uint64_t> live{0};
  std::atomic<std::uint64_t> settled{0};
  std::atomic<std::uint64_t> refunded{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> suspended{0};
  std::atomic<std::uint64_t> records_durable{0};
  WriteTally writes;

  // See InMemory. Each is the sum of what its actors have.
  std::atomic<std::uint64_t> trades_in_memory{0};
  std::atomic<std::uint64_t> listeners_in_memory{0};
  std::atomic<std::uint64_t> awaits_in_memory{0};
  std::atomic<std::uint64_t> legs_in_memory{0};
};

// What one actor has added to a count of the node.
class PartOfTally {
 public:
  explicit PartOfTally(std::atomic<std::uint64_t>& whole) : whole_(whole) {}

  void set(std::uint64_t now) { whole_ += now - std::exchange(now_, now); }

 private:
  std::atomic<std::uint64_t>& whole_;
  std::uint64_t now_ = 0;
};

// Reads one trade back from its evidence up to that record, after a crash of its actor.
using Refold = std::function<Result<RefoldedTrade>(const TradeId&, std::uint64_t sequence)>;

// Has the callback run once no actor of that shard of the node has a message any more, on the shard's thread. False
// when none has now: then it is not run.
using OnceAtRest = std::function<bool(std::uint16_t shard, std::function<void()> callback)>;

struct Shard {
  std::uint16_t index = 0;
  std::uint16_t count = 1;
  EngineTag engine;
  const Clock* clock = nullptr;
  bool shares_log = false;  // one log for all shards; else each has its own
  evidence::Log* log = nullptr;
  Tally* tally = nullptr;
  const EngineOptions* options = nullptr;
  Refold refold;
  Outboxes* outboxes = nullptr;
  PhaseReports* reports = nullptr;
  std::function<void()> after_report;  // see Surroundings
  OnceAtRest once_at_rest;
  std::vector<LedgerServices*> ledgers;
  WriterActor writer;
  std::vector<MonitorActor> monitors;      // of this shard, by ledger index
  std::vector<SubmitterActor> submitters;  // by ledger index; each lives on one shard of the node

  // Of its log among those of the node, and of the shard among those of its log.
  [[nodiscard]] std::uint16_t log_index() const { return shares_log ? std::uint16_t{0} : index; }

  [[nodiscard]] std::uint16_t index_in_log() const { return shares_log ? index : std::uint16_t{0}; }

  // `callback` runs once another shard may record what the append is the cause of: with one log for all, when the
  // append has its place there; else when it is durable.
  template <class Callback>
  void once_others_may_follow(Append& append, const Callback& callback) const {
    if (shares_log) {
      append.in_log = callback;
    } else {
      append.durable = callback;
    }
  }

  [[nodiscard]] const LedgerServices* find_ledger(const LedgerId& id) const {
    for (const LedgerServices* ledger : ledgers) {
      if (ledger->traits.id == id) return ledger;
    }
    return nullptr;
  }

  // Of a ledger that is configured, as those of every plan are.
  [[nodiscard]] std::uint16_t index_of(const LedgerId& id) const {
    const LedgerServices* ledger = find_ledger(id);
    CLEARSPAN_VERIFY(ledger != nullptr);
    return ledger->index;
  }

  [[nodiscard]] const MonitorActor& monitor_of(const LedgerId& id) const { return monitors[index_of(id)]; }
};

// The shard that a trade lives on, and with it every movement that is made in its name. Fixed for the life of the
// trade, as the number of shards is for the life of the data.
inline std::uint16_t shard_of(const TradeId& trade, std::uint16_t shard_count) {
  return static_cast<std::uint16_t>((trade.bytes[14] << 8 | trade.bytes[15]) % shard_count);
}

}  // namespace clearspan::actors
