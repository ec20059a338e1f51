#include <gmock/gmock.h>

#include <limits>

#include "tests/core/scenario/world.hpp"

namespace clearspan {
namespace {

using ::testing::HasSubstr;

TEST(Payment, holds_the_converted_amount_rounded_up_plus_the_fee_and_pays_the_exact_amount) {
  const auto plan = PaymentWorld{}.compile();
  ASSERT_TRUE(plan.ok()) << describe(plan.error());
  ASSERT_EQ(plan->legs.size(), 2U);
  const Leg& hold = plan->legs[0];
  EXPECT_EQ(hold.role, LegRole::hold);
  EXPECT_EQ(hold.ledger.text, "a");
  EXPECT_EQ(hold.payer.text, "payer");
  EXPECT_EQ(hold.payee.text, "xa");
  EXPECT_EQ(hold.amount, Amount(157));  // ceil(101 * 3 / 2) + 5
  const Leg& pivot = plan->legs[1];
  EXPECT_EQ(pivot.role, LegRole::pivot);
  EXPECT_EQ(pivot.ledger.text, "b");
  EXPECT_EQ(pivot.payer.text, "xb");
  EXPECT_EQ(pivot.payee.text, "merchant");
  EXPECT_EQ(pivot.amount, Amount(101));
  EXPECT_EQ(plan->scenario, "payment");
  EXPECT_EQ(plan->payment, (PaymentTerms{"shop", {3, 2}, Amount(5)}));
  EXPECT_EQ(plan->pivot(), LegIndex{1});
}

TEST(PaymentOffer, gives_every_payment_its_own_parties_and_amounts_and_nothing_of_another) {
  PaymentWorld world;
  const PaymentOffer offer(world.profile, world.source, world.destination, world.policy, {}, world.identity.engine,
                           world.identity.now);
  for (std::uint64_t units = 10; units < 20; ++units) {
    world.request.payer = {"payer " + std::to_string(units)};
    world.request.merchant = {"merchant " + std::to_string(units)};
    world.request.amount = Amount(units);
    world.identity.id.bytes[3] = static_cast<std::uint8_t>(units);
    const auto plan =
        offer.accept(world.identity.id, world.request.payer, world.request.merchant, world.request.amount);
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->id, world.identity.id);
    EXPECT_EQ(plan->legs[0].payer, world.request.payer);
    EXPECT_EQ(plan->legs[0].amount, Amount((units * 3 + 1) / 2 + 5));
    EXPECT_EQ(plan->legs[1].payee, world.request.merchant);
    EXPECT_EQ(plan->legs[1].amount, Amount(units));
    EXPECT_EQ(*plan, *world.compile());
    EXPECT_EQ(offer.accept(world.identity.id, {"payer"}, {"xb"}, Amount(10)).error().field, "/merchant");
  }
}

// A client first learns what it can put right by itself.
TEST(PaymentOffer, names_what_is_wrong_with_the_payment_before_what_is_wrong_with_the_moment) {
  PaymentWorld world;
  world.destination.seen = Timestamp{};
  const PaymentOffer offer(world.profile, world.source, world.destination, world.policy, {}, world.identity.engine,
                           world.identity.now);
  const TradeId id = world.identity.id;
  EXPECT_EQ(offer.accept(id, {""}, {"merchant"}, Amount(0)).error().field, "/payer");
  EXPECT_EQ(offer.accept(id, {"payer"}, {"merchant"}, Amount(0)).error().code, ErrorCode::amount_zero);
  EXPECT_EQ(offer.accept(id, {"payer"}, {"merchant"}, Amount(100)).error().code, ErrorCode::not_ready);
}

TEST(Payment, puts_each_deadline_on_the_clock_of_its_own_ledger) {
  const auto plan = PaymentWorld{}.compile();
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->created, at_second(1'000'000));
  EXPECT_EQ(plan->prepare_until, at_second(1'000'060));
  EXPECT_EQ(plan->legs[0].not_after.value, 1'000'060U);  // seconds
  EXPECT_EQ(plan->legs[1].not_after.value, 5120U);       // the height 120 blocks on
  EXPECT_EQ(plan->legs[1].reclaim_after, kNever);
  // deadline 120 s + pivot final 3 + 1 s + release final 10 + 2 s + margin 30 s, + 7 days
  EXPECT_EQ(plan->legs[0].reclaim_after.value, 1'000'166U + 7U * 24 * 3600);
}

TEST(Payment, estimates_the_height_from_the_moment_at_which_the_ledger_was_seen) {
  PaymentWorld world;
  world.destination.seen = at_second(1'000'000 - 30);
  EXPECT_EQ(world.compile()->legs[1].not_after.value, 5150U);
}

TEST(Payment, takes_the_deadline_of_the_request_for_the_pivot) {
  PaymentWorld world;
  world.request.deadline = at_second(1'000'100);
  const auto plan = world.compile();
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->prepare_until, at_second(1'000'040));
  EXPECT_EQ(plan->legs[1].not_after.value, 5100U);
}

TEST(Payment, leaves_deposits_to_the_payer_when_asked) {
  PaymentWorld world;
  world.request.placed_by = Placement::payer;
  EXPECT_EQ(world.compile()->legs[0].placement, Placement::payer);
}

TEST(Payment, has_no_reclaim_where_the_ledger_has_none) {
  PaymentWorld world;
  world.source.traits.has_reclaim = false;
  EXPECT_EQ(world.compile()->legs[0].reclaim_after, kNever);
}

TEST(Payment, accepts_the_smallest_reclaim_that_it_can_promise_and_refuses_one_millisecond_less) {
  PaymentWorld world;
  world.request.reclaim_after = at_second(1'000'166);
  const auto plan = world.compile();
  ASSERT_TRUE(plan.ok()) << describe(plan.error());
  EXPECT_EQ(plan->legs[0].reclaim_after.value, 1'000'166U);
  world.request.reclaim_after = at_second(1'000'166) - Millis(1);
  const auto refused = world.compile();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::margin_not_promisable);
  EXPECT_EQ(refused.error().field, "/reclaim_after");
  EXPECT_THAT(refused.error().detail, HasSubstr(to_rfc3339(at_second(1'000'166))));
  EXPECT_THAT(refused.error().detail, HasSubstr("30000 ms"));
}

TEST(Payment, accepts_the_shortest_time_in_which_a_hold_becomes_final_and_refuses_one_millisecond_less) {
  PaymentWorld world;
  world.request.deadline = at_second(1'000'000 + 60 + 14);  // pivot window 60 s, hold 10 + 2 * 2 s
  EXPECT_TRUE(world.compile().ok());
  world.request.deadline = *world.request.deadline - Millis(1);
  const auto refused = world.compile();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::margin_not_promisable);
  EXPECT_EQ(refused.error().field, "/deadline");
  EXPECT_THAT(refused.error().detail, HasSubstr("13999 ms"));
  EXPECT_THAT(refused.error().detail, HasSubstr("14000 ms"));
}

TEST(Payment, counts_how_far_a_ledgers_clock_runs_ahead) {
  PaymentWorld world;
  world.source.time = {1'000'050};  // 50 s ahead of 60 s, and a hold needs 14 s
  const auto refused = world.compile();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::margin_not_promisable);
  EXPECT_THAT(refused.error().detail, HasSubstr("50000 ms ahead"));
  world.source.time = {1'000'046};
  EXPECT_TRUE(world.compile().ok());
}

TEST(Payment, accepts_the_amounts_at_the_limits_of_the_profile) {
  PaymentWorld world;
  for (const std::uint64_t amount : {10, 1000}) {
    world.request.amount = Amount(amount);
    EXPECT_TRUE(world.compile().ok()) << amount;
  }
}

TEST(Payment, allows_payer_and_merchant_of_the_same_name_on_two_ledgers) {
  PaymentWorld world;
  world.request.merchant = world.request.payer;
  EXPECT_TRUE(world.compile().ok());
}

struct Refusal {
  const char* why;
  void (*change)(PaymentWorld&);
  ErrorCode code;
  const char* field;
};

const Amount kLargest(std::numeric_limits<U256>::max());

const Refusal kRefusals[] = {
    {"zero", [](PaymentWorld& w) { w.request.amount = Amount(0); }, ErrorCode::amount_zero, "/amount"},
    {"below the minimum", [](PaymentWorld& w) { w.request.amount = Amount(9); }, ErrorCode::limit_exceeded, "/amount"},
    {"above the maximum", [](PaymentWorld& w) { w.request.amount = Amount(1001); }, ErrorCode::limit_exceeded,
     "/amount"},
    {"the conversion overflows", [](PaymentWorld& w) { w.request.amount = w.profile.amount_max = kLargest; },
     ErrorCode::amount_too_large, "/amount"},
    {"the fee overflows",
     [](PaymentWorld& w) {
       w.request.amount = w.profile.amount_max = kLargest;
       w.profile.rate = {1, 1};
       w.profile.fee = Amount(1);
     },
     ErrorCode::amount_too_large, "/amount"},
    {"a rate by zero", [](PaymentWorld& w) { w.profile.rate.denominator = 0; }, ErrorCode::config_invalid, "/profile"},
    {"a zero rate", [](PaymentWorld& w) { w.profile.rate.numerator = 0; }, ErrorCode::config_invalid, "/profile"},
    {"the payer is the exchanger", [](PaymentWorld& w) { w.request.payer = {"xa"}; }, ErrorCode::invalid_value,
     "/payer"},
    {"the merchant is the exchanger", [](PaymentWorld& w) { w.request.merchant = {"xb"}; }, ErrorCode::invalid_value,
     "/merchant"},
    {"no payer", [](PaymentWorld& w) { w.request.payer = {}; }, ErrorCode::unknown_account, "/payer"},
    {"no merchant", [](PaymentWorld& w) { w.request.merchant = {}; }, ErrorCode::unknown_account, "/merchant"},
    {"another source ledger", [](PaymentWorld& w) { w.source.traits.id = {"c"}; }, ErrorCode::unknown_ledger,
     "/profile"},
    {"another destination ledger", [](PaymentWorld& w) { w.destination.traits.id = {"c"}; }, ErrorCode::unknown_ledger,
     "/profile"},
    {"an asset that the source lacks", [](PaymentWorld& w) { w.profile.source_asset = {"GOLD"}; },
     ErrorCode::unknown_asset, "/profile"},
    {"an asset that the destination lacks", [](PaymentWorld& w) { w.profile.destination_asset = {"GOLD"}; },
     ErrorCode::unknown_asset, "/profile"},
    {"the deadline is now", [](PaymentWorld& w) { w.request.deadline = w.identity.now; }, ErrorCode::deadline_expired,
     "/deadline"},
    {"the deadline lies before all time", [](PaymentWorld& w) { w.request.deadline = Timestamp(Millis::min()); },
     ErrorCode::deadline_expired, "/deadline"},
    {"the deadline leaves nothing for the hold",
     [](PaymentWorld& w) { w.request.deadline = w.identity.now + Millis(30'000); }, ErrorCode::margin_not_promisable,
     "/deadline"},
    {"the deadline is absurdly far", [](PaymentWorld& w) { w.request.deadline = Timestamp(Millis::max()); },
     ErrorCode::out_of_range, "/deadline"},
    {"the reclaim is absurdly far", [](PaymentWorld& w) { w.request.reclaim_after = Timestamp(Millis::max()); },
     ErrorCode::out_of_range, "/reclaim_after"},
    {"a reclaim where there is none",
     [](PaymentWorld& w) {
       w.source.traits.has_reclaim = false;
       w.request.reclaim_after = at_second(2'000'000);
     },
     ErrorCode::invalid_value, "/reclaim_after"},
    {"a reclaim in the past", [](PaymentWorld& w) { w.request.reclaim_after = at_second(1); },
     ErrorCode::margin_not_promisable, "/reclaim_after"},
    {"the pivot's window is under two blocks", [](PaymentWorld& w) { w.policy.pivot_window = Millis(1999); },
     ErrorCode::margin_not_promisable, "/deadline"},
    {"the holding ledger is slower than the default window",
     [](PaymentWorld& w) { w.source.traits.finality_max = Millis(60'000); }, ErrorCode::margin_not_promisable,
     "/deadline"},
    {"the source was never seen", [](PaymentWorld& w) { w.source.seen = {}; }, ErrorCode::not_ready, ""},
    {"the destination was never seen", [](PaymentWorld& w) { w.destination.seen = {}; }, ErrorCode::not_ready, ""},
    {"a negative margin", [](PaymentWorld& w) { w.policy.margin = Millis(-1); }, ErrorCode::config_invalid, ""},
    {"an endless window", [](PaymentWorld& w) { w.policy.prepare_window = Millis::max(); }, ErrorCode::config_invalid,
     ""},
    {"no block interval", [](PaymentWorld& w) { w.source.traits.block_interval = Millis(0); },
     ErrorCode::config_invalid, ""},
    {"an endless finality", [](PaymentWorld& w) { w.destination.traits.finality_max = Millis::max(); },
     ErrorCode::config_invalid, ""},
};

TEST(Payment, refuses_each_bad_request_with_its_code_and_field) {
  for (const Refusal& refusal : kRefusals) {
    PaymentWorld world;
    refusal.change(world);
    const auto plan = world.compile();
    ASSERT_FALSE(plan.ok()) << refusal.why;
    EXPECT_EQ(to_string(plan.error().code), to_string(refusal.code)) << refusal.why << ": " << describe(plan.error());
    EXPECT_EQ(plan.error().field, refusal.field) << refusal.why;
    EXPECT_NE(plan.error().detail, "") << refusal.why;
  }
}

}  // namespace
}  // namespace clearspan
