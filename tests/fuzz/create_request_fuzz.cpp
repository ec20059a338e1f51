// The body of POST /v1/trades, from its bytes to plans: refused with a code of the API that names the field, or a plan
// that is sound and that evidence can hold.
#include "actors/gateway/limits.hpp"
#include "actors/gateway/planning_round.hpp"
#include "codecs/evidence/record.hpp"
#include "codecs/json/document.hpp"
#include "core/trade/advance.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/rest_world.hpp"

namespace clearspan::fuzz {
namespace {

constexpr std::size_t kTradesLookedAt = 8;

void expect_refusal(const Error& error) {
  expect_one_of(error, {ErrorCode::unknown_field,    ErrorCode::missing_field,        ErrorCode::wrong_type,
                        ErrorCode::too_large,        ErrorCode::out_of_range,         ErrorCode::invalid_value,
                        ErrorCode::amount_malformed, ErrorCode::amount_negative,      ErrorCode::amount_fractional,
                        ErrorCode::amount_zero,      ErrorCode::amount_too_large,     ErrorCode::amount_scale_mismatch,
                        ErrorCode::unknown_ledger,   ErrorCode::unknown_asset,        ErrorCode::unknown_profile,
                        ErrorCode::unknown_account,  ErrorCode::unknown_scenario,     ErrorCode::limit_exceeded,
                        ErrorCode::deadline_expired, ErrorCode::margin_not_promisable});
}

void check_plan(const Plan& plan) {
  CLEARSPAN_VERIFY(plan.legs.size() >= 2 && plan.legs.size() <= kLegsMax && !plan.returned);
  std::size_t pivots = 0;
  for (const Leg& leg : plan.legs) {
    CLEARSPAN_VERIFY(!leg.amount.is_zero() && leg.payer != leg.payee);
    pivots += leg.role == LegRole::pivot ? 1 : 0;
    const bool can_reclaim = leg.role == LegRole::hold && leg.reclaim_after != kNever;
    if (can_reclaim) CLEARSPAN_VERIFY(leg.reclaim_after > leg.not_after);
  }
  CLEARSPAN_VERIFY(pivots == (plan.payment ? 1U : 0U) && plan.prepare_until > plan.created);
  Bytes record;
  Bytes attachment;
  const evidence::Record created{plan.created, evidence::TradeCreated{plan, "key", {}, 0}};
  encode(created, record, attachment);
  CLEARSPAN_VERIFY(evidence::decode({record, attachment}).value() == created);
  CLEARSPAN_VERIFY(advance(plan, initial_state(plan), Started{}).ok());
}

void try_trade(json::Value item, const std::string& pointer) {
  const auto body = gateway::read_trade_body(item);
  if (!body.ok()) {
    CLEARSPAN_VERIFY(body.error().field.starts_with(pointer));
    return expect_refusal(body.error());
  }
  gateway::PlanningRound round(rest_world().planner, rest_world().board, RestWorld::now());
  const auto plan = round.plan(*body);
  plan.ok() ? check_plan(*plan) : expect_refusal(plan.error());
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  json::Document document({gateway::kBodyBytesMax, gateway::kBodyDepthMax});
  const auto root = document.parse(as_text({data, size}));
  if (!root.ok()) return 0;
  const auto shape = gateway::shape_of(*root);
  if (!shape.ok()) {
    fuzz::expect_refusal(shape.error());
    return 0;
  }
  if (!shape->is_array) {
    fuzz::try_trade(*root, "");
    return 0;
  }
  CLEARSPAN_VERIFY(shape->trades >= 1 && shape->trades <= gateway::kTradesPerRequestMax);
  std::size_t index = 0;
  const auto items = root->if_array();
  for (const json::Value item : *items) {
    if (index == fuzz::kTradesLookedAt) break;
    const std::string pointer = "/" + std::to_string(index++);
    fuzz::try_trade(item, pointer);
  }
  return 0;
}
