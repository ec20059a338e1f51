#include "tests/actors/gateway/recording_engine.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace clearspan::gateway {
namespace {

evidence::LogIdentity identity() {
  evidence::LogIdentity identity;
  identity.name = "shard-0";
  identity.engine.bytes.fill(0x42);
  return identity;
}

}  // namespace

RecordingEngine::RecordingEngine(const std::string& folder, std::vector<LedgerStatus> ledgers)
    : disk_(evidence::make_posix_disk()), ledgers_(std::move(ledgers)) {
  const std::string log_folder = folder + "/shard-0";
  evidence::LogOptions options;
  options.identity = identity();
  const auto ignore = [](const evidence::RecordRef&) -> Status { return Done{}; };
  const auto offer = [this](const evidence::DurableGroup& group) { index_->offer(0, group); };
  auto log = evidence::Log::open(*disk_, log_folder, options, ignore, offer);
  if (!log.ok()) throw std::runtime_error(describe(log.error()));
  log_ = std::move(log).value();
  auto index = evidence::TradeIndex::open(*disk_, {folder + "/index", {{log_folder, identity(), log_->durable()}}});
  if (!index.ok()) throw std::runtime_error(describe(index.error()));
  index_ = std::move(index).value();
  signer_ = std::make_unique<crypto::Ed25519Signer>(crypto::SecretKey(std::array<std::uint8_t, 32>{7}));
  auto publisher = evidence::Publisher::open(*disk_, log_folder, identity(), *log_, *signer_);
  if (!publisher.ok()) throw std::runtime_error(describe(publisher.error()));
  publisher_ = std::move(publisher).value();
  archive_ = std::make_unique<evidence::Archive>(
      *disk_, *index_, std::vector<evidence::ArchivedLog>{{log_folder, identity(), log_.get(), publisher_.get()}});
}

RecordingEngine::~RecordingEngine() {
  release_held();
  log_->close();
}

void RecordingEngine::record(const std::vector<evidence::Record>& records) {
  evidence::EncodedGroup group;
  for (const evidence::Record& record : records) group.add(record);
  const std::lock_guard lock(mutex_);
  const auto sequence = log_->append(group);
  if (!sequence.ok()) throw std::runtime_error(describe(sequence.error()));
  while (log_->step()) {
  }
}

void RecordingEngine::create(std::vector<NewTrade> trades, CreateCallback done) {
  ++calls;
  std::vector<evidence::Record> records;
  std::vector<Result<TradeId>> results;
  for (NewTrade& trade : trades) {
    if (results.size() >= refuses_from) {
      results.emplace_back(make_error(ErrorCode::overloaded, "no credit left"));
      continue;
    }
    ++created;
    const Timestamp at = trade.plan.created;
    results.emplace_back(trade.plan.id);
    records.push_back({at, evidence::TradeCreated{std::move(trade.plan), trade.idempotency_key, trade.request_digest,
                                                  trade.request_item}});
  }
  if (!records.empty()) record(records);
  auto answer = [done = std::move(done), results = std::move(results)] { done(results); };
  if (!holds_creations) return answer();
  const std::lock_guard lock(mutex_);
  held_.emplace_back(std::move(answer));
}

void RecordingEngine::release_held() {
  std::vector<std::function<void()>> held;
  {
    const std::lock_guard lock(mutex_);
    held.swap(held_);
  }
  for (const auto& answer : held) answer();
}

void RecordingEngine::cancel(const TradeId&, StatusCallback done) {
  done(cancel_answer);
}

std::vector<LedgerStatus> RecordingEngine::ledgers() const {
  const std::lock_guard lock(mutex_);
  return ledgers_;
}

void RecordingEngine::set_ledger(std::size_t which, const LedgerStatus& status) {
  const std::lock_guard lock(mutex_);
  ledgers_[which] = status;
}

EngineStats RecordingEngine::stats() const {
  EngineStats stats;
  stats.created = created;
  stats.live = created;
  stats.records_durable = log_->durable().sequence;
  stats.writes.counts[0] = 5;
  stats.writes.counts[3] = 2;
  stats.writes.counts.back() = 1;
  stats.writes.sum = std::chrono::milliseconds{2500};
  stats.in_memory = {1, 2, 3, 4};
  return stats;
}

Status RecordingEngine::sync_index(Millis timeout) {
  if (!index_lags && index_->wait_for(0, log_->durable().sequence, timeout)) return Done{};
  return make_error(ErrorCode::not_ready, "the index is behind the log");
}

}  // namespace clearspan::gateway
