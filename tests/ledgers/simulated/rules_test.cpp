// What operations do, one by one, and with which reasons they fail.
#include <gtest/gtest.h>

#include "tests/ledgers/simulated/world.hpp"

namespace clearspan::simulated::testing {
namespace {

class SimulatedRules : public ::testing::Test {
 protected:
  std::string reason_of(const Movement& movement) {
    const Outcome outcome = ledger_.run_one(movement);
    EXPECT_FALSE(outcome.ok);
    EXPECT_TRUE(check_books(ledger_.ledger().books()).ok());
    return outcome.reason;
  }

  HoldKey hold(std::uint8_t trade, std::uint64_t amount, LedgerTime reclaim_after = kNever) {
    Movement movement = TestLedger::move(MovementKind::hold, trade, amount);
    movement.reclaim_after = reclaim_after;
    const Outcome outcome = ledger_.run_one(movement);
    EXPECT_TRUE(outcome.ok) << outcome.reason;
    return outcome.hold_key;
  }

  // The refund of a hold, signed by somebody else than the operator.
  Outcome refund_signed_by(const AccountId& signer, std::uint8_t trade, const HoldKey& key) {
    TxnHeader header;
    const crypto::Ed25519Signer key_of_signer(demo_key(signer));
    const std::string name = ledger_.ledger().genesis().ledger.text;
    header.ledger = name;
    header.signer = key_of_signer.public_key();
    header.salt = ++salt_;
    header.operation_count = 1;
    Operation operation;
    operation.kind = OperationKind::refund;
    operation.ref = TestLedger::ref(trade);
    operation.hold_key = key;
    Bytes raw;
    put_txn_header(raw, header);
    put_operation(raw, operation);
    const TxnSignature signature = key_of_signer.sign(txn_id_of(raw).view());
    raw.insert(raw.end(), signature.bytes.begin(), signature.bytes.end());
    EXPECT_TRUE(ledger_.ledger().submit(raw, TestLedger::kNow).ok());
    return ledger_.produce().at(0);
  }

  TestLedger ledger_;
  std::uint64_t salt_ = 0;
};

TEST_F(SimulatedRules, a_hold_moves_value_into_escrow) {
  hold(1, 300);
  EXPECT_EQ(ledger_.balance(kAlice), Amount(700));
  EXPECT_EQ(ledger_.balance({std::string(kEscrowAccount)}), Amount(300));
  EXPECT_EQ(ledger_.ledger().books().open_holds.size(), 1U);
}

TEST_F(SimulatedRules, a_release_pays_the_payee_of_the_hold_and_not_of_the_order) {
  const HoldKey key = hold(1, 300);
  Movement release = TestLedger::end(MovementKind::release, 1, key);
  release.to = kCarol;
  const Outcome outcome = ledger_.run_one(release);
  EXPECT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.to, kBob);
  EXPECT_EQ(outcome.amount, Amount(300));
  EXPECT_EQ(ledger_.balance(kBob), Amount(300));
  EXPECT_EQ(ledger_.balance(kCarol), Amount(0));
}

TEST_F(SimulatedRules, a_hold_ends_once) {
  const HoldKey key = hold(1, 300);
  EXPECT_TRUE(ledger_.run_one(TestLedger::end(MovementKind::refund, 1, key)).ok);
  EXPECT_EQ(reason_of(TestLedger::end(MovementKind::release, 1, key)), "hold_not_open");
  EXPECT_EQ(reason_of(TestLedger::end(MovementKind::refund, 1, key)), "hold_not_open");
  EXPECT_EQ(ledger_.balance(kAlice), Amount(1000));
}

TEST_F(SimulatedRules, release_and_refund_of_one_hold_in_one_batch_end_it_once) {
  const HoldKey key = hold(1, 300);
  const auto outcomes =
      ledger_.run({TestLedger::end(MovementKind::refund, 1, key), TestLedger::end(MovementKind::release, 1, key)});
  EXPECT_TRUE(outcomes[0].ok);
  EXPECT_FALSE(outcomes[1].ok);
  EXPECT_EQ(ledger_.balance(kBob), Amount(0));
}

TEST_F(SimulatedRules, a_batch_is_not_atomic) {
  const auto outcomes =
      ledger_.run({TestLedger::move(MovementKind::payment, 1, 600), TestLedger::move(MovementKind::payment, 2, 600),
                   TestLedger::move(MovementKind::payment, 3, 400)});
  EXPECT_TRUE(outcomes[0].ok);
  EXPECT_EQ(outcomes[1].reason, "insufficient_funds");
  EXPECT_TRUE(outcomes[2].ok);
}

TEST_F(SimulatedRules, a_payment_with_a_used_ref_fails) {
  EXPECT_TRUE(ledger_.run_one(TestLedger::move(MovementKind::payment, 1, 5)).ok);
  EXPECT_EQ(reason_of(TestLedger::move(MovementKind::payment, 1, 6)), "duplicate_ref");
}

TEST_F(SimulatedRules, a_failed_payment_does_not_use_up_its_ref) {
  EXPECT_EQ(reason_of(TestLedger::move(MovementKind::payment, 1, 5000)), "insufficient_funds");
  EXPECT_TRUE(ledger_.run_one(TestLedger::move(MovementKind::payment, 1, 5)).ok);
}

TEST_F(SimulatedRules, a_hold_and_a_payment_may_share_a_ref) {
  hold(1, 5);
  EXPECT_TRUE(ledger_.run_one(TestLedger::move(MovementKind::payment, 1, 5)).ok);
}

TEST_F(SimulatedRules, whatever_does_not_exist_is_a_reason) {
  Movement movement = TestLedger::move(MovementKind::payment, 1, 5);
  movement.asset = {"XXX"};
  EXPECT_EQ(reason_of(movement), "unknown_asset");
  movement = TestLedger::move(MovementKind::payment, 1, 5);
  movement.to = {"nobody"};
  EXPECT_EQ(reason_of(movement), "unknown_account");
  movement.to = {std::string(kEscrowAccount)};
  EXPECT_EQ(reason_of(movement), "unknown_account");
  EXPECT_EQ(reason_of(TestLedger::move(MovementKind::hold, 1, 0)), "amount_zero");
  EXPECT_EQ(reason_of(TestLedger::end(MovementKind::release, 1, HoldKey{})), "hold_not_open");
}

TEST_F(SimulatedRules, an_operation_past_its_own_time_fails_as_expired) {
  Movement movement = TestLedger::move(MovementKind::payment, 1, 5);
  movement.not_after = {1};
  ledger_.produce();
  EXPECT_EQ(reason_of(movement), "expired");
  movement.ref = TestLedger::ref(2);
  movement.not_after = {3};  // the height of the next block
  EXPECT_TRUE(ledger_.run_one(movement).ok);
}

TEST_F(SimulatedRules, only_the_key_of_the_payer_moves_its_value) {
  Bytes raw;
  const crypto::Ed25519Signer bob(demo_key(kBob));
  TxnHeader header{"a-coin", bob.public_key(), 0, kNever, 1};
  Operation steal;
  steal.kind = OperationKind::payment;
  steal.ref = TestLedger::ref(1);
  steal.asset = "ACN";
  steal.amount_digits = "10";
  steal.from = "alice";
  steal.to = "bob";
  put_txn_header(raw, header);
  put_operation(raw, steal);
  const TxnSignature signature = bob.sign(txn_id_of(raw).view());
  raw.insert(raw.end(), signature.bytes.begin(), signature.bytes.end());
  ASSERT_TRUE(ledger_.ledger().submit(raw, TestLedger::kNow).ok());
  EXPECT_EQ(ledger_.produce().at(0).reason, "not_authorised");
}

TEST_F(SimulatedRules, an_anchor_needs_the_key_of_an_account_and_moves_nothing) {
  Operation anchor;
  anchor.kind = OperationKind::anchor;
  anchor.ref = TestLedger::ref(1);
  const Amount before = ledger_.balance(kAlice);
  for (const char* name : {"alice", "nobody"}) {
    Bytes raw;
    const crypto::Ed25519Signer signer(demo_key({name}));
    put_txn_header(raw, {"a-coin", signer.public_key(), 0, kNever, 1});
    put_operation(raw, anchor);
    const TxnId id = txn_id_of(raw);
    const TxnSignature signature = signer.sign(id.view());
    raw.insert(raw.end(), signature.bytes.begin(), signature.bytes.end());
    ASSERT_TRUE(ledger_.ledger().submit(raw, TestLedger::kNow).ok());
    EXPECT_TRUE(ledger_.produce().empty());  // of outcomes
    const Height newest = ledger_.ledger().head(TestLedger::kNow).value().number;
    const auto json = ledger_.ledger().block(newest, TestLedger::kNow).value();
    const bool is_refused = json->find(R"("results":["not_authorised"])") != std::string::npos;
    EXPECT_EQ(is_refused, std::string(name) == "nobody");
    EXPECT_EQ(json->find(R"("results":[1])") != std::string::npos, !is_refused);
  }
  EXPECT_EQ(ledger_.balance(kAlice), before);
}

TEST_F(SimulatedRules, only_the_operator_releases) {
  const HoldKey key = hold(1, 10);
  EXPECT_EQ(refund_signed_by(kBob, 1, key).reason, "not_authorised");
  EXPECT_EQ(refund_signed_by(kAlice, 1, key).reason, "not_reclaimable");
}

TEST_F(SimulatedRules, the_payer_takes_back_after_the_time_that_the_hold_states) {
  const HoldKey key = hold(1, 10, {3});
  ledger_.produce();
  EXPECT_EQ(refund_signed_by(kAlice, 1, key).reason, "not_reclaimable");  // in block 3
  ledger_.produce();
  const Outcome reclaimed = refund_signed_by(kAlice, 1, key);
  EXPECT_TRUE(reclaimed.ok) << reclaimed.reason;
  EXPECT_TRUE(reclaimed.reclaimed);
  EXPECT_EQ(ledger_.balance(kAlice), Amount(1000));
  EXPECT_EQ(ledger_.ledger().effects().at(0).reclaims, 1U);
}

TEST_F(SimulatedRules, a_payer_takes_back_only_under_the_ref_of_its_hold) {
  const HoldKey key = hold(1, 10, {0});
  ledger_.produce();
  EXPECT_EQ(refund_signed_by(kAlice, 2, key).reason, "hold_mismatch");
}

TEST_F(SimulatedRules, the_operator_may_end_a_hold_under_a_ref_of_its_own) {
  const HoldKey key = hold(1, 10);
  const Outcome refunded = ledger_.run_one(TestLedger::end(MovementKind::refund, 2, key));
  EXPECT_TRUE(refunded.ok) << refunded.reason;
  EXPECT_EQ(refunded.ref, TestLedger::ref(2));
  EXPECT_EQ(ledger_.ledger().effects().at(0).refunds, 1U);  // counted under the hold's ref
}

TEST_F(SimulatedRules, a_payer_takes_back_only_under_the_ref_of_the_hold) {
  const HoldKey key = hold(1, 10, {0});
  EXPECT_EQ(refund_signed_by(kAlice, 2, key).reason, "hold_mismatch");
  EXPECT_TRUE(refund_signed_by(kAlice, 1, key).ok);
}

TEST_F(SimulatedRules, effects_are_counted_by_ref) {
  const HoldKey key = hold(1, 10);
  hold(1, 11);
  ledger_.run_one(TestLedger::end(MovementKind::release, 1, key));
  ledger_.run_one(TestLedger::move(MovementKind::payment, 2, 4));
  const auto effects = ledger_.ledger().effects();
  ASSERT_EQ(effects.size(), 2U);
  EXPECT_EQ(effects[0], (RefEffects{TestLedger::ref(1), 2, 0, 1, 0, 0}));
  EXPECT_EQ(effects[1], (RefEffects{TestLedger::ref(2), 0, 1, 0, 0, 0}));
}

TEST_F(SimulatedRules, balances_of_earlier_heights_stay_known) {
  for (std::uint8_t i = 1; i <= 100; ++i) ledger_.run_one(TestLedger::move(MovementKind::payment, i, 1));
  for (std::uint64_t height = 0; height <= 100; ++height) {
    EXPECT_EQ(*ledger_.ledger().balance("alice", "ACN", {height}, TestLedger::kNow), Amount(1000 - height));
  }
  const auto future = ledger_.ledger().balance("alice", "ACN", {101}, TestLedger::kNow);
  ASSERT_FALSE(future.ok());
  EXPECT_EQ(future.error().code, ErrorCode::block_unavailable);
}

TEST_F(SimulatedRules, balances_of_long_ago_are_refused_and_never_guessed) {
  ledger_.run_one(TestLedger::move(MovementKind::payment, 1, 1));
  for (std::uint64_t i = 0; i < kBalanceHistoryBlocks + 10; ++i) ledger_.ledger().produce();
  const auto old = ledger_.ledger().balance("alice", "ACN", {1}, TestLedger::kNow);
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().code, ErrorCode::block_unavailable);
  EXPECT_EQ(*ledger_.ledger().balance("alice", "ACN", {100}, TestLedger::kNow), Amount(999));
}

}  // namespace
}  // namespace clearspan::simulated::testing
