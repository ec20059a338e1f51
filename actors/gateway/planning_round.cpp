#include "actors/gateway/planning_round.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "codecs/crypto/random.hpp"
#include "core/scenario/trade_id.hpp"

namespace clearspan::gateway {
namespace {

constexpr std::size_t kOffersMax = 8;  // kept in one round; a request that wants more has each made anew

std::string leg_pointer(std::size_t leg, std::string_view field) {
  return "/legs/" + std::to_string(leg) + std::string(field);
}

std::optional<unsigned> scale_of(const LedgerTraits& traits, std::string_view asset) {
  for (const Asset& known : traits.assets) {
    if (known.id.text == asset) return known.scale;
  }
  return std::nullopt;
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

Error unknown_asset(const LedgerTraits& traits, std::string_view asset, std::string field) {
  return make_error(ErrorCode::unknown_asset,
                    "ledger \"" + traits.id.text + "\" has no asset \"" + std::string(asset) + "\"", std::move(field));
}

Error wrong_scale(std::string_view asset, unsigned scale, std::string field) {
  return make_error(ErrorCode::amount_scale_mismatch,
                    "asset \"" + std::string(asset) + "\" has scale " + std::to_string(scale), std::move(field));
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

Error with_field(Error error, std::string field) {
  error.field = std::move(field);
  return error;
}

bool is_placed_by_engine(const Leg& leg) {
  return leg.role == LegRole::hold && leg.placement == Placement::engine;
}

// Whether the engine may sign for the leg. `field` is what has to be changed when it may not.
Status check_signer(const Connector& connector, const Plan& plan, LegIndex leg, MovementKind kind,
                    std::string_view field) {
  const Result<AccountId> signer = connector.signer_of(movement_for(plan, leg, kind, HoldKey{}));
  if (signer.ok()) return Done{};
  return with_field(signer.error(), std::string(field));
}

}  // namespace

PlanningRound::PlanningRound(const Planner& planner, const LedgerBoard& board, Timestamp now)
    : planner_(planner), board_(board), now_(now) {}

Result<Plan> PlanningRound::plan(const TradeBody& body) {
  if (const auto* payment = std::get_if<PaymentBody>(&body)) return plan_payment(*payment);
  return plan_pvp(std::get<PvpBody>(body));
}

// --- payment ---

Result<PlanningRound::Offer*> PlanningRound::offer_for(const PaymentBody& body) {
  const PaymentOffer::Wishes wishes{body.placed_by, body.deadline, body.reclaim_after};
  for (Offer& offer : offers_) {
    if (offer.profile->name == body.profile && offer.wishes == wishes) return &offer;
  }
  CLEARSPAN_TRY(Offer made, make_offer(body, wishes));
  if (offers_.size() < kOffersMax) return &offers_.emplace_back(std::move(made));
  next_offer_ = (next_offer_ + 1) % kOffersMax;
  offers_[next_offer_] = std::move(made);
  return &offers_[next_offer_];
}

Result<PlanningRound::Offer> PlanningRound::make_offer(const PaymentBody& body,
                                                       const PaymentOffer::Wishes& wishes) const {
  const Profile* profile = planner_.find_profile(body.profile);
  if (profile == nullptr) {
    return make_error(ErrorCode::unknown_profile, "no profile \"" + std::string(body.profile) + "\"", "/profile");
  }
  CLEARSPAN_TRY(const LedgerNow* source, ledger_now(board_, profile->source_ledger.text, "/profile"));
  CLEARSPAN_TRY(const LedgerNow* destination, ledger_now(board_, profile->destination_ledger.text, "/profile"));
  return Offer{profile,
               wishes,
               planner_.find_connector(profile->source_ledger),
               planner_.find_connector(profile->destination_ledger),
               &destination->traits,
               scale_of(destination->traits, profile->destination_asset.text),
               PaymentOffer(*profile, *source, *destination, planner_.timing(), wishes, planner_.engine(), now_),
               std::nullopt};
}

Result<Plan> PlanningRound::plan_payment(const PaymentBody& body) {
  CLEARSPAN_TRY(Offer* const offer, offer_for(body));
  const std::string& asset = offer->profile->destination_asset.text;
  if (body.asset && *body.asset != asset) {
    const bool is_known = scale_of(*offer->destination_traits, *body.asset).has_value();
    return make_error(is_known ? ErrorCode::invalid_value : ErrorCode::unknown_asset,
                      "profile \"" + offer->profile->name + "\" pays \"" + asset + "\"", "/asset");
  }
  if (!offer->scale) return unknown_asset(*offer->destination_traits, asset, "/amount/scale");
  if (*offer->scale != body.amount.scale) return wrong_scale(asset, *offer->scale, "/amount/scale");

  Result<AccountId> payer = offer->source->canonical_account(body.payer);
  if (!payer.ok()) return with_field(payer.error(), "/payer");
  Result<AccountId> merchant = offer->destination->canonical_account(body.merchant);
  if (!merchant.ok()) return with_field(merchant.error(), "/merchant");
  Result<Plan> plan = offer->terms.accept(make_trade_id(now_, draw_randomness()), std::move(payer).value(),
                                          std::move(merchant).value(), body.amount.units);
  if (!plan.ok()) return plan;
  if (body.placed_by == Placement::engine) {
    CLEARSPAN_CHECK_OK(check_signer(*offer->source, *plan, 0, MovementKind::hold, "/payer"));
  }
  CLEARSPAN_CHECK_OK(check_payout(*offer, *plan));
  return plan;
}

// The exchanger is the same for all payments of an offer, so one answer is all of theirs (connector.hpp).
Status PlanningRound::check_payout(Offer& offer, const Plan& plan) const {
  if (!offer.payout) offer.payout = check_signer(*offer.destination, plan, 1, MovementKind::payment, "/profile");
  return *offer.payout;
}

// --- pvp ---

Result<Plan> PlanningRound::plan_pvp(const PvpBody& body) const {
  PvpRequest request;
  std::vector<LedgerNow> ledgers;
  for (std::size_t i = 0; i < body.legs.size(); ++i) {
    const PvpBodyLeg& leg = body.legs[i];
    CLEARSPAN_TRY(const LedgerNow* ledger, ledger_now(board_, leg.ledger, leg_pointer(i, "/ledger")));
    const LedgerId& id = ledger->traits.id;
    const std::optional<unsigned> scale = scale_of(ledger->traits, leg.asset);
    if (!scale) return unknown_asset(ledger->traits, leg.asset, leg_pointer(i, "/asset"));
    if (*scale != leg.amount.scale) return wrong_scale(leg.asset, *scale, leg_pointer(i, "/amount/scale"));
    Result<AccountId> from = planner_.canonical(id, leg.from);
    if (!from.ok()) return with_field(from.error(), leg_pointer(i, "/from"));
    Result<AccountId> to = planner_.canonical(id, leg.to);
    if (!to.ok()) return with_field(to.error(), leg_pointer(i, "/to"));
    request.legs.push_back({id, {std::string(leg.asset)}, leg.amount.units, *from, *to, leg.placed_by});
    ledgers.push_back(*ledger);
  }
  request.deadline = body.deadline;
  request.reclaim_after = body.reclaim_after;
  const PlanIdentity identity{make_trade_id(now_, draw_randomness()), planner_.engine(), now_};
  Result<Plan> plan = compile_pvp(request, ledgers, planner_.timing(), identity);
  if (!plan.ok()) return plan;
  for (std::size_t i = 0; i < plan->legs.size(); ++i) {
    if (!is_placed_by_engine(plan->legs[i])) continue;
    const Connector* connector = planner_.find_connector(plan->legs[i].ledger);
    CLEARSPAN_VERIFY(connector != nullptr);
    CLEARSPAN_CHECK_OK(
        check_signer(*connector, *plan, static_cast<LegIndex>(i), MovementKind::hold, leg_pointer(i, "/from")));
  }
  return plan;
}

}  // namespace clearspan::gateway
