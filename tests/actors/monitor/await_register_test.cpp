#include "actors/monitor/await_register.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clearspan::actors {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

template <class Id>
Id id_of(std::uint8_t byte) {
  Id id;
  id.bytes.fill(byte);
  return id;
}

MovementKey key_of_ref(std::uint8_t ref, MovementKind kind) {
  return {id_of<OperationRef>(ref), kind};
}

Leg leg_until(LedgerTime not_after) {
  Leg leg;
  leg.placement = Placement::payer;
  leg.asset = AssetId{"ACN"};
  leg.amount = Amount(5);
  leg.payer = AccountId{"alice"};
  leg.payee = AccountId{"bob"};
  leg.not_after = not_after;
  leg.reclaim_after = kNever;
  return leg;
}

Outcome hold_for(const MovementKey& key, const Leg& leg) {
  Outcome hold;
  hold.ref = key.ref;
  hold.kind = key.kind;
  hold.ok = true;
  hold.asset = leg.asset;
  hold.amount = leg.amount;
  hold.from = leg.payer;
  hold.to = leg.payee;
  hold.hold_key = id_of<HoldKey>(5);
  hold.reclaim_after = leg.reclaim_after;
  return hold;
}

TEST(AwaitRegister, a_movement_is_dead_only_after_its_last_ledger_time) {
  AwaitRegister awaits;
  const MovementKey pivot = key_of_ref(1, MovementKind::payment);
  awaits.expect(pivot, {}, 0, id_of<TxnId>(9), LedgerTime{10});
  EXPECT_THAT(awaits.take_dead(LedgerTime{10}), IsEmpty());
  EXPECT_THAT(awaits.take_dead(LedgerTime{11}), ElementsAre(pivot));
  EXPECT_THAT(awaits.take_dead(LedgerTime{12}), IsEmpty());
}

TEST(AwaitRegister, a_movement_whose_outcome_was_seen_never_dies) {
  AwaitRegister awaits;
  const MovementKey pivot = key_of_ref(1, MovementKind::payment);
  awaits.expect(pivot, {}, 0, id_of<TxnId>(9), LedgerTime{10});
  awaits.forget(pivot.ref);
  EXPECT_THAT(awaits.take_dead(LedgerTime{99}), IsEmpty());
  EXPECT_EQ(awaits.size(), 0U);
}

TEST(AwaitRegister, a_second_txn_with_a_later_end_keeps_the_movement_alive) {
  AwaitRegister awaits;
  const MovementKey release = key_of_ref(1, MovementKind::release);
  awaits.expect(release, id_of<HoldKey>(5), 0, id_of<TxnId>(8), LedgerTime{10});
  awaits.expect(release, id_of<HoldKey>(5), 0, id_of<TxnId>(9), LedgerTime{20});
  EXPECT_THAT(awaits.take_dead(LedgerTime{15}), IsEmpty());
  EXPECT_TRUE(awaits.is_in(release, id_of<TxnId>(8)));
  EXPECT_THAT(awaits.take_dead(LedgerTime{21}), ElementsAre(release));
}

TEST(AwaitRegister, a_movement_without_an_end_never_dies) {
  AwaitRegister awaits;
  awaits.expect(key_of_ref(1, MovementKind::refund), id_of<HoldKey>(5), 0, id_of<TxnId>(9), kNever);
  EXPECT_THAT(awaits.take_dead(LedgerTime{std::numeric_limits<std::uint64_t>::max() - 1}), IsEmpty());
}

TEST(AwaitRegister, a_failure_in_a_txn_that_was_not_ours_is_not_recognised) {
  AwaitRegister awaits;
  const MovementKey pivot = key_of_ref(1, MovementKind::payment);
  awaits.expect(pivot, {}, 0, id_of<TxnId>(9), LedgerTime{10});
  EXPECT_FALSE(awaits.is_in(pivot, id_of<TxnId>(7)));
  EXPECT_FALSE(awaits.is_in(key_of_ref(2, MovementKind::payment), id_of<TxnId>(9)));
  EXPECT_TRUE(awaits.is_in(pivot, id_of<TxnId>(9)));
}

TEST(AwaitRegister, the_ending_of_a_returned_hold_is_found_by_the_holds_key_whatever_its_ref) {
  AwaitRegister awaits;
  const MovementKey refund = key_of_ref(1, MovementKind::refund);
  awaits.expect(refund, id_of<HoldKey>(5), 0, id_of<TxnId>(9), kNever);
  Outcome outcome;
  outcome.ref = id_of<OperationRef>(77);
  outcome.kind = MovementKind::refund;
  outcome.hold_key = id_of<HoldKey>(5);
  EXPECT_EQ(awaits.key_of(outcome), refund);
  outcome.hold_key = id_of<HoldKey>(6);
  EXPECT_EQ(awaits.key_of(outcome).ref, id_of<OperationRef>(77));
}

TEST(AwaitRegister, all_movements_of_a_txn_are_found_until_they_are_forgotten) {
  AwaitRegister awaits;
  const MovementKey first = key_of_ref(1, MovementKind::payment);
  const MovementKey second = key_of_ref(2, MovementKind::payment);
  awaits.expect(first, {}, 0, id_of<TxnId>(9), kNever);
  awaits.expect(second, {}, 0, id_of<TxnId>(9), kNever);
  EXPECT_THAT(awaits.movements_in(id_of<TxnId>(9)), UnorderedElementsAre(first, second));
  awaits.forget(first.ref);
  EXPECT_THAT(awaits.movements_in(id_of<TxnId>(9)), ElementsAre(second));
  awaits.forget(second.ref);
  EXPECT_THAT(awaits.movements_in(id_of<TxnId>(9)), IsEmpty());
}

TEST(AwaitRegister, a_deposit_is_waited_for_without_a_txn) {
  AwaitRegister awaits;
  const MovementKey hold = key_of_ref(3, MovementKind::hold);
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg_until(LedgerTime{4})));
  EXPECT_FALSE(awaits.is_in(hold, TxnId{}));
  EXPECT_THAT(awaits.take_dead(LedgerTime{5}), ElementsAre(hold));
}

TEST(AwaitRegister, an_attempt_that_ended_is_not_expected_again_and_a_later_one_is) {
  AwaitRegister awaits;
  const MovementKey refund = key_of_ref(1, MovementKind::refund);
  awaits.expect(refund, id_of<HoldKey>(5), 0, id_of<TxnId>(9), LedgerTime{10});
  awaits.end(refund);
  awaits.expect(refund, id_of<HoldKey>(5), 0, id_of<TxnId>(9), LedgerTime{10});
  EXPECT_THAT(awaits.take_dead(LedgerTime{11}), IsEmpty());
  awaits.expect(refund, id_of<HoldKey>(5), 1, id_of<TxnId>(8), LedgerTime{20});
  EXPECT_THAT(awaits.take_dead(LedgerTime{21}), ElementsAre(refund));
}

TEST(AwaitRegister, nothing_is_kept_of_a_trade_that_is_over) {
  AwaitRegister awaits;
  const MovementKey pivot = key_of_ref(1, MovementKind::payment);
  awaits.expect(pivot, {}, 0, id_of<TxnId>(9), LedgerTime{10});
  awaits.end(pivot);
  awaits.forget(pivot.ref);
  awaits.expect(pivot, {}, 0, id_of<TxnId>(9), LedgerTime{10});
  EXPECT_THAT(awaits.take_dead(LedgerTime{11}), ElementsAre(pivot));
}

TEST(AwaitRegister, a_hold_of_its_payer_is_the_one_awaited_only_on_the_exact_terms) {
  AwaitRegister awaits;
  const MovementKey hold = key_of_ref(1, MovementKind::hold);
  const Leg leg = leg_until(LedgerTime{4});
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg));
  Outcome placed = hold_for(hold, leg);
  EXPECT_TRUE(awaits.is_deposit(hold, placed));
  placed.amount = Amount(4);
  EXPECT_FALSE(awaits.is_deposit(hold, placed));
}

// --- Several movements of one leg, several txns of one movement ---

TEST(AwaitRegister, each_kind_of_a_leg_is_expected_and_ends_for_itself) {
  AwaitRegister awaits;
  const MovementKey hold = key_of_ref(1, MovementKind::hold);
  const MovementKey refund = key_of_ref(1, MovementKind::refund);
  awaits.expect(hold, {}, 0, id_of<TxnId>(8), LedgerTime{10});
  awaits.expect(refund, id_of<HoldKey>(5), 0, id_of<TxnId>(9), LedgerTime{20});
  EXPECT_FALSE(awaits.is_in(hold, id_of<TxnId>(9)));
  EXPECT_FALSE(awaits.is_in(refund, id_of<TxnId>(8)));
  awaits.end(hold);
  EXPECT_FALSE(awaits.is_in(hold, id_of<TxnId>(8)));
  EXPECT_TRUE(awaits.is_in(refund, id_of<TxnId>(9)));
  EXPECT_THAT(awaits.take_dead(LedgerTime{11}), IsEmpty());
  EXPECT_THAT(awaits.take_dead(LedgerTime{21}), ElementsAre(refund));
}

TEST(AwaitRegister, the_end_of_one_kind_does_not_stand_for_another) {
  AwaitRegister awaits;
  const MovementKey release = key_of_ref(1, MovementKind::release);
  const MovementKey refund = key_of_ref(1, MovementKind::refund);
  awaits.expect(release, id_of<HoldKey>(5), 1, id_of<TxnId>(8), kNever);
  awaits.end(release);
  awaits.expect(refund, id_of<HoldKey>(5), 0, id_of<TxnId>(9), kNever);
  EXPECT_TRUE(awaits.is_in(refund, id_of<TxnId>(9)));
  awaits.expect(release, id_of<HoldKey>(5), 1, id_of<TxnId>(7), kNever);
  EXPECT_FALSE(awaits.is_in(release, id_of<TxnId>(7)));
}

TEST(AwaitRegister, a_later_attempt_that_is_expected_beside_the_first_ends_with_it) {
  AwaitRegister awaits;
  const MovementKey release = key_of_ref(1, MovementKind::release);
  awaits.expect(release, id_of<HoldKey>(5), 1, id_of<TxnId>(9), LedgerTime{20});
  awaits.expect(release, id_of<HoldKey>(5), 0, id_of<TxnId>(8), LedgerTime{10});
  awaits.end(release);
  awaits.expect(release, id_of<HoldKey>(5), 1, id_of<TxnId>(9), LedgerTime{20});
  EXPECT_THAT(awaits.take_dead(LedgerTime{21}), IsEmpty());
}

TEST(AwaitRegister, the_end_of_a_movement_takes_it_out_of_each_of_its_txns) {
  const std::vector txns = {id_of<TxnId>(7), id_of<TxnId>(8), id_of<TxnId>(9)};
  AwaitRegister awaits;
  const MovementKey first = key_of_ref(1, MovementKind::payment);
  const MovementKey second = key_of_ref(2, MovementKind::payment);
  for (const TxnId& txn : txns) {
    awaits.expect(first, {}, 0, txn, kNever);
    awaits.expect(second, {}, 0, txn, kNever);
  }
  awaits.end(first);
  for (const TxnId& txn : txns) {
    EXPECT_FALSE(awaits.is_in(first, txn));
    EXPECT_THAT(awaits.movements_in(txn), ElementsAre(second));
  }
  awaits.end(second);
  for (const TxnId& txn : txns) EXPECT_THAT(awaits.movements_in(txn), IsEmpty());
}

TEST(AwaitRegister, a_txn_that_is_told_of_twice_carries_its_movement_once) {
  AwaitRegister awaits;
  const MovementKey pivot = key_of_ref(1, MovementKind::payment);
  awaits.expect(pivot, {}, 0, id_of<TxnId>(9), kNever);
  awaits.expect(pivot, {}, 0, id_of<TxnId>(9), kNever);
  EXPECT_THAT(awaits.movements_in(id_of<TxnId>(9)), ElementsAre(pivot));
  awaits.forget(pivot.ref);
  EXPECT_EQ(awaits.size(), 0U);
}

TEST(AwaitRegister, all_that_is_known_of_a_leg_is_forgotten_together) {
  AwaitRegister awaits;
  const Leg leg = leg_until(LedgerTime{4});
  const MovementKey hold = key_of_ref(1, MovementKind::hold);
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg));
  awaits.expect(key_of_ref(1, MovementKind::release), id_of<HoldKey>(5), 0, id_of<TxnId>(8), kNever);
  awaits.expect(key_of_ref(1, MovementKind::refund), id_of<HoldKey>(6), 0, id_of<TxnId>(9), kNever);
  awaits.forget(hold.ref);
  EXPECT_EQ(awaits.size(), 0U);
  EXPECT_THAT(awaits.take_dead(LedgerTime{5}), IsEmpty());
}

TEST(AwaitRegister, a_deposit_that_ended_is_not_waited_for_again) {
  AwaitRegister awaits;
  const Leg leg = leg_until(LedgerTime{4});
  const MovementKey hold = key_of_ref(1, MovementKind::hold);
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg));
  awaits.end(hold);
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg));
  EXPECT_FALSE(awaits.is_deposit(hold, hold_for(hold, leg)));
  EXPECT_THAT(awaits.take_dead(LedgerTime{5}), IsEmpty());
  awaits.forget(hold.ref);
  EXPECT_EQ(awaits.size(), 0U);
}

TEST(AwaitRegister, a_deposit_that_is_asked_for_twice_dies_once_and_in_its_time) {
  AwaitRegister awaits;
  const MovementKey hold = key_of_ref(1, MovementKind::hold);
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg_until(LedgerTime{4})));
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg_until(LedgerTime{6})));
  EXPECT_THAT(awaits.take_dead(LedgerTime{6}), IsEmpty());
  EXPECT_THAT(awaits.take_dead(LedgerTime{7}), ElementsAre(hold));
  EXPECT_THAT(awaits.take_dead(LedgerTime{8}), IsEmpty());
}

TEST(AwaitRegister, only_a_hold_ends_the_wait_for_a_deposit) {
  AwaitRegister awaits;
  const Leg leg = leg_until(LedgerTime{4});
  const MovementKey hold = key_of_ref(1, MovementKind::hold);
  const MovementKey refund = key_of_ref(1, MovementKind::refund);
  awaits.expect_deposit(hold.ref, std::make_shared<const Leg>(leg));
  EXPECT_FALSE(awaits.is_deposit(refund, hold_for(refund, leg)));
  awaits.end(refund);
  EXPECT_TRUE(awaits.is_deposit(hold, hold_for(hold, leg)));
}

}  // namespace
}  // namespace clearspan::actors
