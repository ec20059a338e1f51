// Submission, inclusion, finality's ground, reorganisations and faults.
#include <gtest/gtest.h>

#include "tests/ledgers/simulated/world.hpp"

namespace clearspan::simulated::testing {
namespace {

class SimulatedLedger : public ::testing::Test {
 protected:
  ErrorCode refused(const Bytes& raw) {
    const auto submitted = ledger_.ledger().submit(raw, TestLedger::kNow);
    EXPECT_FALSE(submitted.ok());
    return submitted.ok() ? ErrorCode::not_found : submitted.error().code;
  }

  Status add_rule(FaultAction action, const AccountId& account) {
    FaultRule rule;
    rule.action = action;
    rule.account = account;
    rule.delay_blocks = 3;
    return ledger_.ledger().add_fault(rule);
  }

  TestLedger ledger_;
};

Movement payment(std::uint8_t trade, std::uint64_t amount) {
  return TestLedger::move(MovementKind::payment, trade, amount);
}

TEST_F(SimulatedLedger, the_same_bytes_are_included_once) {
  const SignedTxn txn = ledger_.submit({payment(1, 5)});
  ASSERT_TRUE(ledger_.ledger().submit(txn.raw, TestLedger::kNow).ok());
  EXPECT_EQ(ledger_.produce().size(), 1U);
  ASSERT_TRUE(ledger_.ledger().submit(txn.raw, TestLedger::kNow).ok());
  EXPECT_TRUE(ledger_.produce().empty());
}

TEST_F(SimulatedLedger, refuses_a_txn_whose_signature_or_content_was_altered) {
  const SignedTxn txn = ledger_.sign({payment(1, 5)}, kAlice, kNever, 0);
  Bytes bad = txn.raw;
  bad.back() ^= 1;
  EXPECT_EQ(refused(bad), ErrorCode::signature_invalid);
  bad = txn.raw;
  bad[70] ^= 1;  // in the ref
  EXPECT_EQ(refused(bad), ErrorCode::signature_invalid);
  EXPECT_EQ(refused(Bytes(10)), ErrorCode::txn_malformed);
  EXPECT_EQ(refused(Bytes(200)), ErrorCode::txn_malformed);
  EXPECT_EQ(refused(Bytes(3u << 20)), ErrorCode::too_large);
  EXPECT_EQ(ledger_.ledger().waiting_txns(), 0U);
}

TEST_F(SimulatedLedger, refuses_a_txn_for_another_ledger) {
  Genesis other = test_genesis();
  other.ledger = {"b-coin"};
  const TestLedger elsewhere(other);
  EXPECT_EQ(refused(elsewhere.sign({payment(1, 5)}, kAlice, kNever, 0).raw), ErrorCode::unknown_ledger);
}

TEST_F(SimulatedLedger, never_includes_a_txn_past_its_validity) {
  ledger_.submit({payment(1, 5)}, {1});
  EXPECT_EQ(ledger_.produce().size(), 1U);  // block 1
  const SignedTxn late = ledger_.sign({payment(2, 5)}, kAlice, {1}, 0);
  EXPECT_EQ(refused(late.raw), ErrorCode::movement_rejected);
}

TEST_F(SimulatedLedger, blocks_link_and_their_times_never_go_back) {
  const auto first = ledger_.block(ledger_.ledger().produce().number);
  ledger_.clock().advance(Millis(-5000));
  const auto second = ledger_.block(ledger_.ledger().produce().number);
  EXPECT_EQ(second.parent, first.hash);
  EXPECT_GE(second.timestamp, first.timestamp);
  EXPECT_EQ(first.parent, ledger_.block({0}).hash);
}

TEST_F(SimulatedLedger, a_reorganisation_takes_effects_back_and_includes_the_txns_again) {
  ledger_.produce();
  ledger_.submit({payment(1, 5)});
  const Head before = ledger_.ledger().produce();
  ASSERT_TRUE(ledger_.ledger().reorganise(1, ReorganisedTxns::returned).ok());
  const Head after = ledger_.ledger().true_head();
  EXPECT_EQ(after.number, before.number);
  EXPECT_NE(after.hash, before.hash);
  EXPECT_EQ(ledger_.block(after.number).outcomes.size(), 1U);
  EXPECT_EQ(ledger_.balance(kBob), Amount(5));
  EXPECT_EQ(ledger_.ledger().effects().at(0).payments, 1U);
}

TEST_F(SimulatedLedger, a_reorganisation_can_lose_txns_which_may_then_come_again) {
  const SignedTxn txn = ledger_.submit({payment(1, 5), TestLedger::move(MovementKind::hold, 2, 7)});
  ledger_.produce();
  ledger_.produce();
  ASSERT_TRUE(ledger_.ledger().reorganise(2, ReorganisedTxns::dropped).ok());
  EXPECT_EQ(ledger_.balance(kAlice), Amount(1000));
  EXPECT_TRUE(ledger_.ledger().effects().empty());
  EXPECT_TRUE(ledger_.ledger().books().open_holds.empty());
  EXPECT_TRUE(ledger_.block({1}).outcomes.empty());
  ASSERT_TRUE(ledger_.ledger().submit(txn.raw, TestLedger::kNow).ok());
  EXPECT_EQ(ledger_.produce().size(), 2U);
}

TEST_F(SimulatedLedger, a_reorganisation_reopens_the_holds_that_were_ended) {
  const HoldKey key = ledger_.run_one(TestLedger::move(MovementKind::hold, 1, 100)).hold_key;
  ledger_.run_one(TestLedger::end(MovementKind::release, 1, key));
  ASSERT_TRUE(ledger_.ledger().reorganise(1, ReorganisedTxns::dropped).ok());
  ASSERT_EQ(ledger_.ledger().books().open_holds.size(), 1U);
  EXPECT_TRUE(check_books(ledger_.ledger().books()).ok());
  EXPECT_TRUE(ledger_.run_one(TestLedger::end(MovementKind::refund, 1, key)).ok);
  EXPECT_EQ(ledger_.balance(kAlice), Amount(1000));
}

TEST_F(SimulatedLedger, refuses_a_reorganisation_deeper_than_it_can_undo) {
  EXPECT_FALSE(ledger_.ledger().reorganise(1, ReorganisedTxns::dropped).ok());
  for (int i = 0; i < 100; ++i) ledger_.ledger().produce();
  EXPECT_FALSE(ledger_.ledger().reorganise(0, ReorganisedTxns::dropped).ok());
  EXPECT_FALSE(ledger_.ledger().reorganise(65, ReorganisedTxns::dropped).ok());
  EXPECT_TRUE(ledger_.ledger().reorganise(64, ReorganisedTxns::dropped).ok());
  EXPECT_EQ(ledger_.ledger().true_head().number, Height{100});
}

TEST_F(SimulatedLedger, keeps_as_many_blocks_as_its_genesis_allows) {
  Genesis genesis = test_genesis();
  genesis.history_bytes_max = 2000;
  TestLedger small(genesis);
  for (int i = 0; i < 50; ++i) small.ledger().produce();
  const auto old = small.ledger().block({1}, TestLedger::kNow);
  ASSERT_FALSE(old.ok());
  EXPECT_EQ(old.error().code, ErrorCode::block_unavailable);
  EXPECT_TRUE(small.ledger().block({50}, TestLedger::kNow).ok());
}

TEST_F(SimulatedLedger, a_drop_rule_hits_the_txns_of_its_signer_only) {
  ASSERT_TRUE(add_rule(FaultAction::drop, kAlice).ok());
  Movement from_carol = payment(2, 1);
  from_carol.from = kCarol;
  ledger_.submit({payment(1, 5)});
  ledger_.submit({from_carol});
  const auto outcomes = ledger_.produce();
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].from, kCarol);
  EXPECT_EQ(ledger_.ledger().waiting_txns(), 0U);
}

TEST_F(SimulatedLedger, a_dropped_txn_that_comes_again_shares_its_fate_until_the_rule_ends) {
  ASSERT_TRUE(add_rule(FaultAction::drop, kAlice).ok());
  const SignedTxn txn = ledger_.submit({payment(1, 5)});
  EXPECT_TRUE(ledger_.produce().empty());
  ASSERT_TRUE(ledger_.ledger().submit(txn.raw, TestLedger::kNow).ok());
  EXPECT_TRUE(ledger_.produce().empty());
  ledger_.ledger().clear_faults();
  ASSERT_TRUE(ledger_.ledger().submit(txn.raw, TestLedger::kNow).ok());
  EXPECT_EQ(ledger_.produce().size(), 1U);
}

TEST_F(SimulatedLedger, a_delayed_txn_comes_late_or_never) {
  ASSERT_TRUE(add_rule(FaultAction::delay, kAlice).ok());
  ledger_.submit({payment(1, 5)});
  ledger_.submit({payment(2, 5)}, {3});
  EXPECT_TRUE(ledger_.produce().empty());
  EXPECT_TRUE(ledger_.produce().empty());
  EXPECT_TRUE(ledger_.produce().empty());
  const auto outcomes = ledger_.produce();  // 1 + 3
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].ref, TestLedger::ref(1));
  EXPECT_EQ(ledger_.ledger().waiting_txns(), 0U);
}

TEST_F(SimulatedLedger, a_fail_rule_fails_single_operations) {
  FaultRule rule;
  rule.action = FaultAction::fail;
  rule.account = kAlice;
  rule.kind = MovementKind::hold;
  rule.reason = "compliance_stop";
  ASSERT_TRUE(ledger_.ledger().add_fault(rule).ok());
  const auto outcomes = ledger_.run({payment(1, 5), TestLedger::move(MovementKind::hold, 2, 7)});
  EXPECT_TRUE(outcomes[0].ok);
  EXPECT_EQ(outcomes[1].reason, "compliance_stop");
}

TEST_F(SimulatedLedger, a_share_of_the_txns_is_hit_and_the_same_share_again) {
  const auto survivors = [](std::uint64_t seed) {
    TestLedger ledger(test_genesis(), seed);
    FaultRule rule;
    rule.per_mille = 300;
    EXPECT_TRUE(ledger.ledger().add_fault(rule).ok());
    std::vector<OperationRef> refs;
    for (std::uint8_t i = 0; i < 200; ++i) ledger.submit({payment(i, 1)});
    for (const Outcome& outcome : ledger.produce()) refs.push_back(outcome.ref);
    return refs;
  };
  const auto first = survivors(7);
  EXPECT_GT(first.size(), 110U);
  EXPECT_LT(first.size(), 170U);
  EXPECT_EQ(first, survivors(7));
  EXPECT_NE(first, survivors(8));
}

TEST_F(SimulatedLedger, refuses_rules_that_mean_nothing) {
  FaultRule rule;
  rule.per_mille = 1001;
  EXPECT_FALSE(ledger_.ledger().add_fault(rule).ok());
  rule = {};
  rule.action = FaultAction::fail;
  rule.reason = "Because!";
  EXPECT_FALSE(ledger_.ledger().add_fault(rule).ok());
}

TEST_F(SimulatedLedger, a_stalled_node_shows_no_new_block_and_keeps_what_it_is_given) {
  ledger_.ledger().set_node_fault(NodeFault::stalled, 3);
  ledger_.submit({payment(1, 5)});
  ledger_.ledger().produce();
  ledger_.ledger().produce();
  EXPECT_EQ(ledger_.ledger().head(TestLedger::kNow)->number, Height{0});
  EXPECT_FALSE(ledger_.ledger().block({1}, TestLedger::kNow).ok());
  ledger_.ledger().produce();
  EXPECT_EQ(ledger_.ledger().head(TestLedger::kNow)->number, Height{3});
  EXPECT_EQ(ledger_.produce().size(), 1U);
}

TEST_F(SimulatedLedger, what_a_stalled_node_is_given_can_die_there) {
  ledger_.ledger().set_node_fault(NodeFault::stalled, 0);
  ledger_.submit({payment(1, 5)}, {2});
  for (int i = 0; i < 3; ++i) ledger_.ledger().produce();
  ledger_.ledger().set_node_fault(NodeFault::none, 0);
  EXPECT_TRUE(ledger_.produce().empty());
}

TEST_F(SimulatedLedger, a_silent_node_times_out_and_half_of_what_it_got_arrives) {
  ledger_.ledger().set_node_fault(NodeFault::silent, 0);
  for (std::uint8_t i = 0; i < 100; ++i) {
    const auto submitted = ledger_.ledger().submit(ledger_.sign({payment(i, 1)}, kAlice, kNever, 0).raw, Millis(0));
    ASSERT_FALSE(submitted.ok());
    EXPECT_EQ(submitted.error().code, ErrorCode::timed_out);
  }
  EXPECT_FALSE(ledger_.ledger().head(Millis(0)).ok());
  EXPECT_GT(ledger_.ledger().waiting_txns(), 20U);
  EXPECT_LT(ledger_.ledger().waiting_txns(), 80U);
}

TEST_F(SimulatedLedger, an_unreachable_node_takes_nothing) {
  ledger_.ledger().set_node_fault(NodeFault::unreachable, 0);
  EXPECT_EQ(refused(ledger_.sign({payment(1, 5)}, kAlice, kNever, 0).raw), ErrorCode::unreachable);
  EXPECT_EQ(ledger_.ledger().head(Millis(0)).error().code, ErrorCode::unreachable);
  EXPECT_EQ(ledger_.ledger().waiting_txns(), 0U);
}

TEST_F(SimulatedLedger, the_decoder_catches_every_lie_of_a_lying_node) {
  for (std::uint8_t i = 0; i < 40; ++i) ledger_.run({payment(i, 1), TestLedger::move(MovementKind::hold, i, 2)});
  ledger_.ledger().set_node_fault(NodeFault::lying, 0);
  for (std::uint64_t number = 0; number <= 40; ++number) {
    const auto json = ledger_.ledger().block({number}, TestLedger::kNow);
    ASSERT_TRUE(json.ok());
    const auto decoded = decode_block(**json, {{"a-coin"}, {number}, test_engine()});
    EXPECT_FALSE(decoded.ok()) << number;
  }
}

TEST_F(SimulatedLedger, its_heads_are_told) {
  std::vector<Height> told;
  ledger_.ledger().set_head_listener([&](const Head& head) { told.push_back(head.number); });
  ledger_.ledger().produce();
  ledger_.ledger().produce();
  EXPECT_EQ(told, (std::vector<Height>{{1}, {2}}));
}

TEST_F(SimulatedLedger, a_block_holds_a_bounded_number_of_operations) {
  std::vector<Movement> batch;
  batch.reserve(kOperationsPerTxnMax);
  for (std::size_t i = 0; i < kOperationsPerTxnMax; ++i) batch.push_back(payment(1, 1));
  const std::size_t txns = kOperationsPerBlockMax / kOperationsPerTxnMax + 1;
  for (std::size_t i = 0; i < txns; ++i) {
    ASSERT_TRUE(ledger_.ledger().submit(ledger_.sign(batch, kAlice, kNever, i).raw, TestLedger::kNow).ok());
  }
  EXPECT_EQ(ledger_.produce().size(), kOperationsPerBlockMax);
  EXPECT_EQ(ledger_.produce().size(), kOperationsPerTxnMax);
}

}  // namespace
}  // namespace clearspan::simulated::testing
