#include "actors/gateway/created_trade_form.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "actors/gateway/trade_json.hpp"

namespace clearspan::gateway {
namespace {

LedgerStatus ledger(const char* name, const char* asset, ClockKind clock) {
  LedgerStatus status;
  status.traits.id = {name};
  status.traits.clock = clock;
  status.traits.assets = {{{asset}, 2}};
  status.traits.escrow = "0xe5c0";
  return status;
}

const LedgerBoard& board() {
  static const LedgerBoard made(
      {ledger("a-coin", "ACN", ClockKind::height), ledger("b-coin", "BCN", ClockKind::unix_seconds)});
  return made;
}

Plan payment() {
  Plan plan;
  plan.id.bytes.fill(0x5a);
  plan.engine.bytes.fill(0x42);
  plan.scenario = "payment";
  plan.created = *parse_rfc3339("2026-11-21T09:30:00Z");
  plan.prepare_until = *parse_rfc3339("2026-11-21T09:31:00Z");
  plan.legs.resize(2);
  plan.legs[0] = {LegRole::hold, Placement::payer, {"a-coin"}, {"ACN"}, Amount(1885),
                  {"alice"},     {"exchanger"},    {70},       {90}};
  plan.legs[1] = {LegRole::pivot, Placement::engine, {"b-coin"},      {"BCN"}, Amount(1250),
                  {"exchanger"},  {"bob"},           {1'795'000'000}, kNever};
  plan.payment = PaymentTerms{"carol", {3, 2}, Amount(10)};
  return plan;
}

std::string in_full(const Plan& plan) {
  json::Writer out;
  write_created_trade(out, plan, board());
  return out.take();
}

// A plan of the same shape with other values in every place.
Plan varied(Plan plan, std::mt19937_64& random) {
  const std::array<std::string, 5> names = {"bob", "", "a \"quoted\" name\n", "Zo\xc3\xab", "not UTF-8: \xff"};
  const auto name = [&] { return AccountId{names[random() % names.size()]}; };
  const auto amount = [&] { return random() % 4 == 0 ? from_word(AmountWord{{0xff, 7}}.view()) : Amount(random()); };
  const auto time = [&] { return random() % 4 == 0 ? kNever : LedgerTime{random() >> random() % 64}; };
  for (std::uint8_t& byte : plan.id.bytes) byte = static_cast<std::uint8_t>(random());
  plan.created += Millis(random() % 3);
  plan.prepare_until += Millis(random() % 3);
  for (Leg& leg : plan.legs) {
    leg.amount = amount();
    leg.payer = name();
    leg.payee = name();
    leg.not_after = time();
    leg.reclaim_after = time();
  }
  return plan;
}

TEST(CreatedTradeForm, writes_what_is_written_in_full) {
  std::mt19937_64 random(7);
  for (const std::size_t legs : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    Plan example = payment();
    example.legs.resize(legs);
    if (legs == 0) example.payment.reset();
    CreatedTradeForm form(example, board());
    ASSERT_TRUE(form.is_usable());
    for (int i = 0; i < 300; ++i) {
      const Plan plan = varied(example, random);
      ASSERT_TRUE(form.fits(plan));
      std::string text = "before";
      form.write(plan, text);
      ASSERT_EQ(text, "before" + in_full(plan));
    }
  }
}

TEST(CreatedTradeForm, fits_no_plan_of_another_shape) {
  const CreatedTradeForm form(payment(), board());
  const std::vector<std::function<void(Plan&)>> changes = {
      [](Plan& plan) { plan.engine.bytes[0] ^= 1; },
      [](Plan& plan) { plan.scenario = "pvp"; },
      [](Plan& plan) { plan.version = 2; },
      [](Plan& plan) { plan.payment->profile = "dave"; },
      [](Plan& plan) { plan.payment->rate.numerator = 4; },
      [](Plan& plan) { plan.payment->fee = Amount(11); },
      [](Plan& plan) { plan.payment.reset(); },
      [](Plan& plan) { plan.returned.emplace(); },
      [](Plan& plan) { plan.legs.pop_back(); },
      [](Plan& plan) { plan.legs.push_back(plan.legs[1]); },
      [](Plan& plan) { plan.legs[0].role = LegRole::pivot; },
      [](Plan& plan) { plan.legs[0].placement = Placement::engine; },
      [](Plan& plan) { plan.legs[1].ledger = {"a-coin"}; },
      [](Plan& plan) { plan.legs[1].asset = {"ACN"}; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Plan plan = payment();
    EXPECT_TRUE(form.fits(plan));
    changes[i](plan);
    EXPECT_FALSE(form.fits(plan)) << "change " << i;
  }
}

TEST(CreatedTradeForm, is_not_used_when_a_name_looks_like_a_stand_in) {
  Plan plan = payment();
  plan.payment->profile = "[payer of leg 0]";
  EXPECT_FALSE(CreatedTradeForm(plan, board()).is_usable());
}

TEST(CreatedTradeForms, writes_every_shape_in_turn) {
  CreatedTradeForms forms;
  std::mt19937_64 random(8);
  for (int i = 0; i < 200; ++i) {
    Plan plan = varied(payment(), random);
    plan.payment->profile = i % 7 == 0 ? "[payee of leg 1]" : "profile " + std::to_string(random() % 30);
    if (i % 11 == 0) plan.legs.push_back(plan.legs[1]);
    std::string text;
    forms.write(plan, board(), text);
    ASSERT_EQ(text, in_full(plan));
  }
}

}  // namespace
}  // namespace clearspan::gateway
