#include "actors/gateway/planner.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "codecs/crypto/random.hpp"
#include "core/scenario/trade_id.hpp"

namespace clearspan::gateway {
namespace {

std::string leg_pointer(std::size_t leg, std::string_view field) {
  return "/legs/" + std::to_string(leg) + std::string(field);
}

bool has_asset(const LedgerTraits& traits, std::string_view asset) {
  return std::any_of(traits.assets.begin(), traits.assets.end(),
                     [&](const Asset& known) { return known.id.text == asset; });
}

// A ledger as the compiler needs it. `field` is what the client would have to change to use another one.
Result<const LedgerNow*> ledger_now(const LedgerBoard& board, std::string_view ledger, std::string_view field) {
  const LedgerBoard::Entry* entry = board.find_entry(ledger);
  const auto refuse = [&](ErrorCode code, const char* before, const char* after) {
    return make_error(code, before + std::string(ledger) + after, std::string(field));
  };
  if (entry == nullptr) return refuse(ErrorCode::unknown_ledger, "no ledger \"", "\"");
  if (entry->status.frozen) return refuse(ErrorCode::ledger_frozen, "ledger \"", "\" is frozen");
  if (entry->now.seen == Timestamp{}) {
    return refuse(ErrorCode::not_ready, "no block of ledger \"", "\" has been seen yet");
  }
  return &entry->now;
}

// Whether the client counts in the same unit as the ledger does.
Status check_scale(const LedgerTraits& traits, std::string_view asset, const StatedAmount& amount, std::string field) {
  for (const Asset& known : traits.assets) {
    if (known.id.text != asset) continue;
    if (known.scale == amount.scale) return Done{};
    return make_error(ErrorCode::amount_scale_mismatch,
                      "asset \"" + known.id.text + "\" has scale " + std::to_string(known.scale), std::move(field));
  }
  return make_error(ErrorCode::unknown_asset,
                    "ledger \"" + traits.id.text + "\" has no asset \"" + std::string(asset) + "\"", std::move(field));
}

// Who has to be changed when the engine cannot sign for a leg.
std::string payer_pointer(const Plan& plan, LegIndex leg) {
  if (!plan.payment) return leg_pointer(leg, "/from");
  return plan.legs[leg].role == LegRole::pivot ? "/profile" : "/payer";
}

// Random bytes for one trade's id. They are drawn for many ids at once: a draw costs more than a plan.
std::span<const std::uint8_t, kTradeIdRandomBytes> draw_randomness() {
  constexpr std::size_t kIdsPerDraw = 128;
  thread_local std::array<std::uint8_t, kTradeIdRandomBytes * kIdsPerDraw> drawn{};
  thread_local std::size_t used = kIdsPerDraw;
  if (used == kIdsPerDraw) {
    crypto::random_bytes(drawn);
    used = 0;
  }
  return std::span<const std::uint8_t, kTradeIdRandomBytes>(drawn.data() + kTradeIdRandomBytes * used++,
                                                            kTradeIdRandomBytes);
}

PlanIdentity new_identity(const EngineTag& engine, Timestamp now) {
  return {make_trade_id(now, draw_randomness()), engine, now};
}

Error with_field(Error error, std::string field) {
  error.field = std::move(field);
  return error;
}

}  // namespace

Result<Planner> Planner::make(Terms terms) {
  Planner planner;
  for (auto& ledger : terms.ledgers) {
    const LedgerId id = ledger->traits().id;
    if (!planner.ledgers_.emplace(id, std::move(ledger)).second) {
      return make_error(ErrorCode::config_invalid, "two ledgers have the name \"" + id.text + "\"");
    }
  }
  planner.timing_ = terms.timing;
  planner.engine_ = terms.engine;
  for (Profile& profile : terms.profiles) {
    CLEARSPAN_CHECK_OK(planner.settle_profile(profile));
    if (planner.find_profile(profile.name) != nullptr) {
      return make_error(ErrorCode::config_invalid, "two profiles have the name \"" + profile.name + "\"");
    }
    planner.profiles_.push_back(std::move(profile));
  }
  return planner;
}

Status Planner::settle_profile(Profile& profile) const {
  const auto settle = [&](const LedgerId& ledger, const AssetId& asset, AccountId& account) -> Status {
    const auto found = ledgers_.find(ledger);
    const std::string whose = "profile \"" + profile.name + "\": ";
    if (found == ledgers_.end())
      return make_error(ErrorCode::config_invalid, whose + "no ledger \"" + ledger.text + "\"");
    if (!has_asset(found->second->traits(), asset.text)) {
      return make_error(ErrorCode::config_invalid,
                        whose + "ledger \"" + ledger.text + "\" has no asset \"" + asset.text + "\"");
    }
    Result<AccountId> canonical = found->second->canonical_account(account.text);
    if (!canonical.ok()) return make_error(ErrorCode::config_invalid, whose + describe(canonical.error()));
    account = std::move(canonical).value();
    return Done{};
  };
  CLEARSPAN_CHECK_OK(settle(profile.source_ledger, profile.source_asset, profile.source_account));
  return settle(profile.destination_ledger, profile.destination_asset, profile.destination_account);
}

const Profile* Planner::find_profile(std::string_view name) const {
  const auto found =
      std::find_if(profiles_.begin(), profiles_.end(), [&](const Profile& profile) { return profile.name == name; });
  return found == profiles_.end() ? nullptr : &*found;
}

Result<AccountId> Planner::canonical(const LedgerId& ledger, std::string_view account) const {
  const auto found = ledgers_.find(ledger);
  if (found == ledgers_.end()) return make_error(ErrorCode::unknown_ledger, "no ledger \"" + ledger.text + "\"");
  return found->second->canonical_account(account);
}

AccountId Planner::canonical_anywhere(std::string_view account) const {
  for (const auto& [id, connector] : ledgers_) {
    Result<AccountId> canonical = connector->canonical_account(account);
    if (canonical.ok() && canonical->text != account) return std::move(canonical).value();
  }
  return {std::string(account)};
}

Result<Plan> Planner::plan(const TradeBody& body, const LedgerBoard& board, Timestamp now) const {
  const auto compile = [&]() -> Result<Plan> {
    const auto* payment = std::get_if<PaymentBody>(&body.content);
    Result<Plan> plan =
        payment != nullptr ? plan_payment(*payment, board, now) : plan_pvp(std::get<PvpBody>(body.content), board, now);
    if (!plan.ok()) return plan;
    CLEARSPAN_CHECK_OK(check_signers(*plan));
    return plan;
  };
  Result<Plan> plan = compile();
  if (plan.ok()) return plan;
  return with_field(plan.error(), body.pointer + plan.error().field);
}

Result<Plan> Planner::plan_payment(const PaymentBody& body, const LedgerBoard& board, Timestamp now) const {
  const Profile* profile = find_profile(body.profile);
  if (profile == nullptr) {
    return make_error(ErrorCode::unknown_profile, "no profile \"" + std::string(body.profile) + "\"", "/profile");
  }
  CLEARSPAN_TRY(const LedgerNow* source, ledger_now(board, profile->source_ledger.text, "/profile"));
  CLEARSPAN_TRY(const LedgerNow* destination, ledger_now(board, profile->destination_ledger.text, "/profile"));
  const std::string& asset = profile->destination_asset.text;
  if (body.asset && *body.asset != asset) {
    const bool known = has_asset(destination->traits, *body.asset);
    return make_error(known ? ErrorCode::invalid_value : ErrorCode::unknown_asset,
                      "profile \"" + profile->name + "\" pays \"" + asset + "\"", "/asset");
  }
  CLEARSPAN_CHECK_OK(check_scale(destination->traits, asset, body.amount, "/amount/scale"));

  Result<AccountId> payer = canonical(profile->source_ledger, body.payer);
  if (!payer.ok()) return with_field(payer.error(), "/payer");
  Result<AccountId> merchant = canonical(profile->destination_ledger, body.merchant);
  if (!merchant.ok()) return with_field(merchant.error(), "/merchant");
  const PaymentRequest request{std::move(*payer), std::move(*merchant), body.amount.units,
                               body.placed_by,    body.deadline,        body.reclaim_after};
  return compile_payment(request, *profile, *source, *destination, timing_, new_identity(engine_, now));
}

Result<Plan> Planner::plan_pvp(const PvpBody& body, const LedgerBoard& board, Timestamp now) const {
  PvpRequest request;
  std::vector<LedgerNow> ledgers;
  for (std::size_t i = 0; i < body.legs.size(); ++i) {
    const PvpBodyLeg& leg = body.legs[i];
    CLEARSPAN_TRY(const LedgerNow* ledger, ledger_now(board, leg.ledger, leg_pointer(i, "/ledger")));
    const LedgerId& id = ledger->traits.id;
    if (!has_asset(ledger->traits, leg.asset)) {
      return make_error(ErrorCode::unknown_asset,
                        "ledger \"" + id.text + "\" has no asset \"" + std::string(leg.asset) + "\"",
                        leg_pointer(i, "/asset"));
    }
    CLEARSPAN_CHECK_OK(check_scale(ledger->traits, leg.asset, leg.amount, leg_pointer(i, "/amount/scale")));
    Result<AccountId> from = canonical(id, leg.from);
    if (!from.ok()) return with_field(from.error(), leg_pointer(i, "/from"));
    Result<AccountId> to = canonical(id, leg.to);
    if (!to.ok()) return with_field(to.error(), leg_pointer(i, "/to"));
    request.legs.push_back({id, {std::string(leg.asset)}, leg.amount.units, *from, *to, leg.placed_by});
    ledgers.push_back(*ledger);
  }
  request.deadline = body.deadline;
  request.reclaim_after = body.reclaim_after;
  return compile_pvp(request, ledgers, timing_, new_identity(engine_, now));
}

Status Planner::check_signers(const Plan& plan) const {
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    const Leg& leg = plan.legs[i];
    if (leg.role == LegRole::hold && leg.placement == Placement::payer) continue;
    const auto index = static_cast<LegIndex>(i);
    const MovementKind kind = leg.role == LegRole::pivot ? MovementKind::payment : MovementKind::hold;
    const auto found = ledgers_.find(leg.ledger);
    CLEARSPAN_VERIFY(found != ledgers_.end());
    const Result<AccountId> signer = found->second->signer_of(movement_for(plan, index, kind, HoldKey{}));
    if (!signer.ok()) return with_field(signer.error(), payer_pointer(plan, index));
  }
  return Done{};
}

}  // namespace clearspan::gateway
