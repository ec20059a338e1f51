#include "actors/gateway/recent_keys.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "actors/gateway/limits.hpp"
#include "ledgers/this_thread.hpp"

namespace clearspan::gateway {

RecentKeys::RecentKeys(std::function<Status()> sync_index)
    : sync_index_(std::move(sync_index)), thread_([this] { run(); }) {}

RecentKeys::~RecentKeys() {
  stop();
}

void RecentKeys::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

RecentKeys::Turn RecentKeys::enter(const std::string& key, const Hash32& digest, const Reply& reply) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = entries_.try_emplace(key);
  Entry& entry = found->second;
  if (is_new && entries_.size() > kRecentKeysMax) {
    entries_.erase(found);
    return Turn::full;
  }
  if (is_new) {
    entry.digest = digest;
    return Turn::first;
  }
  if (entry.digest != digest) return Turn::conflict;
  if (!entry.is_in_flight) {
    entry.is_in_flight = true;
    return Turn::again;
  }
  if (entry.waiters.size() >= kWaitersPerKeyMax) return Turn::full;
  entry.waiters.push_back(reply);
  return Turn::waiting;
}

void RecentKeys::finish(const std::string& key, const transport::Response& answer, bool is_on_record) {
  std::vector<Reply> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    waiters = std::move(entry.waiters);
    if (is_on_record || entry.stamp != 0) {
      entry.waiters.clear();
      entry.is_in_flight = false;
      entry.stamp = ++answers_;
      answered_.push_back({key, entry.stamp});
    } else {
      entries_.erase(found);
    }
  }
  for (const Reply& waiter : waiters) waiter(replayed(answer));
}

void RecentKeys::run() {
  name_this_thread("gateway keys");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, std::chrono::milliseconds(kForgetInterval), [&] { return stopping_; });
    if (stopping_ || answered_.empty()) continue;
    const std::vector<Answered> keys = std::exchange(answered_, {});
    lock.unlock();
    const bool is_caught_up = sync_index_().ok();
    if (is_caught_up) forget(keys);
    lock.lock();
    if (!is_caught_up) answered_.insert(answered_.end(), keys.begin(), keys.end());
  }
}

// A key that was used again since has a later stamp, and is in a later list. In between, requests have their turn.
void RecentKeys::forget(std::span<const Answered> keys) {
  constexpr std::size_t kAtOnce = 1000;
  while (!keys.empty()) {
    const std::span<const Answered> some = keys.first(std::min(keys.size(), kAtOnce));
    keys = keys.subspan(some.size());
    const std::lock_guard lock(mutex_);
    for (const Answered& one : some) {
      const auto found = entries_.find(one.key);
      if (found == entries_.end() || found->second.is_in_flight || found->second.stamp != one.stamp) continue;
      entries_.erase(found);
    }
  }
}

transport::Response replayed(transport::Response answer) {
  constexpr std::string_view kField = "Idempotent-Replayed";
  const bool marked = std::any_of(answer.headers.begin(), answer.headers.end(),
                                  [&](const auto& header) { return header.first == kField; });
  if (answer.status < 300 && !marked) answer.headers.emplace_back(kField, "true");
  return answer;
}

}  // namespace clearspan::gateway
