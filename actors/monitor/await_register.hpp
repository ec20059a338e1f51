// The movements that a ledger may still show: which ones, in which txns, and until when. Pure; owned by the monitor.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/chain/movement.hpp"

namespace clearspan::actors {

class AwaitRegister {
 public:
  // Adds a txn that carries the movement, or extends what is known of it. `hold_key`: of the hold that a release or
  // refund ends, zero otherwise. A later not_after replaces an earlier one.
  void expect(const MovementKey& key, const HoldKey& hold_key, const TxnId& txn, LedgerTime not_after);

  // Adds a movement that somebody else makes, in a txn unknown to us.
  void expect_deposit(const MovementKey& key, LedgerTime not_after);

  // The movement that an outcome is about: releases and refunds are found by their hold's key.
  [[nodiscard]] MovementKey key_of(const Outcome& outcome) const;

  // Whether the movement was signed by us in this txn. Only then is its failure a fact: anybody can write a failing
  // operation that bears our ref.
  [[nodiscard]] bool is_in(const MovementKey& key, const TxnId& txn) const;

  // The movements that were signed in this txn and are still expected.
  [[nodiscard]] std::vector<MovementKey> movements_in(const TxnId& txn) const;

  // The hold that this movement ends; zero when it ends none or is not expected.
  [[nodiscard]] HoldKey hold_key_of(const MovementKey& key) const;

  // No longer expected.
  void forget(const MovementKey& key);

  // Takes out and returns every movement whose validity ended before `time`.
  std::vector<MovementKey> take_dead(LedgerTime time);

  [[nodiscard]] std::size_t size() const { return awaits_.size(); }

 private:
  struct Await {
    LedgerTime not_after;
    HoldKey hold_key;
    std::vector<TxnId> txns;
  };

  struct TxnMovements {
    std::vector<MovementKey> keys;
    std::size_t expected = 0;  // of the keys, how many still are
  };

  Await& at(const MovementKey& key, LedgerTime not_after);

  std::unordered_map<MovementKey, Await> awaits_;
  std::unordered_map<HoldKey, MovementKey> by_hold_;
  std::unordered_map<TxnId, TxnMovements> by_txn_;
  std::map<LedgerTime, std::vector<MovementKey>> by_end_;  // may hold stale entries; the Await says what is true
};

}  // namespace clearspan::actors
