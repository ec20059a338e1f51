// The idempotency keys that were used lately. The first request of a key does the work; its repeats wait and get the
// same answer. An answered key stays here until the index is known to hold what was recorded under it:
//
//   enter ──▶ in flight ──▶ answered ──▶ forgotten         a thread here waits for the index, many keys at a time
//                │             └──▶ in flight (again)
//                └──▶ forgotten   (refused: nothing is on record)
//
// So of a key that is not here the index knows everything, and a new request need not wait for the index.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "actors/gateway/reply.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::gateway {

class RecentKeys {
 public:
  enum class Turn : std::uint8_t {
    first,     // the caller does the work and calls finish(); the index knows all that is on record under the key
    again,     // the same, but the index has to catch up first
    waiting,   // the reply was taken over and will be called with the first one's answer
    conflict,  // the key was used with another body
    full,      // too many keys, or too many repeats of this one
  };

  // `sync_index` waits until everything that is durable now is in the index.
  explicit RecentKeys(std::function<Status()> sync_index);

  // Stops, too.
  ~RecentKeys();
  RecentKeys(const RecentKeys&) = delete;
  RecentKeys& operator=(const RecentKeys&) = delete;

  Turn enter(const std::string& key, const Hash32& digest, const Reply& reply);

  // Answers everybody who waits for the key. `is_on_record`: something may have been recorded under it.
  void finish(const std::string& key, const transport::Response& answer, bool is_on_record);

  // Forgets nothing from now on, and looks at the index no more.
  void stop();

 private:
  struct Entry {
    Hash32 digest;
    std::vector<Reply> waiters;
    std::uint64_t stamp = 0;  // of the last answer; 0 before it
    bool is_in_flight = true;
  };

  struct Answered {
    std::string key;
    std::uint64_t stamp = 0;
  };

  void run();
  void forget(std::span<const Answered> keys);

  const std::function<Status()> sync_index_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::unordered_map<std::string, Entry> entries_;
  std::vector<Answered> answered_;  // not forgotten yet
  std::uint64_t answers_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

// The same answer, marked as given before where it is a success.
transport::Response replayed(transport::Response answer);

}  // namespace clearspan::gateway
