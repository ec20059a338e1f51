// The txns that wait for a block, and the ids of those that are in one. Thread-safe: senders add while a block is made.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "codecs/simulated/txn.hpp"
#include "core/base/result.hpp"

namespace clearspan::simulated {

// Memory of about 400 bytes per operation; a node with more waiting is behind and says so.
inline constexpr std::size_t kPoolOperationsMax = 1'000'000;

// A txn as it was handed over; the content's views point into `raw`.
struct PendingTxn {
  TxnId id;
  Bytes raw;
  TxnContent content;
  TxnSignature signature;
  Height not_before;         // a delayed txn waits for this height
  bool was_delayed = false;  // a txn is delayed once
};

using PendingTxnPtr = std::unique_ptr<PendingTxn>;

// Checks form and signature. Errors: txn_malformed, signature_invalid, too_large.
Result<PendingTxnPtr> parse_signed_txn(ByteView raw);

// parse_signed_txn for what has passed it before.
PendingTxnPtr restore_signed_txn(Bytes raw);

class Pool {
 public:
  // Success also when the txn is waiting or included already. `next` is the height of the next block. Errors:
  // movement_rejected when the txn has expired, overloaded.
  Status add(PendingTxnPtr txn, Height next);

  // Takes the txns that may be in the block of that height, oldest first, up to the limits of a block; forgets those
  // that have expired. What is taken stays known until one of the next three calls says what became of it.
  std::vector<PendingTxnPtr> take(Height height);

  // The txn is in a block from now on; its id is remembered until it expires.
  void mark_included(const TxnId& id, LedgerTime not_after);

  // The txn waits again, before all others.
  void put_back(PendingTxnPtr txn);

  // As if nobody had ever sent it.
  void forget(const TxnId& id);

  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::deque<PendingTxnPtr> waiting_;
  std::size_t waiting_operations_ = 0;
  std::unordered_map<TxnId, bool> known_;      // true: included
  std::multimap<LedgerTime, TxnId> expiries_;  // of included ones
};

}  // namespace clearspan::simulated
