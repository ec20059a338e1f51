// The record of a trade is what the logs say of it.
#include "ledgers/evidence/trade_record.hpp"

#include <gtest/gtest.h>

#include "codecs/json/document.hpp"
#include "tests/ledgers/evidence/views_fixture.hpp"

namespace clearspan::evidence {
namespace {

class TradeRecordTest : public ViewsTest {};

TEST_F(TradeRecordTest, a_settled_payment_is_told_as_in_the_golden_files) {
  begin();
  const Plan plan = settle(1, 10);
  write();
  const TradeRecord settled = record(plan.id);
  EXPECT_TRUE(json::Document().parse(to_json(settled)).ok());
  expect_golden("record.json", to_json(settled) + "\n");
  expect_golden("record.csv", to_csv(settled));
}

TEST_F(TradeRecordTest, every_step_names_its_block_its_record_and_the_record_of_the_blocks_proof) {
  begin();
  const Plan plan = settle(1, 10);
  write();
  const TradeRecord settled = record(plan.id);
  EXPECT_EQ(phase_of(settled.state), Phase::settled);
  ASSERT_EQ(settled.steps.size(), 3u);
  for (const TradeRecordStep& step : settled.steps) {
    EXPECT_EQ(step.status, TradeRecordStep::Status::final);
    ASSERT_EQ(step.requests.size(), 1u);
    const TradeFact& fact = settled.facts[*step.result];
    EXPECT_EQ(fact.place.leaf, settled.facts[step.requests.front()].place.leaf + 2);
    ASSERT_TRUE(fact.proof);
    EXPECT_EQ(fact.proof->leaf, fact.place.leaf - 1);
  }
  const auto& release = std::get<TradeEvent>(settled.facts[*settled.step(0, MovementKind::release)->result].body);
  EXPECT_EQ(std::get<OutcomeFinal>(release.event).outcome.position.height, Height{12});
  std::vector<Phase> phases;
  for (const TradeFact* fact : settled.transitions()) phases.push_back(fact->phase_after);
  EXPECT_EQ(phases, (std::vector{Phase::preparing, Phase::deciding, Phase::releasing, Phase::settled}));
}

TEST_F(TradeRecordTest, a_proof_of_another_block_is_not_cited) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  story().add(proof_of(kLedgerA, 9));
  story().add(proof_of(kLedgerB, 10));
  story().event(plan.id, placed(Story::outcome(plan, 0, MovementKind::hold, 1, true), 10));
  write();
  EXPECT_FALSE(record(plan.id).facts.back().proof);
}

TEST_F(TradeRecordTest, a_failed_payment_is_recovered_by_a_refund_of_the_hold) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  move(plan, 0, MovementKind::hold, 10);
  move(plan, 1, MovementKind::payment, 11, false);
  story().event(plan.id, Decided{Decision::abort});
  move(plan, 0, MovementKind::refund, 12);
  write();
  const TradeRecord refunded = record(plan.id);
  EXPECT_EQ(phase_of(refunded.state), Phase::refunded);
  EXPECT_EQ(refunded.step(1, MovementKind::payment)->status, TradeRecordStep::Status::failed);
  EXPECT_EQ(refunded.step(0, MovementKind::refund)->status, TradeRecordStep::Status::final);
  EXPECT_EQ(refunded.step(0, MovementKind::release), nullptr);
  const std::string json = to_json(refunded);
  EXPECT_NE(json.find(R"("settlement":"refund")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("abort_reason":"pivot_failed")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("reason":"failed on purpose")"), std::string::npos) << json;
}

TEST_F(TradeRecordTest, what_is_dead_or_refused_has_no_txn_and_says_why) {
  begin();
  const Plan dead = story().plan_of(1);
  story().create(dead, "");
  story().add(proof_of(kLedgerA, 101));
  story().event(dead.id, MovementDead{0, MovementKind::hold, Height{101}, filled<BlockHash>(101), LedgerTime{101}});
  story().event(dead.id, Decided{Decision::abort});
  story().tell(2, Ending::rejected);
  write();
  const TradeRecord rejected = record(dead.id);
  EXPECT_EQ(phase_of(rejected.state), Phase::rejected);
  const TradeRecordStep& hold = rejected.steps.front();
  EXPECT_EQ(hold.status, TradeRecordStep::Status::dead);
  EXPECT_TRUE(rejected.facts[*hold.result].proof);
  EXPECT_NE(to_json(rejected).find(R"("hold_txn":null)"), std::string::npos);
  EXPECT_NE(to_json(rejected).find(R"("ledger_time":101)"), std::string::npos);
  const TradeRecord refused = record(Story::id_of(2));
  EXPECT_EQ(refused.steps.front().status, TradeRecordStep::Status::refused);
  EXPECT_NE(to_json(refused).find(R"("code":"insufficient_funds")"), std::string::npos);
}

TEST_F(TradeRecordTest, a_release_that_failed_first_has_two_requests_and_is_final) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  move(plan, 0, MovementKind::hold, 10);
  move(plan, 1, MovementKind::payment, 11);
  move(plan, 0, MovementKind::release, 12, false);
  move(plan, 0, MovementKind::release, 13);
  write();
  const TradeRecord settled = record(plan.id);
  const TradeRecordStep* release = settled.step(0, MovementKind::release);
  EXPECT_EQ(release->status, TradeRecordStep::Status::final);
  EXPECT_EQ(release->requests.size(), 2u);
  EXPECT_EQ(phase_of(settled.state), Phase::settled);
}

TEST_F(TradeRecordTest, a_trade_on_its_way_has_a_step_that_is_pending) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  move(plan, 0, MovementKind::hold, 10);
  story().sign({{plan, 1}}, MovementKind::payment, 5);
  write();
  const TradeRecord deciding = record(plan.id);
  EXPECT_EQ(phase_of(deciding.state), Phase::deciding);
  EXPECT_EQ(deciding.step(1, MovementKind::payment)->status, TradeRecordStep::Status::pending);
  EXPECT_FALSE(deciding.step(1, MovementKind::payment)->result);
}

TEST_F(TradeRecordTest, a_txn_in_another_shards_log_is_found_without_the_other_trades_in_it) {
  begin(0, 2);
  begin(1, 2);
  const Plan plan = story(1).plan_of(1);
  story(1).create(plan, "");
  story(0).set_time(10);
  story(0).sign({{plan, 0}, {story(0).plan_of(2), 0}}, MovementKind::hold, 5);
  story(1).set_time(20);
  story(1).event(plan.id, placed(Story::outcome(plan, 0, MovementKind::hold, 1, true), 10));
  story(0).set_time(30);
  story(0).sign({{plan, 1}}, MovementKind::payment, 6);
  write(0);
  write(1);
  const TradeRecord found = record(plan.id);
  ASSERT_EQ(found.facts.size(), 4u);
  EXPECT_EQ(found.logs[found.facts[0].place.log].name, "shard-1");
  EXPECT_EQ(found.logs[found.facts[1].place.log].name, "shard-0");
  EXPECT_EQ(std::get<TxnSigned>(found.facts[1].body).movements.size(), 1u);
  EXPECT_EQ(found.facts[1].phase_after, Phase::preparing);
  EXPECT_EQ(found.facts[2].phase_after, Phase::deciding);
  EXPECT_EQ(found.facts[3].phase_after, Phase::deciding);
  EXPECT_EQ(found.transitions().size(), 2u);
  EXPECT_EQ(found.steps.size(), 2u);
}

TEST_F(TradeRecordTest, a_deposit_that_was_sent_back_is_a_fact_of_one_trade_and_the_step_of_another) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  OutcomeFinal stray = placed(Story::outcome(plan, 0, MovementKind::hold, 8, true), 10);
  stray.outcome.amount = Amount{5};
  story().event(plan.id, stray);
  const Plan sent_back =
      make_return_plan(stray.outcome, kLedgerA, ReturnReason::underpaid, story().engine(), Story::created_at(1));
  story().create(sent_back, "");
  story().event(sent_back.id, Started{});
  story().event(sent_back.id, Decided{Decision::abort});
  OutcomeFinal refund = placed(Story::outcome(sent_back, 0, MovementKind::refund, 8, true), 11);
  refund.outcome.ref = stray.outcome.ref;
  story().event(sent_back.id, refund);
  write();
  const TradeRecord intended = record(plan.id);
  EXPECT_TRUE(intended.steps.empty());
  EXPECT_EQ(intended.related, std::vector{sent_back.id});
  const TradeRecord returned = record(sent_back.id);
  EXPECT_EQ(phase_of(returned.state), Phase::refunded);
  EXPECT_EQ(returned.step(0, MovementKind::refund)->status, TradeRecordStep::Status::final);
  EXPECT_EQ(lines(statement(kLedgerA, "payer-1")), (Lines{"hold debit 5 escrow -5", "refund credit 5 escrow 0"}));
}

TEST_F(TradeRecordTest, a_strangers_payment_under_the_trades_ref_is_no_step) {
  begin();
  const Plan plan = story().plan_of(1);
  story().create(plan, "");
  OutcomeFinal payment = placed(Story::outcome(plan, 1, MovementKind::payment, 1, true), 10);
  payment.outcome.from.text = "stranger";
  story().event(plan.id, payment);
  write();
  EXPECT_TRUE(record(plan.id).steps.empty());
  EXPECT_EQ(lines(statement(kLedgerB, "stranger")), Lines{"payment debit 1001 merchant -1001"});
}

TEST_F(TradeRecordTest, an_unknown_trade_is_named) {
  begin();
  settle(1, 10);
  write();
  EXPECT_EQ(fault(try_record(Story::id_of(9))).rfind("unknown_trade: " + to_string(Story::id_of(9)), 0), 0u);
}

}  // namespace
}  // namespace clearspan::evidence
