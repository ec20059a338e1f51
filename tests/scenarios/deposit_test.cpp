// Holds that payers place themselves: what fits is used, everything else is sent back, and nothing is silently kept.
#include <gtest/gtest.h>

#include "tests/scenarios/world.hpp"

namespace clearspan::scenarios {
namespace {

class Deposit : public testing::Test {
 protected:
  // For stories in which the right deposit never comes.
  Plan ask_with_little_time() {
    world_.set_window(Millis{1'500});
    return ask();
  }

  Plan ask() { return world_.pay("walter", "bob", 1000, "carol", Placement::payer); }

  // The trade ends with `phase`, and walter has lost `paid`.
  void expect_end(const Plan& plan, Phase phase, std::uint64_t paid) {
    world_.until_quiet();
    EXPECT_EQ(world_.phase(plan), phase);
    EXPECT_EQ(world_.balance(world_.a(), "walter", "ACN"), before_ - paid);
    EXPECT_EQ(world_.balance(world_.a(), "walter", "JUNK"), 1000U);
    EXPECT_TRUE(world_.a().books().open_holds.empty());
    world_.expect_books_add_up();
  }

  void expect_return(const Plan& plan, ReturnReason reason) {
    const evidence::TradeSnapshot shown = world_.snapshot(plan);
    ASSERT_EQ(shown.related.size(), 1U);
    const auto returned = world_.engine().index().show(shown.related.front());
    ASSERT_TRUE(returned.ok() && returned->has_value());
    EXPECT_EQ((*returned)->summary.plan->returned->reason, reason);
    EXPECT_EQ((*returned)->summary.phase, Phase::refunded);
  }

  World world_;
  std::uint64_t before_ = world_.balance(world_.a(), "walter", "ACN");
};

TEST_F(Deposit, the_exact_deposit_settles_the_trade) {
  const Plan plan = ask();
  world_.deposit(plan);
  expect_end(plan, Phase::settled, 1510);
}

TEST_F(Deposit, no_deposit_rejects_the_trade_after_its_deadline) {
  const Plan plan = ask_with_little_time();
  expect_end(plan, Phase::rejected, 0);
}

TEST_F(Deposit, an_underpayment_is_sent_back) {
  const Plan plan = ask_with_little_time();
  world_.deposit(plan, [](Movement& hold) { hold.amount = Amount(1509); });
  expect_end(plan, Phase::rejected, 0);
  expect_return(plan, ReturnReason::underpaid);
}

TEST_F(Deposit, an_overpayment_is_sent_back) {
  const Plan plan = ask_with_little_time();
  world_.deposit(plan, [](Movement& hold) { hold.amount = Amount(1511); });
  expect_end(plan, Phase::rejected, 0);
  expect_return(plan, ReturnReason::overpaid);
}

TEST_F(Deposit, another_asset_is_sent_back) {
  const Plan plan = ask_with_little_time();
  world_.deposit(plan, [](Movement& hold) {
    hold.asset = AssetId{"JUNK"};
    hold.amount = Amount(100);
  });
  expect_end(plan, Phase::rejected, 0);
  expect_return(plan, ReturnReason::wrong_asset);
}

TEST_F(Deposit, the_second_of_two_equal_deposits_is_sent_back) {
  const Plan plan = ask();
  world_.deposit(plan);
  world_.deposit(plan);
  expect_end(plan, Phase::settled, 1510);
  expect_return(plan, ReturnReason::duplicate);
}

TEST_F(Deposit, a_right_deposit_after_a_wrong_one_settles_the_trade) {
  const Plan plan = ask();
  world_.deposit(plan, [](Movement& hold) { hold.amount = Amount(3); });
  world_.produce(3);
  world_.deposit(plan);
  expect_end(plan, Phase::settled, 1510);
}

TEST_F(Deposit, a_deposit_after_the_trade_has_ended_is_sent_back) {
  const Plan plan = ask();
  world_.deposit(plan);
  world_.until_quiet();
  world_.deposit(plan);
  world_.produce(3);
  expect_end(plan, Phase::settled, 1510);
  expect_return(plan, ReturnReason::late);
}

TEST_F(Deposit, a_deposit_for_a_trade_that_never_was_is_sent_back) {
  Plan plan = ask_with_little_time();
  plan.id.bytes.fill(0xee);
  world_.deposit(plan);
  world_.until_quiet();
  EXPECT_EQ(world_.balance(world_.a(), "walter", "ACN"), before_);
  EXPECT_TRUE(world_.a().books().open_holds.empty());
}

TEST_F(Deposit, a_deposit_that_names_a_leg_which_does_not_exist_is_sent_back) {
  const Plan plan = ask_with_little_time();
  world_.deposit(plan, [&](Movement& hold) { hold.ref = make_operation_ref(plan.id, 9, plan.engine); });
  expect_end(plan, Phase::rejected, 0);
  expect_return(plan, ReturnReason::wrong_terms);
}

TEST_F(Deposit, somebody_elses_deposit_under_an_engines_ref_disturbs_nothing) {
  const Plan plan = world_.pay("alice", "bob", 1000, "carol");
  world_.deposit(plan, [](Movement& hold) {
    hold.from = AccountId{"walter"};
    hold.amount = Amount(1);
  });
  expect_end(plan, Phase::settled, 0);
  EXPECT_EQ(world_.effects(world_.b(), plan, 1).payments, 1U);
}

}  // namespace
}  // namespace clearspan::scenarios
