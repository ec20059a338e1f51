// A node: the engine of one process. It gives the core what it runs in: threads, the machine's clock and disk, the
// trade index and the published evidence; brings it up in an order in which nothing can be missed, and takes it down in
// reverse.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "actors/supervisor/core.hpp"
#include "actors/supervisor/public_evidence.hpp"
#include "ledgers/evidence/index.hpp"

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
  Surroundings surroundings();
  Status open_index();
  Status open_evidence();
  void start_threads();
  void resume_trades();
  Result<RefoldedTrade> refold(std::uint16_t log, const TradeId& trade, std::uint64_t sequence) const;

  EngineOptions options_;
  SystemClock clock_;
  std::unique_ptr<evidence::Disk> disk_;
  Core core_;
  std::unique_ptr<evidence::TradeIndex> index_;
  std::unique_ptr<PublicEvidence> evidence_;  // reads the shards' logs
  std::vector<std::unique_ptr<LedgerPortThread>> port_threads_;
  std::vector<std::unique_ptr<evidence::LogThread>> log_threads_;
  std::atomic<bool> stopping_{false};
};

}  // namespace clearspan::actors
