#include "tests/core/trade/story.hpp"

namespace clearspan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using enum MovementKind;

TEST(Pvp, decides_by_its_own_record_once_all_holds_are_final) {
  Story trade(pvp_plan());
  EXPECT_THAT(trade.on(Started{}).commands, ElementsAre(submit(0, hold), submit(1, hold)));
  EXPECT_THAT(trade.on(held(trade.plan, 1)).commands, IsEmpty());
  EXPECT_EQ(trade.phase(), Phase::preparing);
  EXPECT_THAT(trade.on(held(trade.plan, 0)).commands, ElementsAre(Command(RecordDecision{Decision::commit})));
  EXPECT_EQ(trade.phase(), Phase::releasing);
  EXPECT_THAT(trade.on(decided(Decision::commit)).commands,
              UnorderedElementsAre(submit(0, release, key_of_hold(0)), submit(1, release, key_of_hold(1))));
  EXPECT_THAT(trade.on(released(trade.plan, 1)).commands, IsEmpty());
  EXPECT_THAT(trade.outstanding(), ElementsAre(submit(0, release, key_of_hold(0))));
  EXPECT_THAT(trade.on(released(trade.plan, 0)).commands, ElementsAre(Command(Finish{})));
  EXPECT_EQ(trade.phase(), Phase::settled);
}

TEST(Pvp, releases_nothing_before_the_decision_is_on_record) {
  Story trade(pvp_plan());
  trade.all_held();
  EXPECT_THAT(trade.outstanding(), ElementsAre(Command(RecordDecision{Decision::commit})));
  EXPECT_TRUE(trade.is_ignored(failed(trade.plan, 0, release, key_of_hold(0))));
  EXPECT_TRUE(trade.is_ignored(dead(0, release)));
}

TEST(Pvp, ends_when_somebody_else_ended_the_holds_before_the_decision_was_on_record) {
  Story trade(pvp_plan());
  trade.all_held().on(released(trade.plan, 0)).on(released(trade.plan, 1));
  EXPECT_EQ(trade.phase(), Phase::releasing);
  EXPECT_THAT(trade.on(decided(Decision::commit)).commands, ElementsAre(Command(Finish{})));
  EXPECT_EQ(trade.phase(), Phase::settled);
}

TEST(Pvp, is_not_cancelled_once_all_holds_are_final) {
  Story trade(pvp_plan());
  trade.all_held();
  EXPECT_TRUE(trade.is_ignored(CancelRequested{}));
  EXPECT_TRUE(trade.is_ignored(PrepareDeadlinePassed{}));
}

TEST(Pvp, refunds_the_placed_hold_and_waits_for_the_other_to_land_or_die) {
  Story trade(pvp_plan());
  trade.on(held(trade.plan, 0));
  EXPECT_THAT(trade.on(PrepareDeadlinePassed{}).commands,
              ElementsAre(Command(Abandon{1, hold}), Command(RecordDecision{Decision::abort})));
  EXPECT_THAT(trade.on(decided(Decision::abort)).commands, ElementsAre(submit(0, refund, key_of_hold(0))));
  EXPECT_THAT(trade.on(refunded(trade.plan, 0)).commands, IsEmpty());
  EXPECT_EQ(trade.phase(), Phase::refunding) << "the other hold may still land";
  EXPECT_THAT(trade.outstanding(), ElementsAre(Command(Abandon{1, hold})));
  EXPECT_THAT(trade.on(held(trade.plan, 1)).commands, ElementsAre(submit(1, refund, key_of_hold(1))));
  EXPECT_THAT(trade.on(refunded(trade.plan, 1)).commands, ElementsAre(Command(Finish{})));
  EXPECT_EQ(trade.phase(), Phase::refunded);
}

TEST(Pvp, keeps_watching_for_a_payers_deposit_after_the_abort) {
  Story trade(pvp_plan(Placement::payer));
  trade.on(PrepareDeadlinePassed{}).on(dead(0, hold));
  EXPECT_THAT(trade.outstanding(), ElementsAre(Command(AwaitDeposit{1}), Command(Abandon{1, hold}),
                                               Command(RecordDecision{Decision::abort})));
}

TEST(Pvp, takes_no_hold_on_the_other_legs_ledger) {
  Story trade(pvp_plan());
  OutcomeFinal fact = held(trade.plan, 0);
  fact.ledger = trade.plan.legs[1].ledger;
  trade.on(fact).on(held(trade.plan, 1));
  EXPECT_EQ(trade.phase(), Phase::preparing);
}

TEST(Pvp, takes_no_ending_on_the_other_legs_ledger) {
  Story trade(pvp_plan());
  trade.all_held().on(decided(Decision::commit));
  OutcomeFinal fact = released(trade.plan, 0);
  fact.ledger = trade.plan.legs[1].ledger;
  EXPECT_TRUE(trade.is_ignored(fact));
}

TEST(Pvp, lets_no_payment_decide) {
  Story trade(pvp_plan());
  for (LegIndex leg = 0; leg < 2; ++leg) {
    EXPECT_TRUE(trade.is_ignored(paid(trade.plan, leg)));
    EXPECT_EQ(trade.on(dead(leg, payment)).refusal, ErrorCode::invalid_transition);
  }
}

TEST(ThreeHolds, abort_on_the_first_failure_and_abandon_the_rest) {
  Story trade(three_holds_plan());
  trade.on(held(trade.plan, 2));
  EXPECT_THAT(trade.on(failed(trade.plan, 0, hold)).commands,
              ElementsAre(Command(Abandon{1, hold}), Command(RecordDecision{Decision::abort})));
  EXPECT_THAT(trade.on(refused(1, hold)).commands, IsEmpty());
  EXPECT_THAT(trade.on(decided(Decision::abort)).commands, ElementsAre(submit(2, refund, key_of_hold(2))));
  trade.on(refunded(trade.plan, 2));
  EXPECT_EQ(trade.phase(), Phase::refunded);
  EXPECT_EQ(abort_reason_of(trade.state), AbortReason::hold_failed);
}

TEST(ThreeHolds, keep_the_first_reason_of_the_abort) {
  Story trade(three_holds_plan());
  trade.on(refused(0, hold)).on(dead(1, hold)).on(CancelRequested{}).on(PrepareDeadlinePassed{});
  EXPECT_EQ(abort_reason_of(trade.state), AbortReason::hold_refused);
}

TEST(ThreeHolds, settle_only_when_every_release_is_final) {
  Story trade(three_holds_plan());
  trade.all_held().on(decided(Decision::commit)).on(released(trade.plan, 0)).on(released(trade.plan, 2));
  EXPECT_EQ(trade.phase(), Phase::releasing);
  EXPECT_EQ(trade.on(released(trade.plan, 1)).phase(), Phase::settled);
}

TEST(ThreeHolds, never_ask_again_for_an_ending_that_is_final) {
  Story commit(three_holds_plan());
  commit.all_held().on(decided(Decision::commit)).on(released(commit.plan, 0));
  EXPECT_TRUE(commit.is_ignored(failed(commit.plan, 0, release, key_of_hold(0))));
  EXPECT_TRUE(commit.is_ignored(dead(0, release)));
  Story abort(three_holds_plan());
  abort.on(held(abort.plan, 0)).on(CancelRequested{}).on(decided(Decision::abort)).on(refunded(abort.plan, 0));
  EXPECT_TRUE(abort.is_ignored(failed(abort.plan, 0, refund, key_of_hold(0))));
  EXPECT_TRUE(abort.is_ignored(dead(0, refund)));
}

TEST(ThreeHolds, count_the_failures_of_each_hold_by_itself) {
  Story trade(three_holds_plan());
  trade.all_held().on(decided(Decision::commit));
  for (int i = 1; i < kEndingFailuresMax; ++i) {
    for (LegIndex leg = 0; leg < 3; ++leg) trade.on(failed(trade.plan, leg, release, key_of_hold(leg)));
  }
  EXPECT_EQ(trade.phase(), Phase::releasing);
}

TEST(Chain, asks_for_the_pivot_only_when_every_hold_is_final) {
  Story trade(chain_plan());
  EXPECT_THAT(trade.on(Started{}).commands, ElementsAre(submit(0, hold), submit(2, hold)));
  EXPECT_THAT(trade.on(held(trade.plan, 2)).commands, IsEmpty());
  EXPECT_THAT(trade.on(held(trade.plan, 0)).commands, ElementsAre(submit(1, payment)));
  EXPECT_THAT(trade.on(paid(trade.plan, 1)).commands,
              ElementsAre(submit(0, release, key_of_hold(0)), submit(2, release, key_of_hold(2))));
  trade.on(released(trade.plan, 2)).on(released(trade.plan, 0));
  EXPECT_EQ(trade.phase(), Phase::settled);
}

TEST(Chain, refunds_every_hold_when_the_pivot_is_dead) {
  Story trade(chain_plan());
  trade.all_held().on(dead(1, payment));
  EXPECT_THAT(trade.on(decided(Decision::abort)).commands,
              ElementsAre(submit(0, refund, key_of_hold(0)), submit(2, refund, key_of_hold(2))));
}

TEST(Names, of_phases_read_back) {
  for (std::uint8_t i = 0; i < std::variant_size_v<State>; ++i) {
    const auto phase = static_cast<Phase>(i);
    EXPECT_EQ(parse_phase(to_string(phase)), phase);
  }
  EXPECT_EQ(parse_phase("done"), std::nullopt);
}

TEST(Names, of_terminal_phases_leave_out_the_suspended) {
  const std::vector<Phase> terminal = {Phase::settled, Phase::refunded, Phase::rejected};
  for (std::uint8_t i = 0; i < std::variant_size_v<State>; ++i) {
    const auto phase = static_cast<Phase>(i);
    EXPECT_EQ(is_terminal(phase), std::find(terminal.begin(), terminal.end(), phase) != terminal.end());
  }
}

}  // namespace
}  // namespace clearspan
