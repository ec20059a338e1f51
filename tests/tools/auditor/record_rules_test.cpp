// The auditor's rules about records (I4 to I11), each shown alive by evidence that breaks it.
#include <gtest/gtest.h>

#include "tests/tools/auditor/record_edits.hpp"

namespace clearspan::audit {
namespace {

// --- I4

TEST(Auditor, finds_an_outcome_that_its_proof_does_not_show) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  outcome(scribe, MovementKind::payment).amount = Amount(51);
  EXPECT_TRUE(found(scribe.audit(), Invariant::evidence, "the ledger shows another outcome than the record"));
}

TEST(Auditor, finds_an_event_without_a_proof) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  drop(scribe, [](const auto& body) { return std::holds_alternative<evidence::LedgerProof>(body); });
  EXPECT_TRUE(found(scribe.audit(), Invariant::evidence, "no proof of the block that the event cites"));
}

TEST(Auditor, finds_a_proof_that_proves_nothing) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  nth<evidence::LedgerProof>(scribe, 1).proof.header.back() ^= 1;
  EXPECT_TRUE(found(scribe.audit(), Invariant::evidence, "proves nothing"));
}

TEST(Auditor, finds_an_event_that_cannot_stand_where_it_stands) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.decide(plan, Decision::commit);
  EXPECT_TRUE(found(scribe.audit(), Invariant::evidence, "preparing: the decision to commit has no reason"));
}

TEST(Auditor, finds_trades_created_twice_or_never) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.create(plan);
  scribe.event(scribe.payment_plan(), CancelRequested{});
  const Report report = scribe.audit();
  EXPECT_TRUE(found(report, Invariant::evidence, "was created before"));
  EXPECT_TRUE(found(report, Invariant::evidence, "was never created in this log"));
}

TEST(Auditor, finds_an_effect_that_no_log_knows) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.sign(plan, 0, MovementKind::hold);
  scribe.block(Scribe::kA, [](const Outcome&) { return true; });
  EXPECT_TRUE(found(scribe.audit(), Invariant::evidence, "took effect, and no log says so"));
}

// Another shard that writes the log has handled the block; the trade's own has yet to.
TEST(Auditor, finds_an_effect_that_no_log_knows_once_the_shard_of_its_trade_has_handled_it) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  ASSERT_EQ(plan.id.bytes[TradeId::kSize - 1] % 2, 1) << "of two shards, the trade lives on the second";
  nth<evidence::EngineStarted>(scribe, 0).further_shards = 1;
  scribe.create(plan);
  const auto handle_on_its_shard = [&](std::size_t block) {
    evidence::ViewAdvanced view = nth<evidence::ViewAdvanced>(scribe, block);
    view.shard = 1;
    scribe.write(view);
  };
  scribe.block(Scribe::kA);
  handle_on_its_shard(0);
  scribe.sign(plan, 0, MovementKind::hold);
  scribe.block(Scribe::kA, [](const Outcome&) { return true; });
  EXPECT_FALSE(found(scribe.audit(), Invariant::evidence, "took effect, and no log says so"));
  handle_on_its_shard(2);
  EXPECT_TRUE(found(scribe.audit(), Invariant::evidence, "took effect, and no log says so"));
}

TEST(Auditor, finds_a_recorded_outcome_that_the_book_lacks) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  const auto without = [](auto& books) { books[1].txns.clear(); };
  const Report report = scribe.audit(without);
  EXPECT_TRUE(found(report, Invariant::evidence, "what is not there"));
  EXPECT_TRUE(found(report, Invariant::monotone, "the ledger does not show the payment"));
}

TEST(Auditor, finds_a_block_that_is_not_the_one_acted_on) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  const auto rewritten = [](auto& books) { books[0].blocks[1].hash.bytes[0] ^= 1; };
  EXPECT_TRUE(found(scribe.audit(rewritten), Invariant::evidence, "is not the one that was acted on"));
  scribe.write(evidence::LedgerFrozen{LedgerId{"a-coin"}, Height{1}, {}, {}});
  const Report excused = scribe.audit(rewritten);
  EXPECT_TRUE(excused.ok()) << to_text(excused);
  EXPECT_GT(excused.counts.excused, 0U);
}

// --- I5

TEST(Auditor, finds_bytes_that_were_sent_and_never_recorded) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  drop(scribe, [](const auto& body) {
    const auto* txn = std::get_if<evidence::TxnSigned>(&body);
    return txn != nullptr && txn->movements.front().kind == MovementKind::release;
  });
  EXPECT_TRUE(
      found(scribe.audit(), Invariant::submission, "a hold in the engine's name ended by bytes that no log holds"));
}

TEST(Auditor, finds_signed_bytes_that_are_not_what_the_record_says) {
  struct Case {
    const char* words;
    void (*edit)(evidence::TxnSigned&);
  };

  const Case cases[] = {
      {"another id", [](evidence::TxnSigned& txn) { txn.id.bytes[5] ^= 1; }},
      {"another sequence number", [](evidence::TxnSigned& txn) { txn.sequence.value += 1; }},
      {"another end of validity", [](evidence::TxnSigned& txn) { txn.not_after.value += 1; }},
      {"another list of movements",
       [](evidence::TxnSigned& txn) { txn.movements[0].amount = add(txn.movements[0].amount, Amount(1)).value(); }},
      {"another list of movements", [](evidence::TxnSigned& txn) { txn.movements.push_back(txn.movements[0]); }},
  };
  for (const Case& one : cases) {
    Scribe scribe;
    scribe.settle(scribe.payment_plan());
    one.edit(nth<evidence::TxnSigned>(scribe, 0));
    EXPECT_TRUE(found(scribe.audit(), Invariant::submission, one.words));
  }
}

TEST(Auditor, finds_a_movement_signed_twice) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.sign(plan, 0, MovementKind::hold);
  scribe.sign(plan, 0, MovementKind::hold);
  EXPECT_TRUE(found(scribe.audit(), Invariant::submission, "twice, and both could take effect"));
}

TEST(Auditor, finds_another_try_without_a_failure) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  const HoldKey key = scribe.hold(plan);
  scribe.pay(plan);
  scribe.sign(plan, 0, MovementKind::release, key);
  Movement again = movement_for(plan, 0, MovementKind::release, key);
  again.attempt = 1;
  scribe.sign(Scribe::kA, again);
  EXPECT_TRUE(found(scribe.audit(), Invariant::submission, "2 times after 0 failures"));
}

TEST(Auditor, finds_a_txn_that_is_closed_and_could_still_land) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  const Movement movement = movement_for(plan, 0, MovementKind::hold, {});
  const SignedTxn txn = scribe.make_txn(Scribe::kA, movement);
  scribe.record(Scribe::kA, txn, movement);
  scribe.write(evidence::TxnClosed{LedgerId{"a-coin"}, txn.id});
  scribe.write(evidence::TxnClosed{LedgerId{"a-coin"}, {}});
  const Report report = scribe.audit();
  EXPECT_TRUE(found(report, Invariant::submission, "is not watched any more, and could still take effect"));
  EXPECT_TRUE(found(report, Invariant::submission, "is closed and was never signed"));
}

TEST(Auditor, finds_a_txn_that_did_what_its_record_does_not_say) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  const auto more = [](auto& books) {
    for (BookTxn& txn : books[0].txns) txn.effects.front().outcome.ref.bytes[17] = 5;
  };
  EXPECT_TRUE(found(scribe.audit(more), Invariant::submission, "the txn did what its record does not say"));
}

// --- I6

TEST(Auditor, finds_a_view_that_goes_back) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  evidence::ViewAdvanced earlier = nth<evidence::ViewAdvanced>(scribe, 0);
  earlier.shard = 1;
  scribe.write(earlier);
  EXPECT_TRUE(found(scribe.audit(), Invariant::log, "a view of a shard that the log has not"));
  nth<evidence::EngineStarted>(scribe, 0).further_shards = 1;
  EXPECT_TRUE(scribe.audit().violations.empty()) << "another shard is behind";
  earlier.shard = 0;
  scribe.write(earlier);
  EXPECT_TRUE(found(scribe.audit(), Invariant::log, "the view of a-coin goes back"));
}

TEST(Auditor, finds_logs_that_are_missing_or_anothers) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  nth<evidence::EngineStarted>(scribe, 0).shard_count = 2;
  EXPECT_TRUE(found(scribe.audit(), Invariant::log, "the engine has 2 logs, and 1 are there"));
  nth<evidence::EngineStarted>(scribe, 0).engine.bytes[0] ^= 1;
  EXPECT_TRUE(found(scribe.audit(), Invariant::log, "a run of another engine or shard"));
}

TEST(Auditor, finds_an_anchor_of_another_tree) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  scribe.write(evidence::Anchored{LedgerId{"a-coin"}, 3, {}, {}});
  const Report report = scribe.audit();
  EXPECT_TRUE(found(report, Invariant::log, "is of another tree than the log's"));
  EXPECT_TRUE(found(report, Invariant::log, "the anchored checkpoint is not there"));
}

// --- I8, I9, I11

TEST(Auditor, finds_a_signature_for_a_frozen_ledger) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.write(evidence::LedgerFrozen{LedgerId{"a-coin"}, Height{1}, {}, {}});
  scribe.sign(plan, 0, MovementKind::hold);
  EXPECT_TRUE(found(scribe.audit(), Invariant::fork, "after the ledger was frozen"));
}

TEST(Auditor, finds_a_terminal_phase_that_was_shown_and_is_no_more) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.settle(plan);
  scribe.options.seen[plan.id] = Phase::settled;
  EXPECT_TRUE(scribe.audit().ok());
  scribe.options.seen[plan.id] = Phase::refunded;
  EXPECT_TRUE(found(scribe.audit(), Invariant::monotone, "was seen refunded, and by the log it is settled"));
  scribe.options.seen = {{TradeId{}, Phase::settled}};
  EXPECT_TRUE(found(scribe.audit(), Invariant::monotone, "and by the log it is not there"));
}

TEST(Auditor, finds_a_signature_for_a_trade_that_is_over) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.settle(plan);
  scribe.sign(plan, 1, MovementKind::payment);
  EXPECT_TRUE(found(scribe.audit(), Invariant::monotone, "after the trade was over"));
}

TEST(Auditor, finds_what_is_left_on_the_way_when_all_should_be_over) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.hold(plan);
  const Movement payment = movement_for(plan, 1, MovementKind::payment, {});
  scribe.record(Scribe::kB, scribe.make_txn(Scribe::kB, payment), payment);
  EXPECT_TRUE(scribe.audit().ok());
  scribe.options.ended = true;
  const Report report = scribe.audit();
  EXPECT_TRUE(found(report, Invariant::liveness, "is still deciding"));
  EXPECT_TRUE(found(report, Invariant::liveness, "is still on the way"));
  EXPECT_TRUE(found(report, Invariant::liveness, "are still held, and nobody answers for them"));
}

TEST(Auditor, finds_a_stray_deposit_that_nobody_sends_back) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.settle(plan);
  scribe.sign(Scribe::kA, movement_for(scribe.payment_plan(), 0, MovementKind::hold, {}), false);
  scribe.block(Scribe::kA, [](const Outcome&) { return true; });
  EXPECT_TRUE(found(scribe.audit(), Invariant::evidence, "took effect, and no log says so"));
}

}  // namespace
}  // namespace clearspan::audit
