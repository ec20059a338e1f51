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

Status check_account(const AccountId& account, std::string_view field) {
  if (!account.text.empty()) return Done{};
  return make_error(ErrorCode::unknown_account, "the account is empty", std::string(field));
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
Status check_parties(const AccountId& payer, const AccountId& merchant, const Profile& profile) {
  CLEARSPAN_CHECK_OK(check_account(payer, "/payer"));
  CLEARSPAN_CHECK_OK(check_account(merchant, "/merchant"));
  if (payer == profile.source_account) {
    return make_error(ErrorCode::invalid_value, "the payer is the exchanger's own account", "/payer");
  }
  if (merchant == profile.destination_account) {
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

Leg make_pivot_leg(const Profile& profile, const LedgerNow& ledger, const Schedule& schedule) {
  Leg leg;
  leg.role = LegRole::pivot;
  leg.ledger = profile.destination_ledger;
  leg.asset = profile.destination_asset;
  leg.payer = profile.destination_account;
  leg.not_after = ledger_time_at(ledger, schedule.deadline);
  leg.reclaim_after = kNever;
  return leg;
}

Plan make_plan(const char* scenario, const EngineTag& engine, Timestamp now, const Schedule& schedule) {
  Plan plan;
  plan.engine = engine;
  plan.scenario = scenario;
  plan.created = now;
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

PaymentOffer::PaymentOffer(const Profile& profile, const LedgerNow& source, const LedgerNow& destination,
                           const TimingPolicy& policy, const Wishes& wishes, const EngineTag& engine, Timestamp now)
    : profile_(&profile),
      profile_status_(check_profile(profile, source.traits, destination.traits)),
      schedule_status_(Done{}) {
  const auto schedule = schedule_payment(wishes.deadline, wishes.reclaim_after, source, destination, policy, now);
  if (!schedule) {
    schedule_status_ = schedule.error();
    return;
  }
  model_ = make_plan("payment", engine, now, *schedule);
  Leg& hold = model_.legs.emplace_back(make_hold_leg(source, *schedule));
  hold.placement = wishes.placed_by;
  hold.asset = profile.source_asset;
  hold.payee = profile.source_account;
  model_.legs.push_back(make_pivot_leg(profile, destination, *schedule));
  model_.payment = PaymentTerms{profile.name, profile.rate, profile.fee};
}

Result<Plan> PaymentOffer::accept(const TradeId& id, AccountId payer, AccountId merchant, const Amount& amount) const {
  CLEARSPAN_CHECK_OK(profile_status_);
  CLEARSPAN_CHECK_OK(check_parties(payer, merchant, *profile_));
  CLEARSPAN_TRY(const Amount held, price(amount, *profile_));
  CLEARSPAN_CHECK_OK(schedule_status_);
  Result<Plan> plan(model_);
  plan->id = id;
  plan->legs[0].payer = std::move(payer);
  plan->legs[0].amount = held;
  plan->legs[1].payee = std::move(merchant);
  plan->legs[1].amount = amount;
  return plan;
}

Result<Plan> compile_payment(const PaymentRequest& request, const Profile& profile, const LedgerNow& source,
                             const LedgerNow& destination, const TimingPolicy& policy, const PlanIdentity& identity) {
  const PaymentOffer offer(profile, source, destination, policy,
                           {request.placed_by, request.deadline, request.reclaim_after}, identity.engine, identity.now);
  return offer.accept(identity.id, request.payer, request.merchant, request.amount);
}

Result<Plan> compile_pvp(const PvpRequest& request, const std::vector<LedgerNow>& ledgers, const TimingPolicy& policy,
                         const PlanIdentity& identity) {
  CLEARSPAN_CHECK_OK(check_pvp(request, ledgers));
  CLEARSPAN_TRY(const Schedule schedule,
                schedule_pvp(request.deadline, request.reclaim_after, ledgers, policy, identity.now));
  Plan plan = make_plan("pvp", identity.engine, identity.now, schedule);
  plan.id = identity.id;
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
