// An engine in which nothing happens by itself: no thread, no timer, no clock of its own. Whoever holds it says which
// actor handles its next message, when a log writes, when a ledger is called or looked at, and when time passes. With
// the same answers from outside, the same steps do the same, bit for bit: what the deterministic simulation stands on.
#pragma once

#include <memory>
#include <vector>

#include "actors/engine.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::actors {

// What it runs in. All of it outlives the engine.
struct SteppedSurroundings {
  evidence::Disk* disk = nullptr;
  const Clock* clock = nullptr;
  std::uint64_t segment_bytes = evidence::kSegmentBytes;
  std::function<void(const Error&)> on_failed_write;  // throws
  std::function<void(std::uint16_t shard, const evidence::DurableGroup&)> on_durable;
  // On the turn of a trade that has changed its phase; what it throws ends the trade's actor.
  std::function<void()> after_report;
};

class SteppedEngine {
 public:
  virtual ~SteppedEngine() = default;

  // Recovers what is on the disk. It is ready once its live trades are back and every ledger has been looked at.
  // Errors: those of Engine::start.
  static Result<std::unique_ptr<SteppedEngine>> start(const EngineOptions& options,
                                                      std::vector<std::shared_ptr<Connector>> ledgers,
                                                      SteppedSurroundings surroundings);

  [[nodiscard]] virtual bool ready() const = 0;

  // As Engine has them.
  virtual void create(std::vector<NewTrade> trades, Engine::CreateCallback done) = 0;
  virtual void cancel(const TradeId& trade, Engine::StatusCallback done) = 0;
  [[nodiscard]] virtual EngineStats stats() const = 0;
  [[nodiscard]] virtual std::vector<LedgerStatus> ledgers() const = 0;

  [[nodiscard]] virtual std::uint16_t shard_count() const = 0;

  // How many actors of the shard have a message, and the next message of the `which`th of them.
  [[nodiscard]] virtual std::size_t runnable(std::uint16_t shard) const = 0;
  virtual void run_actor(std::uint16_t shard, std::size_t which) = 0;

  // One for all shards, or one for each.
  [[nodiscard]] virtual std::uint16_t log_count() const = 0;

  // Writes one group; false when nothing had gathered.
  virtual bool write_log(std::uint16_t log) = 0;

  // One call to the ledger's write functions; false when none waits.
  virtual bool call_ledger(std::size_t ledger) = 0;

  // One look at the ledger. Errors: as its node gave them. Nothing before the live trades are back.
  virtual Status follow_ledger(std::size_t ledger) = 0;

  // For the actors' timers; the clock is its owner's.
  virtual void pass_time(Millis span) = 0;
};

}  // namespace clearspan::actors
