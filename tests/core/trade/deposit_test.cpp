#include "core/trade/deposit.hpp"

#include "tests/core/trade/story.hpp"

namespace clearspan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Classified {
  const char* what;
  void (*change)(Outcome&);
  bool already_placed;
  std::optional<ReturnReason> reason;
};

const Classified kTable[] = {
    {"exact", [](Outcome&) {}, false, std::nullopt},
    {"a later reclaim favours the payee", [](Outcome& it) { it.reclaim_after = {5001}; }, false, std::nullopt},
    {"no reclaim at all", [](Outcome& it) { it.reclaim_after = kNever; }, false, std::nullopt},
    {"a second one", [](Outcome&) {}, true, ReturnReason::duplicate},
    {"one unit less", [](Outcome& it) { it.amount = Amount(99); }, false, ReturnReason::underpaid},
    {"nothing", [](Outcome& it) { it.amount = Amount(0); }, false, ReturnReason::underpaid},
    {"one unit more", [](Outcome& it) { it.amount = Amount(101); }, false, ReturnReason::overpaid},
    {"a second one with less", [](Outcome& it) { it.amount = Amount(99); }, true, ReturnReason::underpaid},
    {"another asset", [](Outcome& it) { it.asset = {"GOLD"}; }, false, ReturnReason::wrong_asset},
    {"less of another asset",
     [](Outcome& it) {
       it.asset = {"GOLD"};
       it.amount = Amount(1);
     },
     false, ReturnReason::wrong_asset},
    {"somebody else's", [](Outcome& it) { it.from = {"stranger"}; }, false, ReturnReason::wrong_terms},
    {"for somebody else", [](Outcome& it) { it.to = {"stranger"}; }, false, ReturnReason::wrong_terms},
    {"reclaimable too early", [](Outcome& it) { it.reclaim_after = {4999}; }, false, ReturnReason::wrong_terms},
};

TEST(Deposit, is_classified_by_its_exact_terms) {
  const Plan plan = payment_plan();
  for (const Classified& row : kTable) {
    Outcome deposit = deposit_of(plan, 0, key_of_hold(0));
    row.change(deposit);
    EXPECT_EQ(reason_to_return(plan.legs[0], deposit, row.already_placed), row.reason) << row.what;
  }
}

TEST(Deposit, goes_back_at_once_when_it_does_not_meet_the_terms_and_the_trade_keeps_waiting) {
  for (const Classified& row : kTable) {
    if (!row.reason || row.already_placed) continue;
    Story trade(payment_plan(Placement::payer));
    Outcome deposit = deposit_of(trade.plan, 0, key_of_hold(0));
    row.change(deposit);
    EXPECT_THAT(trade.on(OutcomeFinal{{"l0"}, deposit}).commands,
                ElementsAre(Command(ReturnDeposit{{"l0"}, deposit, *row.reason})))
        << row.what;
    EXPECT_EQ(trade.state, initial_state(trade.plan)) << row.what;
  }
}

TEST(Deposit, a_second_goes_back_in_every_phase_and_the_first_never_does) {
  const Plan plan = payment_plan(Placement::payer);
  const std::vector<Event> commit = {held(plan, 0), paid(plan, 1), released(plan, 0)};
  const std::vector<Event> abort = {held(plan, 0), dead(1, MovementKind::payment), decided(Decision::abort),
                                    refunded(plan, 0)};
  for (const auto& events : {commit, abort}) {
    Story trade(plan);
    for (const Event& event : events) {
      trade.on(event);
      const OutcomeFinal second{{"l0"}, deposit_of(plan, 0, key_of_hold(0, 1))};
      const auto step = advance(plan, trade.state, second);
      ASSERT_TRUE(step.ok());
      const bool over = is_terminal(trade.phase());
      EXPECT_THAT(step->commands, ElementsAre(Command(ReturnDeposit{
                                      {"l0"}, second.outcome, over ? ReturnReason::late : ReturnReason::duplicate})));
      EXPECT_EQ(step->next, trade.state);
      EXPECT_TRUE(trade.is_ignored(held(plan, 0)));
    }
  }
}

TEST(Deposit, comes_late_once_the_leg_is_proven_dead) {
  Story trade(pvp_plan(Placement::payer));
  trade.on(dead(0, MovementKind::hold)).on(decided(Decision::abort));
  const OutcomeFinal fact = held(trade.plan, 0);
  EXPECT_THAT(trade.on(fact).commands, ElementsAre(Command(ReturnDeposit{{"l0"}, fact.outcome, ReturnReason::late})));
}

TEST(Deposit, on_another_ledger_than_the_legs_goes_back_on_that_ledger) {
  Story trade(payment_plan(Placement::payer));
  const OutcomeFinal fact{{"l9"}, deposit_of(trade.plan, 0, key_of_hold(0))};
  EXPECT_THAT(trade.on(fact).commands,
              ElementsAre(Command(ReturnDeposit{{"l9"}, fact.outcome, ReturnReason::wrong_terms})));
  EXPECT_EQ(trade.state, initial_state(trade.plan));
}

TEST(Deposit, under_a_leg_that_holds_nothing_goes_back) {
  for (const LegIndex leg : {LegIndex{1}, LegIndex{2}, LegIndex{65'535}}) {
    Story trade(payment_plan(Placement::payer));
    Outcome deposit = deposit_of(trade.plan, 0, key_of_hold(0));
    deposit.ref = make_operation_ref(trade.plan.id, leg, trade.plan.engine);
    EXPECT_THAT(trade.on(OutcomeFinal{{"l0"}, deposit}).commands,
                ElementsAre(Command(ReturnDeposit{{"l0"}, deposit, ReturnReason::wrong_terms})));
    EXPECT_EQ(trade.state, initial_state(trade.plan));
  }
}

TEST(Deposit, without_a_key_is_no_hold) {
  for (Story trade : {Story(payment_plan()), Story(payment_plan()).all_held()}) {
    OutcomeFinal fact = held(trade.plan, 0);
    fact.outcome.hold_key = {};
    EXPECT_TRUE(trade.is_ignored(fact));
    for (const auto kind : {MovementKind::release, MovementKind::refund}) {
      EXPECT_TRUE(trade.is_ignored(done(trade.plan, 0, kind, {})));
    }
    OutcomeFinal on_the_pivots_ledger = done(trade.plan, 0, MovementKind::release, {});
    on_the_pivots_ledger.ledger = trade.plan.legs[1].ledger;
    EXPECT_TRUE(trade.is_ignored(on_the_pivots_ledger));
  }
}

TEST(Deposit, that_failed_leaves_the_payer_free_to_try_again) {
  Story trade(payment_plan(Placement::payer));
  EXPECT_TRUE(trade.is_ignored(failed(trade.plan, 0, MovementKind::hold)));
  trade.on(PrepareDeadlinePassed{}).on(decided(Decision::abort));
  EXPECT_TRUE(trade.is_ignored(failed(trade.plan, 0, MovementKind::hold)));
  EXPECT_EQ(trade.phase(), Phase::refunding);
}

TEST(Deposit, a_strangers_failure_under_the_same_ref_aborts_nothing) {
  Story trade(payment_plan());
  OutcomeFinal fact = failed(trade.plan, 0, MovementKind::hold);
  fact.outcome.from = {"stranger"};
  EXPECT_TRUE(trade.is_ignored(fact));
  trade.on(CancelRequested{});
  EXPECT_TRUE(trade.is_ignored(fact));
}

TEST(Return, refunds_the_one_hold_and_ends) {
  Story trade(return_plan());
  EXPECT_EQ(trade.plan.scenario, "return");
  EXPECT_EQ(trade.plan.returned->intended_for, payment_plan().id);
  EXPECT_THAT(trade.on(Started{}).commands, ElementsAre(Command(RecordDecision{Decision::abort})));
  EXPECT_THAT(trade.on(decided(Decision::abort)).commands,
              ElementsAre(submit(0, MovementKind::refund, key_of_hold(0))));
  EXPECT_THAT(trade.on(Started{}).commands, ElementsAre(submit(0, MovementKind::refund, key_of_hold(0))));
  EXPECT_THAT(trade.on(refunded(trade.plan, 0)).commands, ElementsAre(Command(Finish{})));
  EXPECT_EQ(trade.phase(), Phase::refunded);
  EXPECT_EQ(abort_reason_of(trade.state), AbortReason::returned);
}

TEST(Return, is_matched_by_the_key_whatever_trade_the_ref_names) {
  Story trade(return_plan());
  trade.on(decided(Decision::abort));
  OutcomeFinal fact = refunded(trade.plan, 0);
  fact.outcome.ref = make_operation_ref(payment_plan().id, 3, {});
  EXPECT_EQ(trade.on(fact).phase(), Phase::refunded);
}

TEST(Return, has_an_id_of_its_own_for_every_hold) {
  const Outcome deposit = deposit_of(payment_plan(), 0, key_of_hold(0));
  Outcome other = deposit;
  other.hold_key = key_of_hold(0, 1);
  const auto id_of = [](const Outcome& it) { return make_return_plan(it, {"l0"}, ReturnReason::late, {}, {}).id; };
  EXPECT_EQ(id_of(deposit), id_of(deposit));
  EXPECT_NE(id_of(deposit), id_of(other));
  EXPECT_THAT(Story(return_plan()).on(CancelRequested{}).commands, IsEmpty());
}

// The end of an id says on which shard the trade lives. Its outcomes come back under the ref of the deposit, so to the
// shard of the trade that this one names.
TEST(Return, lives_on_the_shard_of_the_trade_that_its_deposit_names) {
  const Plan plan = payment_plan();
  Outcome deposit = deposit_of(plan, 0, key_of_hold(0));
  deposit.hold_key.bytes.fill(0xab);
  const TradeId id = return_id_of(deposit);
  EXPECT_NE(id, plan.id);
  EXPECT_TRUE(
      std::equal(id.bytes.end() - kTradeIdShardBytes, id.bytes.end(), plan.id.bytes.end() - kTradeIdShardBytes));
}

}  // namespace
}  // namespace clearspan
