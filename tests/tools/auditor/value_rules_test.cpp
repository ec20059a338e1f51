// The auditor's rules about value (I1 to I3), each shown alive by evidence that breaks it.
#include <gtest/gtest.h>

#include "tests/tools/auditor/record_edits.hpp"

namespace clearspan::audit {
namespace {

TEST(Auditor, finds_nothing_in_trades_that_went_well) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  const Plan swap = scribe.swap_plan();
  scribe.create(swap);
  const HoldKey a = scribe.hold(swap, 0);
  const HoldKey b = scribe.hold(swap, 1);
  scribe.decide(swap, Decision::commit);
  scribe.release(swap, a, 0);
  scribe.release(swap, b, 1);
  const Plan cancelled = scribe.payment_plan();
  scribe.create(cancelled);
  const HoldKey back = scribe.hold(cancelled);
  scribe.event(cancelled, PrepareDeadlinePassed{});
  scribe.event(cancelled, MovementRefused{1, MovementKind::payment, ErrorCode::movement_rejected, "withdrawn"});
  scribe.decide(cancelled, Decision::abort);
  scribe.refund(cancelled, back);
  scribe.options.ended = true;
  scribe.options.closed = true;
  const Report report = scribe.audit();
  EXPECT_TRUE(report.ok()) << to_text(report);
  EXPECT_EQ(report.counts.trades, 3U);
  EXPECT_EQ(report.counts.signed_txns, 9U);
  EXPECT_EQ(report.phases[static_cast<std::size_t>(Phase::settled)], 2U);
  EXPECT_EQ(report.phases[static_cast<std::size_t>(Phase::refunded)], 1U);
}

// --- I1

TEST(Auditor, finds_a_balance_that_is_one_unit_off) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  for (const std::size_t line : {0U, 1U, 4U}) {
    const auto edit = [&](auto& books) {
      books[0].accounts[line].now = add(books[0].accounts[line].now, Amount(1)).value();
    };
    EXPECT_TRUE(found(scribe.audit(edit), Invariant::conservation, "and the effects give it"));
  }
}

TEST(Auditor, finds_an_escrow_that_is_one_unit_off) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.hold(plan);
  const auto less = [](auto& books) { books[0].escrow[0].balance = Amount(99); };
  EXPECT_TRUE(found(scribe.audit(less), Invariant::conservation, "by the ledger's sum, and the escrow has 99"));
  const auto no_line = [](auto& books) { books[0].escrow.clear(); };
  EXPECT_TRUE(found(scribe.audit(no_line), Invariant::conservation, "the book does not say where"));
  const auto not_open = [](auto& books) { books[0].open_holds->clear(); };
  EXPECT_TRUE(found(scribe.audit(not_open), Invariant::conservation, "the book does not list it"));
  const auto other = [](auto& books) { books[0].open_holds->front().payee.text = "carol"; };
  EXPECT_TRUE(found(scribe.audit(other), Invariant::conservation, "stated otherwise"));
}

TEST(Auditor, finds_more_coming_out_of_a_hold_than_went_in) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  const auto more = [](auto& books) {
    for (BookTxn& txn : books[0].txns) {
      for (BookEffect& effect : txn.effects) {
        if (effect.outcome.kind == MovementKind::release) effect.outcome.amount = Amount(101);
      }
    }
  };
  EXPECT_TRUE(found(scribe.audit(more), Invariant::conservation, "what comes out of a hold is not what went in"));
  const auto elsewhere = [](auto& books) {
    for (BookTxn& txn : books[0].txns) {
      for (BookEffect& effect : txn.effects) {
        if (effect.outcome.kind == MovementKind::release) effect.outcome.to.text = "carol";
      }
    }
  };
  EXPECT_TRUE(found(scribe.audit(elsewhere), Invariant::conservation, "goes to carol"));
}

TEST(Auditor, finds_a_signature_made_while_the_escrow_was_unexplained) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  const HoldKey key = scribe.hold(plan);
  scribe.write(
      evidence::HoldingsChecked{LedgerId{"a-coin"}, Height{1}, {}, {{AssetId{"ACN"}, Amount(100), Amount(99)}}});
  scribe.sign(plan, 0, MovementKind::release, key);
  EXPECT_TRUE(found(scribe.audit(), Invariant::conservation, "while its escrow had an unexplained difference"));
}

// --- I2

TEST(Auditor, finds_a_release_and_a_refund_of_one_hold) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.settle(plan);
  const HoldKey key = outcome(scribe, MovementKind::hold).hold_key;
  scribe.sign(plan, 0, MovementKind::refund, key);
  EXPECT_TRUE(found(scribe.audit(), Invariant::exclusivity, "both its release and its refund were signed"));
}

TEST(Auditor, finds_a_hold_that_ends_twice_in_the_book) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  const auto twice = [](auto& books) {
    BookTxn again = books[0].txns.back();
    again.id.bytes[0] ^= 1;
    again.index += 1;
    books[0].txns.push_back(again);
  };
  EXPECT_TRUE(found(scribe.audit(twice), Invariant::exclusivity, "a hold ends that is not open"));
}

TEST(Auditor, finds_a_payment_of_a_trade_that_was_given_back) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());  // by which the exchanger's key is known
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  const HoldKey key = scribe.hold(plan);
  scribe.event(plan, MovementRefused{1, MovementKind::payment, ErrorCode::movement_rejected, {}});
  scribe.decide(plan, Decision::abort);
  scribe.refund(plan, key);
  scribe.sign(Scribe::kB, movement_for(plan, 1, MovementKind::payment, {}), false);
  scribe.block(Scribe::kB, [](const Outcome&) { return true; });
  const Report report = scribe.audit();
  EXPECT_TRUE(found(report, Invariant::exclusivity, "the payee was paid although the trade was aborted"));
  EXPECT_TRUE(found(report, Invariant::submission, "no log holds those bytes"));
}

// --- I3

TEST(Auditor, finds_a_release_before_the_payment_was_final) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  const HoldKey key = scribe.hold(plan);
  scribe.release(plan, key);
  const Report report = scribe.audit();
  EXPECT_TRUE(found(report, Invariant::justification, "no final payment with the exact terms stands before it"));
  EXPECT_TRUE(found(report, Invariant::justification, "no decision to commit stands before it"));
}

TEST(Auditor, finds_a_refund_while_the_payment_could_still_land) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  const HoldKey key = scribe.hold(plan);
  const Movement payment = movement_for(plan, 1, MovementKind::payment, {});
  scribe.record(Scribe::kB, scribe.make_txn(Scribe::kB, payment), payment);
  scribe.event(plan, MovementRefused{1, MovementKind::payment, ErrorCode::movement_rejected, {}});
  scribe.decide(plan, Decision::abort);
  scribe.refund(plan, key);
  EXPECT_TRUE(found(scribe.audit(), Invariant::justification, "which was signed, failed or is dead"));
}

TEST(Auditor, finds_a_payment_before_the_holds_were_final) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  scribe.sign(plan, 1, MovementKind::payment);
  scribe.hold(plan);
  EXPECT_TRUE(found(scribe.audit(), Invariant::justification, "and not all holds were final (leg 0)"));
}

TEST(Auditor, finds_a_signature_over_other_terms_than_the_plan) {
  struct Case {
    const char* words;
    void (*edit)(Movement&);
  };

  const Case cases[] = {
      {"where the plan has 100 ACN", [](Movement& movement) { movement.amount = Amount(101); }},
      {"whom the plan does not name so", [](Movement& movement) { movement.to.text = "carol"; }},
      {"the payer can reclaim it too early", [](Movement& movement) { movement.reclaim_after = LedgerTime{5}; }},
      {"and no such trade exists", [](Movement& movement) { movement.ref.bytes[3] ^= 1; }},
      {"a leg that the plan lacks", [](Movement& movement) { movement.ref.bytes[17] = 9; }},
  };
  for (const Case& one : cases) {
    Scribe scribe;
    const Plan plan = scribe.payment_plan();
    scribe.create(plan);
    Movement movement = movement_for(plan, 0, MovementKind::hold, {});
    one.edit(movement);
    scribe.sign(Scribe::kA, movement);
    EXPECT_TRUE(found(scribe.audit(), Invariant::justification, one.words));
  }
}

TEST(Auditor, finds_a_hold_signed_that_the_payer_was_to_place) {
  Scribe scribe;
  Plan plan = scribe.payment_plan();
  plan.legs[0].placement = Placement::payer;
  scribe.create(plan);
  scribe.sign(plan, 0, MovementKind::hold);
  EXPECT_TRUE(found(scribe.audit(), Invariant::justification, "which the payer was to place"));
}

TEST(Auditor, finds_the_end_of_a_hold_that_is_not_the_legs) {
  Scribe scribe;
  const Plan first = scribe.payment_plan();
  scribe.settle(first);
  const Plan second = scribe.payment_plan();
  scribe.create(second);
  scribe.hold(second);
  scribe.pay(second);
  HoldKey other;
  other.bytes.fill(1);
  scribe.sign(second, 0, MovementKind::release, other);
  EXPECT_TRUE(found(scribe.audit(), Invariant::justification, "of a hold that is not the leg's"));
}

TEST(Auditor, finds_a_death_that_was_none) {
  for (const bool lands : {false, true}) {
    Scribe scribe;
    const Plan plan = scribe.payment_plan();
    scribe.create(plan);
    scribe.hold(plan);
    const Movement payment = movement_for(plan, 1, MovementKind::payment, {});
    const SignedTxn txn = scribe.make_txn(Scribe::kB, payment);
    scribe.record(Scribe::kB, txn, payment);
    scribe.block(Scribe::kB);
    const VerifiedBlockPtr block = scribe.last_block(Scribe::kB);
    scribe.write(evidence::LedgerProof{make_block_proof({block, {}}, {})});
    scribe.event(plan, MovementDead{1, MovementKind::payment, block->height, block->hash, block->time});
    if (lands) {
      scribe.send(Scribe::kB, txn);
      scribe.block(Scribe::kB);
    }
    EXPECT_TRUE(found(scribe.audit(), Invariant::justification,
                      lands ? "and took effect in block 2" : "while signed bytes could take effect"));
  }
}

TEST(Auditor, finds_a_hold_that_one_trade_relies_on_and_another_sends_back) {
  Scribe scribe;
  const Plan plan = scribe.payment_plan();
  scribe.create(plan);
  const HoldKey key = scribe.hold(plan);
  Plan back = scribe.payment_plan();
  back.legs.resize(1);
  back.returned = ReturnTerms{ReturnReason::late, plan.id, key};
  scribe.create(back);
  EXPECT_TRUE(found(scribe.audit(), Invariant::justification, "relied on by one trade and sent back by another"));
}

TEST(Auditor, orders_records_of_two_logs_by_time) {
  Scribe scribe;
  scribe.settle(scribe.payment_plan());
  scribe.logs.resize(2);
  nth<evidence::EngineStarted>(scribe, 0).shard_count = 2;
  scribe.write(evidence::EngineStarted{"test", scribe.tag, 1, 2}, 1);
  std::erase_if(scribe.logs[0], [&](evidence::Record& record) {
    if (!std::holds_alternative<evidence::TxnSigned>(record.body)) return false;
    scribe.logs[1].push_back(record);
    return true;
  });
  EXPECT_TRUE(scribe.audit().ok());
  scribe.logs[1].back().at = Timestamp(Millis{1});
  EXPECT_TRUE(found(scribe.audit(), Invariant::justification, "no decision to commit stands before it"));
  scribe.options.steady_clock = false;
  EXPECT_TRUE(scribe.audit().ok());
}

}  // namespace
}  // namespace clearspan::audit
