// The movements that a ledger may still show: which ones, in which txns, and until when. Pure; owned by the monitor.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/base/hash_table.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::actors {

using LegPtr = std::shared_ptr<const Leg>;  // into the trade's plan

class AwaitRegister {
 public:
  // Adds a txn that carries the movement, or extends what is known of it. `hold_key`: of the hold that a release or
  // refund ends, zero otherwise. A later not_after replaces an earlier one.
  // Nothing when an attempt as late as this one has ended: the asking and the end have crossed.
  void expect(const MovementKey& key, const HoldKey& hold_key, std::uint8_t attempt, const TxnId& txn,
              LedgerTime not_after);

  // Adds a hold that somebody else places, in a txn unknown to us.
  void expect_deposit(const MovementKey& key, LegPtr leg);

  // Whether this is the hold that somebody else was to place, on the exact terms.
  [[nodiscard]] bool is_deposit(const MovementKey& key, const Outcome& outcome) const;

  // The movement that an outcome is about: releases and refunds are found by their hold's key.
  [[nodiscard]] MovementKey key_of(const Outcome& outcome) const;

  // Whether the movement was signed by us in this txn. Only then is its failure a fact: anybody can write a failing
  // operation that bears our ref.
  [[nodiscard]] bool is_in(const MovementKey& key, const TxnId& txn) const;

  // The movements that were signed in this txn and are still expected.
  [[nodiscard]] std::vector<MovementKey> movements_in(const TxnId& txn) const;

  // What became of it is on record: it is no longer expected, and will not be again but for a later attempt.
  void end(const MovementKey& key);

  // Its trade is over; nothing about it is kept.
  void forget(const MovementKey& key);

  // Takes out and returns every movement whose validity ended before `time`.
  std::vector<MovementKey> take_dead(LedgerTime time);

  // Of all movements about which something is kept.
  [[nodiscard]] std::size_t size() const { return awaits_.size(); }

 private:
  // A movement that is expected, or has ended and may be asked for again.
  struct Await {
    MovementKey key;
    bool is_expected = false;
    std::uint8_t attempt = 0;
    std::optional<std::uint8_t> ended;  // the last attempt that has
    LedgerTime not_after;
    HoldKey hold_key;
    std::vector<TxnId> txns;
    LegPtr deposit;  // null for what we sign ourselves
  };

  struct OfHold {
    HoldKey hold;
    MovementKey movement;
  };

  struct TxnMovements {
    std::vector<MovementKey> keys;
    std::size_t expected = 0;  // of the keys, how many still are
  };

  [[nodiscard]] const Await* find_expected(const MovementKey& key) const;
  void expect_until(Await& await, LedgerTime not_after);
  void take_out(Await& await);

  HashTable<Await, &Await::key> awaits_;
  HashTable<OfHold, &OfHold::hold> by_hold_;
  std::unordered_map<TxnId, TxnMovements> by_txn_;
  std::map<LedgerTime, std::vector<MovementKey>> by_end_;  // may hold stale entries; the Await says what is true
};

}  // namespace clearspan::actors
