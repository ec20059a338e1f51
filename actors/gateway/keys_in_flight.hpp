// Requests with an Idempotency-Key that are being answered. The first one of a key does the work; its repeats wait and
// get the same answer. Once it is answered, the key is forgotten here: from then on the index knows its trades.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/gateway/reply.hpp"
#include "core/base/bytes.hpp"

namespace clearspan::gateway {

class KeysInFlight {
 public:
  enum class Turn : std::uint8_t {
    first,     // the caller does the work and calls finish()
    waiting,   // the reply was taken over and will be called with the first one's answer
    conflict,  // the key is in flight with another body
    full,      // too many keys, or too many repeats of this one
  };

  Turn enter(const std::string& key, const Hash32& digest, const Reply& reply);

  // Answers everybody who waits for the key.
  void finish(const std::string& key, const transport::Response& answer);

 private:
  struct Entry {
    Hash32 digest;
    std::vector<Reply> waiters;
  };

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

// The same answer, marked as given before where it is a success.
transport::Response replayed(transport::Response answer);

}  // namespace clearspan::gateway
