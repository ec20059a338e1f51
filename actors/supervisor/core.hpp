// The engine without threads, clock, disk or index of its own: the log, the shards with their actors, and what ties
// them to the ledgers. A node drives it with threads; the simulation drives it one step at a time.
//
// All shards write one log. Data of before may have one for each of its shards, and keeps them.
//
//   recover the logs -> spawn the actors -> resume live trades -> follow the ledgers
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "actors/evidence/evidence_writer.hpp"
#include "actors/monitor/ledger_monitor.hpp"
#include "actors/shard.hpp"
#include "actors/submitter/ledger_port.hpp"
#include "actors/submitter/submitter.hpp"
#include "actors/supervisor/block_follower.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/log.hpp"
#include "ledgers/evidence/recovery.hpp"

namespace clearspan::actors {

// What the core runs in. All of it outlives the core.
struct Surroundings {
  evidence::Disk* disk = nullptr;
  const Clock* clock = nullptr;
  bool is_stepped = false;                                // actors run when they are told, not by themselves
  std::uint64_t segment_bytes = evidence::kSegmentBytes;  // of the logs
  std::function<void(const Error&)> on_failed_write = evidence::end_process_after_failed_write;
  std::function<void(std::uint16_t log, const evidence::DurableGroup&)> on_durable;
  // Reads one trade back as that log had it at that sequence, and what it left to be sent back.
  std::function<Result<RefoldedTrade>(std::uint16_t log, const TradeId&, std::uint64_t sequence)> refold;
  // On the turn of a trade that has changed its phase; what it throws ends the trade's actor.
  std::function<void()> after_report;
  // See Shard. Called once the actors are there.
  OnceAtRest once_at_rest;
};

class Core {
 public:
  Core(const EngineOptions& options, std::vector<std::shared_ptr<Connector>> connectors, Surroundings surroundings);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // One shard and what only it uses. The members are taken down in reverse order.
  struct ShardRuntime {
    std::unique_ptr<caf::actor_system_config> config;
    std::unique_ptr<caf::actor_system> system;
    Outboxes outboxes;
    std::unique_ptr<PhaseReports> reports;
    Shard shard;
  };

  // Errors: config_invalid, log_corrupt, log_locked, storage_failed.
  Status recover();
  void spawn_actors();
  // `done` runs once every live trade is back and hears of its facts; no ledger may be followed before.
  void resume_trades(std::function<void()> done);
  void make_followers();

  // Asks all actors to end. The caller waits until they have, or runs them until they have.
  void end_actors();

  // As Engine has them. create() is for an engine that is ready.
  void create(std::vector<NewTrade> trades, Engine::CreateCallback done);
  void cancel(const TradeId& trade, Engine::StatusCallback done);
  [[nodiscard]] bool is_ready() const;
  [[nodiscard]] std::vector<LedgerStatus> statuses() const;
  [[nodiscard]] EngineStats stats() const;

  // Has the checkpoint of that log put on record on the ledger of the options.
  void anchor(std::uint16_t log, const tlog::Checkpoint& checkpoint);

  [[nodiscard]] const std::vector<evidence::RecoveredLog>& logs() const { return logs_; }

  [[nodiscard]] std::uint16_t log_count() const { return static_cast<std::uint16_t>(logs_.size()); }

  [[nodiscard]] const std::vector<std::unique_ptr<ShardRuntime>>& shards() const { return shards_; }

  [[nodiscard]] const std::vector<std::unique_ptr<LedgerServices>>& ledgers() const { return ledgers_; }

  [[nodiscard]] const std::vector<std::unique_ptr<LedgerPort>>& ports() const { return ports_; }

  // Of the ledgers that are not frozen.
  [[nodiscard]] const std::vector<std::unique_ptr<BlockFollower>>& followers() const { return followers_; }

  [[nodiscard]] std::string log_directory(std::uint16_t log) const;
  [[nodiscard]] evidence::LogIdentity log_identity(std::uint16_t log) const;

 private:
  Status check_options() const;
  Result<std::uint16_t> count_logs() const;
  Status open_logs(std::uint16_t count);
  [[nodiscard]] std::uint16_t recorded_shard_count() const;
  Status make_shards();
  void make_ledgers();

  [[nodiscard]] std::uint16_t shard_count() const { return static_cast<std::uint16_t>(shards_.size()); }

  [[nodiscard]] std::vector<evidence::TxnSigned> take_outstanding(const LedgerId& ledger);
  [[nodiscard]] bool is_frozen(const LedgerId& ledger) const;
  [[nodiscard]] bool is_live(const TradeId& trade) const;
  [[nodiscard]] bool is_awaited(const Movement& movement) const;
  void watch_for(const LedgerServices& ledger, const std::vector<evidence::TxnSigned>& outstanding) const;
  void restore_holdings(LedgerServices& ledger) const;
  [[nodiscard]] std::vector<BlockPlace> handled_of(const LedgerServices& ledger) const;
  [[nodiscard]] const evidence::Recovered& recovered_of(std::uint16_t shard) const;
  [[nodiscard]] std::optional<evidence::ViewAdvanced> position_of(const Shard& shard, const LedgerId& ledger) const;
  void append_starting_records(std::uint16_t log) const;
  [[nodiscard]] std::optional<Error> refusal(const NewTrade& trade, const std::vector<bool>& is_overloaded) const;
  void freeze(LedgerServices& ledger, const Conflict& conflict);

  const EngineOptions& options_;
  std::vector<std::shared_ptr<Connector>> connectors_;
  const Surroundings surroundings_;
  Tally tally_;
  std::vector<std::unique_ptr<LedgerServices>> ledgers_;
  std::vector<evidence::RecoveredLog> logs_;  // one, or one for each shard
  std::vector<std::unique_ptr<ShardRuntime>> shards_;
  std::vector<std::unique_ptr<LedgerPort>> ports_;
  std::vector<std::unique_ptr<BlockFollower>> followers_;
};

}  // namespace clearspan::actors
