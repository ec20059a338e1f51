// An engine that settles nothing: it writes what it is asked to create into a real evidence log with a real index, and
// lets a test write the rest of a trade's history. So the gateway is tested over real records, without actors and
// ledgers.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::gateway {

class RecordingEngine final : public Engine {
 public:
  // Recovers what is in the folder, as an engine would.
  RecordingEngine(const std::string& folder, std::vector<LedgerStatus> ledgers);
  ~RecordingEngine() override;

  void create(std::vector<NewTrade> trades, CreateCallback done) override;
  void cancel(const TradeId& trade, StatusCallback done) override;
  [[nodiscard]] std::vector<LedgerStatus> ledgers() const override;
  [[nodiscard]] EngineStats stats() const override;
  Status sync_index(Millis timeout) override;

  [[nodiscard]] const evidence::TradeIndex& index() const override { return *index_; }

  [[nodiscard]] const evidence::Archive& archive() const override { return *archive_; }

  [[nodiscard]] bool ready() const override { return is_ready; }

  // Makes records durable.
  void record(const std::vector<evidence::Record>& records);

  // Lets the callbacks of held creations run.
  void release_held();

  void set_ledger(std::size_t which, const LedgerStatus& status);

  std::atomic<bool> is_ready{true};
  std::atomic<bool> holds_creations{false};     // their callbacks wait for release_held()
  std::atomic<bool> index_lags{false};          // sync_index times out
  std::atomic<std::size_t> refuses_from{1000};  // of the trades of one call: `overloaded` from this one on
  std::atomic<std::size_t> calls{0};            // of create()
  std::atomic<std::size_t> created{0};
  Status cancel_answer = Done{};

 private:
  std::unique_ptr<evidence::Disk> disk_;
  std::unique_ptr<evidence::TradeIndex> index_;
  std::unique_ptr<evidence::Log> log_;
  std::unique_ptr<crypto::Ed25519Signer> signer_;
  std::unique_ptr<evidence::Publisher> publisher_;
  std::unique_ptr<evidence::Archive> archive_;
  mutable std::mutex mutex_;
  std::vector<LedgerStatus> ledgers_;
  std::vector<std::function<void()>> held_;
};

}  // namespace clearspan::gateway
