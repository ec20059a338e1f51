#include "actors/supervisor/public_evidence.hpp"

#include <spdlog/spdlog.h>

#include "codecs/crypto/key_file.hpp"
#include "core/base/kill_point.hpp"
#include "ledgers/this_thread.hpp"

namespace clearspan::actors {

Result<std::unique_ptr<PublicEvidence>> PublicEvidence::open(evidence::Disk& disk, const EngineOptions& options,
                                                             const evidence::TradeIndex& index,
                                                             std::vector<evidence::ArchivedLog> logs) {
  const std::string key_file =
      options.evidence_key_file.empty() ? options.data_dir + "/evidence.key" : options.evidence_key_file;
  CLEARSPAN_TRY(const crypto::OwnKey own, crypto::read_or_make_key_file(key_file));
  if (own.is_new) spdlog::info("made the key of the evidence logs {}", key_file);
  std::unique_ptr<PublicEvidence> evidence(new PublicEvidence(options, own.key));
  for (evidence::ArchivedLog& log : logs) {
    CLEARSPAN_TRY(auto publisher,
                  evidence::Publisher::open(disk, log.directory, log.identity, *log.log, evidence->signer_));
    log.publisher = publisher.get();
    evidence->publishers_.push_back(std::move(publisher));
  }
  evidence->archive_ = std::make_unique<evidence::Archive>(disk, index, std::move(logs));
  return evidence;
}

PublicEvidence::~PublicEvidence() {
  stop_thread();
}

void PublicEvidence::start_thread(Anchor anchor) {
  anchor_ = std::move(anchor);
  anchored_sizes_.resize(publishers_.size());
  thread_ = std::thread([this] { run(); });
}

void PublicEvidence::stop_thread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PublicEvidence::run() {
  name_this_thread("publisher");
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval_, [this] { return stopping_; })) {
    lock.unlock();
    publish();
    anchor_what_is_new();
    lock.lock();
  }
}

void PublicEvidence::anchor_what_is_new() {
  const auto now = std::chrono::steady_clock::now();
  if (!anchor_ || now - anchored_at_ < anchor_interval_) return;
  anchored_at_ = now;
  const auto shard_count = static_cast<std::uint16_t>(publishers_.size());
  for (std::uint16_t shard = 0; shard < shard_count; ++shard) {
    const tlog::Checkpoint head = publishers_[shard]->head();
    if (head.size == anchored_sizes_[shard]) continue;
    anchored_sizes_[shard] = head.size;
    kill_point(KillPoint::anchor_before_submit);
    anchor_(shard, head);
  }
}

void PublicEvidence::publish() {
  for (const auto& publisher : publishers_) {
    if (const Status status = publisher->publish(); !status.ok()) {
      spdlog::error("no checkpoint could be published: {}", describe(status.error()));
    }
  }
}

}  // namespace clearspan::actors
