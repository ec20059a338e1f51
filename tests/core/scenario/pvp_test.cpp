#include <gtest/gtest.h>

#include "tests/core/scenario/world.hpp"

namespace clearspan {
namespace {

TEST(Pvp, makes_a_hold_of_every_leg_and_no_pivot) {
  const auto plan = PvpWorld{}.compile();
  ASSERT_TRUE(plan.ok()) << describe(plan.error());
  EXPECT_EQ(plan->scenario, "pvp");
  EXPECT_EQ(plan->pivot(), std::nullopt);
  EXPECT_EQ(plan->payment, std::nullopt);
  ASSERT_EQ(plan->legs.size(), 2U);
  EXPECT_EQ(plan->legs[0].placement, Placement::engine);
  EXPECT_EQ(plan->legs[1].placement, Placement::payer);
  EXPECT_EQ(plan->legs[1].ledger.text, "b");
  EXPECT_EQ(plan->legs[1].payer.text, "bob");
  EXPECT_EQ(plan->legs[1].payee.text, "alice");
  EXPECT_EQ(plan->legs[1].amount, Amount(9));
  for (const Leg& leg : plan->legs) EXPECT_EQ(leg.role, LegRole::hold);
}

TEST(Pvp, gives_every_hold_the_same_moment_on_its_own_clock) {
  const auto plan = PvpWorld{}.compile();
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->prepare_until, at_second(1'000'060));
  EXPECT_EQ(plan->legs[0].not_after.value, 1'000'060U);
  EXPECT_EQ(plan->legs[1].not_after.value, 5060U);
}

TEST(Pvp, lets_payers_reclaim_only_after_the_slowest_release_and_only_where_the_ledger_can) {
  PvpWorld world;
  // holds by 60 s + the slowest release 10 + 2 s + margin 30 s
  world.request.reclaim_after = at_second(1'000'102);
  const auto plan = world.compile();
  ASSERT_TRUE(plan.ok()) << describe(plan.error());
  EXPECT_EQ(plan->legs[0].reclaim_after.value, 1'000'102U);
  EXPECT_EQ(plan->legs[1].reclaim_after, kNever);
  world.request.reclaim_after = at_second(1'000'101);
  ASSERT_FALSE(world.compile().ok());
  EXPECT_EQ(world.compile().error().code, ErrorCode::margin_not_promisable);
  EXPECT_EQ(world.compile().error().field, "/reclaim_after");
}

TEST(Pvp, allows_as_many_legs_as_a_plan_may_have) {
  PvpWorld world;
  world.set_legs(kLegsMax);
  const auto plan = world.compile();
  ASSERT_TRUE(plan.ok()) << describe(plan.error());
  EXPECT_EQ(plan->legs.size(), kLegsMax);
}

struct Refusal {
  const char* why;
  void (*change)(PvpWorld&);
  ErrorCode code;
  const char* field;
};

const Refusal kRefusals[] = {
    {"no legs", [](PvpWorld& w) { w.set_legs(0); }, ErrorCode::invalid_value, "/legs"},
    {"one leg", [](PvpWorld& w) { w.set_legs(1); }, ErrorCode::invalid_value, "/legs"},
    {"too many legs", [](PvpWorld& w) { w.set_legs(kLegsMax + 1); }, ErrorCode::invalid_value, "/legs"},
    {"all on one ledger",
     [](PvpWorld& w) {
       w.request.legs[1].ledger = {"a"};
       w.ledgers[1] = w.ledgers[0];
     },
     ErrorCode::invalid_value, "/legs"},
    {"the status of another ledger", [](PvpWorld& w) { w.request.legs[1].ledger = {"c"}; }, ErrorCode::unknown_ledger,
     "/legs/1/ledger"},
    {"an asset that the ledger lacks", [](PvpWorld& w) { w.request.legs[1].asset = {"GOLD"}; },
     ErrorCode::unknown_asset, "/legs/1/asset"},
    {"a zero amount", [](PvpWorld& w) { w.request.legs[1].amount = Amount(0); }, ErrorCode::amount_zero,
     "/legs/1/amount"},
    {"a leg to its own payer", [](PvpWorld& w) { w.request.legs[0].to = w.request.legs[0].from; },
     ErrorCode::invalid_value, "/legs/0/to"},
    {"nobody gives", [](PvpWorld& w) { w.request.legs[1].from = {}; }, ErrorCode::unknown_account, "/legs/1/from"},
    {"nobody gets", [](PvpWorld& w) { w.request.legs[1].to = {}; }, ErrorCode::unknown_account, "/legs/1/to"},
    {"the deadline has passed", [](PvpWorld& w) { w.request.deadline = w.identity.now - Millis(1); },
     ErrorCode::deadline_expired, "/deadline"},
    {"the deadline leaves too little for the slower ledger",
     [](PvpWorld& w) { w.request.deadline = w.identity.now + Millis(13'999); }, ErrorCode::margin_not_promisable,
     "/deadline"},
    {"a reclaim where no ledger has one",
     [](PvpWorld& w) {
       w.ledgers[0].traits.has_reclaim = false;
       w.request.reclaim_after = at_second(2'000'000);
     },
     ErrorCode::invalid_value, "/reclaim_after"},
    {"a ledger that was never seen", [](PvpWorld& w) { w.ledgers[1].seen = {}; }, ErrorCode::not_ready, ""},
};

TEST(Pvp, refuses_each_bad_request_with_its_code_and_field) {
  for (const Refusal& refusal : kRefusals) {
    PvpWorld world;
    refusal.change(world);
    const auto plan = world.compile();
    ASSERT_FALSE(plan.ok()) << refusal.why;
    EXPECT_EQ(to_string(plan.error().code), to_string(refusal.code)) << refusal.why << ": " << describe(plan.error());
    EXPECT_EQ(plan.error().field, refusal.field) << refusal.why;
  }
}

}  // namespace
}  // namespace clearspan
