#include "tests/core/trade/story.hpp"

namespace clearspan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum MovementKind;

const HoldKey kKey = key_of_hold(0);

Story deciding() {
  return std::move(Story(payment_plan()).all_held());
}

Story releasing() {
  Story trade = deciding();
  return std::move(trade.on(paid(trade.plan, 1)));
}

TEST(Payment, goes_through_hold_pivot_and_release_to_settled) {
  Story trade(payment_plan());
  EXPECT_THAT(trade.on(Started{}).commands, ElementsAre(submit(0, hold)));
  EXPECT_THAT(trade.on(held(trade.plan, 0)).commands, ElementsAre(submit(1, payment)));
  EXPECT_EQ(trade.phase(), Phase::deciding);
  EXPECT_THAT(trade.on(paid(trade.plan, 1)).commands, ElementsAre(submit(0, release, kKey)));
  EXPECT_EQ(trade.phase(), Phase::releasing);
  EXPECT_THAT(trade.on(released(trade.plan, 0)).commands, ElementsAre(Command(Finish{})));
  EXPECT_EQ(trade.phase(), Phase::settled);
}

TEST(Payment, waits_for_a_deposit_that_the_payer_places) {
  Story trade(payment_plan(Placement::payer));
  EXPECT_THAT(trade.on(Started{}).commands, ElementsAre(Command(AwaitDeposit{0})));
  EXPECT_THAT(trade.on(held(trade.plan, 0)).commands, ElementsAre(submit(1, payment)));
}

TEST(Payment, is_decided_by_the_record_of_its_pivot) {
  Story trade = releasing();
  EXPECT_THAT(trade.outstanding(), ElementsAre(submit(0, release, kKey)));
  EXPECT_TRUE(trade.is_ignored(decided(Decision::commit))) << "earlier versions recorded it once more";
  EXPECT_EQ(trade.on(decided(Decision::abort)).refusal, ErrorCode::invalid_transition);
}

TEST(Payment, says_which_event_put_the_decision_on_record) {
  const Plan plan = payment_plan();
  EXPECT_EQ(decision_by(paid(plan, 1), Phase::releasing), Decision::commit);
  EXPECT_EQ(decision_by(paid(plan, 1), Phase::settled), Decision::commit) << "of a plan whose holds are all over";
  EXPECT_EQ(decision_by(paid(plan, 1), Phase::suspended), std::nullopt) << "on other terms";
  EXPECT_EQ(decision_by(failed(plan, 1, payment), Phase::refunding), std::nullopt) << "Decided follows";
  EXPECT_EQ(decision_by(held(plan, 0), Phase::releasing), std::nullopt);
  EXPECT_EQ(decision_by(decided(Decision::abort), Phase::refunding), Decision::abort);
}

TEST(Payment, refunds_nothing_before_the_decision_is_on_record) {
  Story trade = deciding();
  EXPECT_THAT(trade.on(dead(1, payment)).commands, ElementsAre(Command(RecordDecision{Decision::abort})));
  EXPECT_THAT(trade.outstanding(), ElementsAre(Command(RecordDecision{Decision::abort})));
  EXPECT_TRUE(trade.is_ignored(failed(trade.plan, 0, refund, kKey)));
  EXPECT_TRUE(trade.is_ignored(dead(0, refund)));
}

TEST(Payment, ends_when_somebody_else_ended_the_hold_before_the_decision_was_on_record) {
  Story abort = deciding();
  abort.on(dead(1, payment)).on(refunded(abort.plan, 0));
  EXPECT_THAT(abort.on(decided(Decision::abort)).commands, ElementsAre(Command(Finish{})));
  EXPECT_EQ(abort.phase(), Phase::refunded);
}

TEST(Payment, is_rejected_when_the_hold_can_never_take_effect) {
  const std::pair<Event, AbortReason> causes[] = {
      {failed(payment_plan(), 0, hold), AbortReason::hold_failed},
      {dead(0, hold), AbortReason::hold_dead},
      {refused(0, hold), AbortReason::hold_refused},
  };
  for (const auto& [cause, reason] : causes) {
    Story trade(payment_plan());
    EXPECT_THAT(trade.on(cause).commands, ElementsAre(Command(RecordDecision{Decision::abort})));
    EXPECT_THAT(trade.on(decided(Decision::abort)).commands, ElementsAre(Command(Finish{})));
    EXPECT_EQ(trade.phase(), Phase::rejected);
    EXPECT_EQ(abort_reason_of(trade.state), reason);
  }
}

TEST(Payment, abandons_an_open_hold_at_the_deadline_or_on_cancel_and_waits_until_it_is_dead) {
  for (const Event& cause : {Event(PrepareDeadlinePassed{}), Event(CancelRequested{})}) {
    Story trade(payment_plan());
    EXPECT_THAT(trade.on(cause).commands,
                ElementsAre(Command(Abandon{0, hold}), Command(RecordDecision{Decision::abort})));
    EXPECT_THAT(trade.on(decided(Decision::abort)).commands, IsEmpty());
    EXPECT_EQ(trade.phase(), Phase::refunding);
    EXPECT_THAT(trade.on(dead(0, hold)).commands, ElementsAre(Command(Finish{})));
    EXPECT_EQ(trade.phase(), Phase::rejected);
  }
}

TEST(Payment, refunds_a_hold_that_lands_after_the_abort) {
  Story trade(payment_plan());
  trade.on(PrepareDeadlinePassed{}).on(decided(Decision::abort));
  EXPECT_THAT(trade.on(held(trade.plan, 0)).commands, ElementsAre(submit(0, refund, kKey)));
  EXPECT_THAT(trade.on(refunded(trade.plan, 0)).commands, ElementsAre(Command(Finish{})));
  EXPECT_EQ(trade.phase(), Phase::refunded);
  EXPECT_EQ(abort_reason_of(trade.state), AbortReason::prepare_deadline);
}

TEST(Payment, refunds_a_hold_that_lands_before_the_abort_is_on_record_only_afterwards) {
  Story trade(payment_plan());
  trade.on(CancelRequested{});
  EXPECT_THAT(trade.on(held(trade.plan, 0)).commands, IsEmpty());
  EXPECT_THAT(trade.on(decided(Decision::abort)).commands, ElementsAre(submit(0, refund, kKey)));
}

TEST(Payment, never_refunds_while_the_pivot_can_still_become_final) {
  Story trade = deciding();
  EXPECT_TRUE(trade.is_ignored(PrepareDeadlinePassed{}));
  EXPECT_THAT(trade.on(CancelRequested{}).commands, ElementsAre(Command(Abandon{1, payment})));
  EXPECT_EQ(trade.phase(), Phase::deciding);
  EXPECT_TRUE(trade.is_ignored(CancelRequested{}));
  EXPECT_TRUE(trade.is_ignored(dead(0, hold)));
  EXPECT_TRUE(trade.is_ignored(refused(0, hold)));
  EXPECT_TRUE(trade.is_ignored(dead(0, release)));
  EXPECT_EQ(trade.on(decided(Decision::abort)).refusal, ErrorCode::invalid_transition);
  EXPECT_THAT(trade.outstanding(), ElementsAre(Command(Abandon{1, payment})));
}

TEST(Payment, settles_when_the_pivot_lands_in_spite_of_the_cancel) {
  Story trade = deciding();
  trade.on(CancelRequested{}).on(paid(trade.plan, 1)).on(released(trade.plan, 0));
  EXPECT_EQ(trade.phase(), Phase::settled);
}

TEST(Payment, refunds_when_the_pivot_is_proven_never_to_happen) {
  const std::pair<Event, AbortReason> causes[] = {
      {failed(payment_plan(), 1, payment), AbortReason::pivot_failed},
      {dead(1, payment), AbortReason::pivot_dead},
      {refused(1, payment), AbortReason::pivot_refused},
  };
  for (const auto& [cause, reason] : causes) {
    Story trade = deciding();
    EXPECT_THAT(trade.on(cause).commands, ElementsAre(Command(RecordDecision{Decision::abort})));
    EXPECT_THAT(trade.on(decided(Decision::abort)).commands, ElementsAre(submit(0, refund, kKey)));
    EXPECT_THAT(trade.on(refunded(trade.plan, 0)).commands, ElementsAre(Command(Finish{})));
    EXPECT_EQ(trade.phase(), Phase::refunded);
    EXPECT_EQ(abort_reason_of(trade.state), reason);
  }
}

TEST(Payment, names_the_cancel_when_it_kept_the_pivot_from_being_signed) {
  Story trade = deciding();
  trade.on(CancelRequested{}).on(refused(1, payment));
  EXPECT_EQ(abort_reason_of(trade.state), AbortReason::cancelled);
}

TEST(Payment, takes_no_strangers_payment_for_the_pivot) {
  const Story trade = deciding();
  for (const bool ok : {true, false}) {
    OutcomeFinal fact = paid(trade.plan, 1);
    fact.outcome.ok = ok;
    fact.outcome.from = {"stranger"};
    EXPECT_TRUE(trade.is_ignored(fact));
    fact = paid(trade.plan, 1);
    fact.outcome.ok = ok;
    fact.ledger = {"l0"};
    EXPECT_TRUE(trade.is_ignored(fact)) << "a payment on another ledger";
    fact = paid(trade.plan, 1);
    fact.outcome.ok = ok;
    fact.outcome.ref = make_operation_ref(trade.plan.id, 0, trade.plan.engine);
    EXPECT_TRUE(trade.is_ignored(fact)) << "a payment under the hold's leg";
  }
}

TEST(Payment, is_suspended_when_the_pivot_moved_something_else_than_the_plan_says) {
  void (*const changes[])(Outcome&) = {
      [](Outcome& it) { it.amount = Amount(100); },
      [](Outcome& it) { it.amount = Amount(102); },
      [](Outcome& it) { it.asset = {"GOLD"}; },
      [](Outcome& it) { it.to = {"stranger"}; },
  };
  for (const auto change : changes) {
    Story trade = deciding();
    OutcomeFinal fact = paid(trade.plan, 1);
    change(fact.outcome);
    EXPECT_THAT(trade.on(fact).commands, IsEmpty());
    ASSERT_EQ(trade.phase(), Phase::suspended);
    EXPECT_EQ(trade.suspended_for(), SuspendReason::pivot_contradicts_plan);
  }
}

TEST(Payment, is_suspended_when_the_pivot_lands_although_it_was_never_asked_for_or_was_dead) {
  Story early(payment_plan());
  early.on(paid(early.plan, 1));
  ASSERT_EQ(early.phase(), Phase::suspended);
  EXPECT_EQ(early.suspended_for(), SuspendReason::pivot_contradicts_proof);
  Story late = deciding();
  late.on(dead(1, payment)).on(paid(late.plan, 1));
  ASSERT_EQ(late.phase(), Phase::suspended);
  EXPECT_EQ(late.suspended_for(), SuspendReason::pivot_contradicts_proof);
  EXPECT_TRUE(late.is_ignored(decided(Decision::abort)));
  EXPECT_THAT(late.outstanding(), IsEmpty());
}

TEST(Payment, keeps_a_hold_that_was_asked_for_when_it_lands_while_suspended) {
  Story trade(payment_plan());
  trade.on(paid(trade.plan, 1));
  EXPECT_THAT(trade.on(held(trade.plan, 0)).commands, IsEmpty());
  EXPECT_TRUE(trade.is_ignored(held(trade.plan, 0)));
  const OutcomeFinal second{{"l0"}, deposit_of(trade.plan, 0, key_of_hold(0, 1))};
  EXPECT_THAT(trade.on(second).commands,
              ElementsAre(Command(ReturnDeposit{{"l0"}, second.outcome, ReturnReason::duplicate})));
}

TEST(Payment, aborts_when_the_payer_takes_the_hold_back_before_the_pivot_is_asked_for) {
  Story trade(make_plan({LegRole::hold, LegRole::hold, LegRole::pivot}));
  trade.on(held(trade.plan, 0));
  OutcomeFinal reclaim = refunded(trade.plan, 0);
  reclaim.outcome.reclaimed = true;
  EXPECT_THAT(trade.on(reclaim).commands,
              ElementsAre(Command(Abandon{1, hold}), Command(RecordDecision{Decision::abort})));
  EXPECT_TRUE(trade.is_ignored(held(trade.plan, 0))) << "the same hold reported again is no new deposit";
  trade.on(decided(Decision::abort)).on(dead(1, hold));
  EXPECT_EQ(trade.phase(), Phase::refunded);
}

TEST(Payment, is_suspended_when_a_hold_ends_that_the_pivot_relies_on) {
  for (const MovementKind kind : {release, refund}) {
    Story trade = deciding();
    trade.on(done(trade.plan, 0, kind, kKey));
    ASSERT_EQ(trade.phase(), Phase::suspended);
    EXPECT_EQ(trade.suspended_for(), SuspendReason::hold_ended_early);
  }
}

TEST(Payment, is_suspended_when_a_hold_ends_against_the_decision) {
  Story commit = releasing();
  commit.on(refunded(commit.plan, 0));
  ASSERT_EQ(commit.phase(), Phase::suspended);
  EXPECT_EQ(commit.suspended_for(), SuspendReason::ended_against_decision);
  Story abort = deciding();
  abort.on(dead(1, payment)).on(decided(Decision::abort)).on(released(abort.plan, 0));
  ASSERT_EQ(abort.phase(), Phase::suspended);
  EXPECT_EQ(abort.suspended_for(), SuspendReason::ended_against_decision);
}

TEST(Payment, asks_again_for_a_release_that_failed_or_died_until_the_limit) {
  for (const Event& setback :
       {Event(failed(payment_plan(), 0, release, kKey)), dead(0, release), refused(0, release)}) {
    Story trade = releasing();
    for (int i = 1; i < kEndingFailuresMax; ++i) {
      ASSERT_THAT(trade.on(setback).commands,
                  ElementsAre(Command(Submit{0, release, kKey, static_cast<std::uint8_t>(i)})));
    }
    trade.on(setback);
    ASSERT_EQ(trade.phase(), Phase::suspended);
    EXPECT_EQ(trade.suspended_for(), SuspendReason::retries_exhausted);
  }
}

TEST(Payment, ignores_setbacks_of_the_ending_that_it_did_not_choose) {
  const Story trade = releasing();
  EXPECT_TRUE(trade.is_ignored(failed(trade.plan, 0, refund, kKey)));
  EXPECT_TRUE(trade.is_ignored(dead(0, refund)));
}

TEST(Payment, ignores_what_it_is_told_twice) {
  Story trade(payment_plan());
  const Event story[] = {held(trade.plan, 0), paid(trade.plan, 1), released(trade.plan, 0)};
  for (std::size_t i = 0; i < std::size(story); ++i) {
    trade.on(story[i]);
    for (std::size_t j = 0; j <= i; ++j) EXPECT_TRUE(trade.is_ignored(story[j])) << i << " " << j;
  }
  EXPECT_EQ(trade.phase(), Phase::settled);
}

TEST(Payment, ignores_a_refunded_trades_facts_when_told_twice) {
  Story trade(payment_plan());
  const Event story[] = {held(trade.plan, 0), failed(trade.plan, 1, payment), decided(Decision::abort),
                         refunded(trade.plan, 0)};
  for (std::size_t i = 0; i < std::size(story); ++i) {
    trade.on(story[i]);
    for (std::size_t j = 0; j <= i; ++j) EXPECT_TRUE(trade.is_ignored(story[j])) << i << " " << j;
  }
  EXPECT_EQ(trade.phase(), Phase::refunded);
}

TEST(Payment, refuses_events_of_its_own_that_do_not_fit_the_plan_and_keeps_its_state) {
  const Event misfits[] = {dead(1, hold),    dead(0, payment),   dead(2, hold),
                           refused(7, hold), refused(1, refund), decided(Decision::commit)};
  for (const Event& misfit : misfits) {
    Story trade(payment_plan());
    EXPECT_EQ(trade.on(misfit).refusal, ErrorCode::invalid_transition);
    EXPECT_EQ(trade.state, initial_state(trade.plan));
  }
  Story settled = releasing();
  settled.on(released(settled.plan, 0));
  EXPECT_EQ(settled.on(decided(Decision::abort)).refusal, ErrorCode::invalid_transition);
  EXPECT_EQ(settled.phase(), Phase::settled);
}

}  // namespace
}  // namespace clearspan
