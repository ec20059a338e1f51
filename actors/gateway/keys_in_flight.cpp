#include "actors/gateway/keys_in_flight.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "actors/gateway/limits.hpp"

namespace clearspan::gateway {

KeysInFlight::Turn KeysInFlight::enter(const std::string& key, const Hash32& digest, const Reply& reply) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= kKeysInFlightMax) return Turn::full;
    entries_.emplace(key, Entry{digest, {}});
    return Turn::first;
  }
  Entry& entry = found->second;
  if (entry.digest != digest) return Turn::conflict;
  if (entry.waiters.size() >= kWaitersPerKeyMax) return Turn::full;
  entry.waiters.push_back(reply);
  return Turn::waiting;
}

void KeysInFlight::finish(const std::string& key, const transport::Response& answer) {
  std::vector<Reply> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    waiters = std::move(found->second.waiters);
    entries_.erase(found);
  }
  for (const Reply& waiter : waiters) waiter(replayed(answer));
}

transport::Response replayed(transport::Response answer) {
  constexpr std::string_view kField = "Idempotent-Replayed";
  const bool marked = std::any_of(answer.headers.begin(), answer.headers.end(),
                                  [&](const auto& header) { return header.first == kField; });
  if (answer.status < 300 && !marked) answer.headers.emplace_back(kField, "true");
  return answer;
}

}  // namespace clearspan::gateway
