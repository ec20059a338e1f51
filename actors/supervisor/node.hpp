// A node: the engine of one process. It owns the shards, the ledgers' threads and the trade index, brings them up in an
// order in which nothing can be missed, and takes them down in reverse.
//
//   recover the logs -> index -> ports -> actors -> resume live trades -> follow the ledgers -> ready
#pragma once

#include <atomic>
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
#include "actors/supervisor/public_evidence.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/log.hpp"
#include "ledgers/evidence/recovery.hpp"

namespace clearspan::actors {

class Node final : public Engine {
 public:
  Node(EngineOptions options, std::vector<std::shared_ptr<Connector>> connectors);
  ~Node() override;

  // Errors: config_invalid, log_corrupt, log_locked, storage_failed.
  Status start();

  void create(std::vector<NewTrade> trades, CreateCallback done) override;
  void cancel(const TradeId& trade, StatusCallback done) override;
  [[nodiscard]] std::vector<LedgerStatus> ledgers() const override;
  [[nodiscard]] EngineStats stats() const override;
  Status sync_index(Millis timeout) override;

  [[nodiscard]] const evidence::TradeIndex& index() const override { return *index_; }

  [[nodiscard]] const evidence::Archive& archive() const override { return evidence_->archive(); }

  [[nodiscard]] bool ready() const override;

 private:
  // One shard and what only it uses. The members are taken down in reverse order: the threads before what they call.
  struct ShardRuntime {
    std::unique_ptr<caf::actor_system_config> config;
    std::unique_ptr<caf::actor_system> system;
    std::unique_ptr<evidence::Log> log;
    evidence::Recovered recovered;
    Shard shard;
    std::unique_ptr<evidence::LogThread> log_thread;
  };

  Status check_options() const;
  Result<std::uint16_t> choose_shard_count() const;
  Status open_logs(std::uint16_t count);
  Status open_index();
  Status open_evidence();
  void make_ledgers();
  void spawn_actors();
  void resume_trades();
  void follow_ledgers();
  [[nodiscard]] PublicEvidence::Anchor anchoring() const;
  void on_durable(std::uint16_t shard, const evidence::DurableGroup& group);
  [[nodiscard]] std::string shard_directory(std::uint16_t shard) const;
  [[nodiscard]] evidence::LogIdentity log_identity(std::uint16_t shard) const;
  [[nodiscard]] std::vector<evidence::TxnSigned> take_outstanding(const LedgerId& ledger);
  [[nodiscard]] bool is_frozen(const LedgerId& ledger) const;
  [[nodiscard]] std::optional<BlockPlace> start_of(const LedgerServices& ledger) const;
  [[nodiscard]] std::optional<Error> refusal(const NewTrade& trade) const;
  Result<RestoredTrade> refold(std::uint16_t shard, const TradeId& trade) const;
  void freeze(LedgerServices& ledger, const Conflict& conflict);

  EngineOptions options_;
  std::vector<std::shared_ptr<Connector>> connectors_;
  SystemClock clock_;
  std::unique_ptr<evidence::Disk> disk_;
  Tally tally_;
  std::unique_ptr<evidence::TradeIndex> index_;
  std::vector<std::unique_ptr<LedgerServices>> ledgers_;
  std::vector<std::unique_ptr<ShardRuntime>> shards_;
  std::unique_ptr<PublicEvidence> evidence_;  // reads the shards' logs
  std::vector<std::unique_ptr<LedgerPort>> ports_;
  std::vector<std::unique_ptr<BlockFollower>> followers_;
  std::atomic<bool> stopping_{false};
};

}  // namespace clearspan::actors
