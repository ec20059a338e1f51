// What a node publishes of its evidence: signs the heads of its logs' trees at an interval, asks for their anchoring on
// a ledger, and gives the archive from which others read. A thread of its own; the commit path never waits for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "actors/engine.hpp"
#include "codecs/crypto/ed25519.hpp"
#include "ledgers/evidence/archive.hpp"

namespace clearspan::actors {

class PublicEvidence {
 public:
  // Has the checkpoint of that log put on record on the ledger of the options.
  using Anchor = std::function<void(std::uint16_t log, const tlog::Checkpoint& checkpoint)>;

  // Reads the key of the logs, or makes one at the first start, and checks what was published before. `publishers` of
  // the logs are filled in. Errors: log_corrupt, storage_failed, key_file_insecure, key_invalid.
  static Result<std::unique_ptr<PublicEvidence>> open(evidence::Disk& disk, const EngineOptions& options,
                                                      const evidence::TradeIndex& index,
                                                      std::vector<evidence::ArchivedLog> logs);
  ~PublicEvidence();
  PublicEvidence(const PublicEvidence&) = delete;
  PublicEvidence& operator=(const PublicEvidence&) = delete;

  [[nodiscard]] const evidence::Archive& archive() const { return *archive_; }

  // `anchor` may be empty.
  void start_thread(Anchor anchor);

  void stop_thread();

  // Signs what is durable now.
  void publish();

 private:
  PublicEvidence(const EngineOptions& options, const crypto::SecretKey& key)
      : interval_(options.checkpoint_interval),
        anchor_interval_(options.anchor ? options.anchor->interval : Millis{0}),
        signer_(key) {}

  void run();
  void anchor_what_is_new();

  const Millis interval_;
  const Millis anchor_interval_;
  const crypto::Ed25519Signer signer_;
  std::vector<std::unique_ptr<evidence::Publisher>> publishers_;
  std::unique_ptr<evidence::Archive> archive_;
  Anchor anchor_;
  std::chrono::steady_clock::time_point anchored_at_;
  std::vector<std::uint64_t> anchored_sizes_;  // by log
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace clearspan::actors
