#include "core/scenario/compile.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "core/scenario/schedule.hpp"

namespace clearspan {
namespace {

// The same error, at the field of the request that it is about.
Error at_field(Error error, std::string field) {
  error.field = std::move(field);
  return error;
}

Status check_account(const AccountId& account, const std::string& field) {
  if (!account.text.empty()) return Done{};
  return make_error(ErrorCode::unknown_account, "the account is empty", field);
}

Status check_asset(const LedgerTraits& ledger, const AssetId& asset, const std::string& field) {
  const bool known = std::any_of(ledger.assets.begin(), ledger.assets.end(),
                                 [&](const Asset& candidate) { return candidate.id == asset; });
  if (known) return Done{};
  return make_error(ErrorCode::unknown_asset, "ledger " + ledger.id.text + " has no asset " + asset.text, field);
}

Status check_ledger_name(const LedgerId& wanted, const LedgerTraits& ledger, const std::string& field) {
  if (ledger.id == wanted) return Done{};
  return make_error(ErrorCode::unknown_ledger, "the ledger is " + wanted.text + ", not " + ledger.id.text, field);
}

// --- payment ---

Status check_profile(const Profile& profile, const LedgerTraits& source, const LedgerTraits& destination) {
  CLEARSPAN_CHECK_OK(check_ledger_name(profile.source_ledger, source, "/profile"));
  CLEARSPAN_CHECK_OK(check_ledger_name(profile.destination_ledger, destination, "/profile"));
  CLEARSPAN_CHECK_OK(check_asset(source, profile.source_asset, "/profile"));
  CLEARSPAN_CHECK_OK(check_asset(destination, profile.destination_asset, "/profile"));
  CLEARSPAN_CHECK_OK(check_account(profile.source_account, "/profile"));
  CLEARSPAN_CHECK_OK(check_account(profile.destination_account, "/profile"));
  if (profile.rate.numerator != 0 && profile.rate.denominator != 0) return Done{};
  return make_error(ErrorCode::config_invalid, "the rate of profile " + profile.name + " has a zero", "/profile");
}

// The exchanger cannot be its own customer: the leg would move nothing, and its balance check would count it twice.
Status check_parties(const PaymentRequest& request, const Profile& profile) {
  CLEARSPAN_CHECK_OK(check_account(request.payer, "/payer"));
  CLEARSPAN_CHECK_OK(check_account(request.merchant, "/merchant"));
  if (request.payer == profile.source_account) {
    return make_error(ErrorCode::invalid_value, "the payer is the exchanger's own account", "/payer");
  }
  if (request.merchant == profile.destination_account) {
    return make_error(ErrorCode::invalid_value, "the merchant is the exchanger's own account", "/merchant");
  }
  return Done{};
}

// What the payer gives for the merchant's amount.
Result<Amount> price(const Amount& amount, const Profile& profile) {
  if (amount.is_zero()) return make_error(ErrorCode::amount_zero, "nothing would be paid", "/amount");
  if (amount < profile.amount_min || amount > profile.amount_max) {
    return make_error(ErrorCode::limit_exceeded,
                      to_string(amount) + " is outside " + to_string(profile.amount_min) + " to " +
                          to_string(profile.amount_max) + " of profile " + profile.name,
                      "/amount");
  }
  const auto converted = convert(amount, profile.rate, Rounding::up);
  if (!converted) return at_field(converted.error(), "/amount");
  const auto total = add(*converted, profile.fee);
  if (!total) return at_field(total.error(), "/amount");
  return *total;
}

Leg make_hold_leg(const LedgerNow& ledger, const Schedule& schedule) {
  Leg leg;
  leg.role = LegRole::hold;
  leg.ledger = ledger.traits.id;
  leg.not_after = ledger_time_at(ledger, schedule.prepare_until);
  leg.reclaim_after = ledger.traits.has_reclaim ? ledger_time_at(ledger, schedule.reclaim_after) : kNever;
  return leg;
}

Plan make_plan(const char* scenario, const PlanIdentity& identity, const Schedule& schedule) {
  Plan plan;
  plan.id = identity.id;
  plan.engine = identity.engine;
  plan.scenario = scenario;
  plan.created = identity.now;
  plan.prepare_until = schedule.prepare_until;
  return plan;
}

// --- pvp ---

std::string leg_field(std::size_t leg, const char* name) {
  return "/legs/" + std::to_string(leg) + "/" + name;
}

Status check_pvp_leg(const PvpLeg& leg, const LedgerTraits& ledger, std::size_t index) {
  CLEARSPAN_CHECK_OK(check_ledger_name(leg.ledger, ledger, leg_field(index, "ledger")));
  CLEARSPAN_CHECK_OK(check_asset(ledger, leg.asset, leg_field(index, "asset")));
  CLEARSPAN_CHECK_OK(check_account(leg.from, leg_field(index, "from")));
  CLEARSPAN_CHECK_OK(check_account(leg.to, leg_field(index, "to")));
  if (leg.amount.is_zero()) {
    return make_error(ErrorCode::amount_zero, "the leg would move nothing", leg_field(index, "amount"));
  }
  if (leg.from != leg.to) return Done{};
  return make_error(ErrorCode::invalid_value, "the leg pays its own payer", leg_field(index, "to"));
}

Status check_pvp(const PvpRequest& request, const std::vector<LedgerNow>& ledgers) {
  const std::size_t count = request.legs.size();
  if (count < 2 || count > kLegsMax) {
    return make_error(ErrorCode::invalid_value,
                      std::to_string(count) + " legs; there must be 2 to " + std::to_string(kLegsMax), "/legs");
  }
  CLEARSPAN_VERIFY(ledgers.size() == count);
  std::set<LedgerId> distinct;
  for (std::size_t i = 0; i < count; ++i) {
    CLEARSPAN_CHECK_OK(check_pvp_leg(request.legs[i], ledgers[i].traits, i));
    distinct.insert(request.legs[i].ledger);
  }
  if (distinct.size() >= 2) return Done{};
  return make_error(ErrorCode::invalid_value, "all legs are on ledger " + request.legs[0].ledger.text, "/legs");
}

}  // namespace

Result<Plan> compile_payment(const PaymentRequest& request, const Profile& profile, const LedgerNow& source,
                             const LedgerNow& destination, const TimingPolicy& policy, const PlanIdentity& identity) {
  CLEARSPAN_CHECK_OK(check_profile(profile, source.traits, destination.traits));
  CLEARSPAN_CHECK_OK(check_parties(request, profile));
  CLEARSPAN_TRY(const Amount held, price(request.amount, profile));
  CLEARSPAN_TRY(const Schedule schedule,
                schedule_payment(request.deadline, request.reclaim_after, source, destination, policy, identity.now));
  Leg hold = make_hold_leg(source, schedule);
  hold.placement = request.placed_by;
  hold.asset = profile.source_asset;
  hold.amount = held;
  hold.payer = request.payer;
  hold.payee = profile.source_account;

  Leg pivot;
  pivot.role = LegRole::pivot;
  pivot.ledger = profile.destination_ledger;
  pivot.asset = profile.destination_asset;
  pivot.amount = request.amount;
  pivot.payer = profile.destination_account;
  pivot.payee = request.merchant;
  pivot.not_after = ledger_time_at(destination, schedule.deadline);
  pivot.reclaim_after = kNever;

  Plan plan = make_plan("payment", identity, schedule);
  plan.legs.reserve(2);
  plan.legs.push_back(std::move(hold));
  plan.legs.push_back(std::move(pivot));
  plan.payment = PaymentTerms{profile.name, profile.rate, profile.fee};
  return plan;
}

Result<Plan> compile_pvp(const PvpRequest& request, const std::vector<LedgerNow>& ledgers, const TimingPolicy& policy,
                         const PlanIdentity& identity) {
  CLEARSPAN_CHECK_OK(check_pvp(request, ledgers));
  CLEARSPAN_TRY(const Schedule schedule,
                schedule_pvp(request.deadline, request.reclaim_after, ledgers, policy, identity.now));
  Plan plan = make_plan("pvp", identity, schedule);
  for (std::size_t i = 0; i < request.legs.size(); ++i) {
    const PvpLeg& wanted = request.legs[i];
    Leg leg = make_hold_leg(ledgers[i], schedule);
    leg.placement = wanted.placed_by;
    leg.asset = wanted.asset;
    leg.amount = wanted.amount;
    leg.payer = wanted.from;
    leg.payee = wanted.to;
    plan.legs.push_back(std::move(leg));
  }
  return plan;
}

}  // namespace clearspan
