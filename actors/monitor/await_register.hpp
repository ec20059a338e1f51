// The movements that a ledger may still show: which ones, in which txns, and until when. Pure; owned by the monitor.
//
//   deposits_   holds that somebody else is to place: one for each trade that waits for its payer, millions
//   legs_       what we have signed and what has ended, leg by leg: those that something happens to, thousands
//
// A deposit leaves the large table at its end; all that follows it is found in the small one.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/few.hpp"
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

  // Adds a hold that somebody else places, in a txn unknown to us. Nothing when it has ended.
  void expect_deposit(const OperationRef& ref, LegPtr leg);

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

  // The trade of this leg is over; nothing about the leg is kept.
  void forget(const OperationRef& ref);

  // Takes out and returns every movement whose validity ended before `time`.
  std::vector<MovementKey> take_dead(LedgerTime time);

  // What is kept about this leg, and about its hold unless the key is zero, comes nearer while something else is done:
  // first where, then what.
  void fetch_slots(const OperationRef& ref, const HoldKey& hold_key) const;
  void fetch_entries(const OperationRef& ref, const HoldKey& hold_key) const;

  // The same for the leg's deposit, and last what it must be.
  void fetch_deposit_slot(const OperationRef& ref) const { deposits_.fetch_slot(ref); }

  void fetch_deposit_entry(const OperationRef& ref) const { deposits_.fetch_entry(ref); }

  void fetch_deposit_terms(const OperationRef& ref) const;

  // And for whatever an outcome may be about: the hold that it ends, and what is kept about its leg.
  void fetch_hold_slot(const Outcome& outcome) const;
  void fetch_slots(const Outcome& outcome) const;
  void fetch_entries(const Outcome& outcome) const;
  void fetch_terms(const Outcome& outcome) const;

  // How many deposits, legs, holds and txns it keeps.
  [[nodiscard]] std::size_t size() const;

 private:
  static constexpr std::size_t kKinds = 4;

  struct Deposit {
    OperationRef ref;
    LegPtr leg;  // what the hold must be
  };

  // A txn of ours, as long as anything in it is expected.
  struct Txn {
    TxnId id;
    std::vector<MovementKey> movements;
    std::size_t expected = 0;  // of the movements, how many still are
  };

  // A movement that we have signed and that may still take effect.
  struct Await {
    MovementKind kind = MovementKind::hold;
    std::uint8_t attempt = 0;
    LedgerTime not_after;
    HoldKey hold_key;
    Few<Txn*> txns;  // several after a fee bump

    [[nodiscard]] bool is_in(const TxnId& txn) const;
  };

  struct LegAwaits {
    OperationRef ref;
    std::array<std::optional<std::uint8_t>, kKinds> ended;  // by kind: the last attempt that has
    Few<Await> expected;                                    // at most one of a kind
  };

  struct OfHold {
    HoldKey hold;
    OperationRef ref;
  };

  [[nodiscard]] const Await* find(const MovementKey& key) const;
  [[nodiscard]] std::optional<LedgerTime> end_of_validity(const MovementKey& key) const;
  void dies_after(const MovementKey& key, LedgerTime not_after);
  void take_out(const Await& await);

  HashTable<Deposit, &Deposit::ref> deposits_;
  HashTable<LegAwaits, &LegAwaits::ref> legs_;
  HashTable<OfHold, &OfHold::hold> by_hold_;
  HashTable<Txn, &Txn::id> txns_;
  std::map<LedgerTime, std::vector<MovementKey>> by_end_;  // may hold stale entries; the tables say what is true
};

}  // namespace clearspan::actors
