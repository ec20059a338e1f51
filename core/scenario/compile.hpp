// Compiles requests into plans: the two built-in scenarios.
//
//   payment   hold on the source ledger (payer -> exchanger), pivot on the destination ledger (exchanger -> merchant)
//   pvp       a hold per leg, no pivot: the engine's own recorded decision releases all of them or refunds all of them
//
// Both refuse, and create nothing, when an account, asset, amount or deadline is not acceptable; Error.field is the
// JSON pointer of the request's offending field.
#pragma once

#include <optional>
#include <vector>

#include "core/scenario/profile.hpp"
#include "core/scenario/timing.hpp"
#include "core/trade/plan.hpp"

namespace clearspan {

// The amount to be paid is in the merchant's asset; what the payer gives follows from the profile:
// ceil(amount * rate) + fee.
struct PaymentRequest {
  AccountId payer;     // canonical, on the profile's source ledger
  AccountId merchant;  // canonical, on the profile's destination ledger
  Amount amount;       // destination units
  Placement placed_by = Placement::engine;
  std::optional<Timestamp> deadline;       // when the pivot may take effect at the latest
  std::optional<Timestamp> reclaim_after;  // only where the source ledger lets payers reclaim
};

struct PvpLeg {
  LedgerId ledger;
  AssetId asset;
  Amount amount;
  AccountId from;
  AccountId to;
  Placement placed_by = Placement::engine;
};

struct PvpRequest {
  std::vector<PvpLeg> legs;           // 2 to kLegsMax, on at least two ledgers
  std::optional<Timestamp> deadline;  // when the holds must be in place
  std::optional<Timestamp> reclaim_after;
};

struct PlanIdentity {
  TradeId id;
  EngineTag engine;
  Timestamp now;
};

// What all payments have in common that are made by one profile, at one moment, with the same wishes: the plan but for
// its id, its parties and its amounts. A profile or a moment that cannot be used is refused to each payment, behind
// what is wrong with the payment itself.
class PaymentOffer {
 public:
  struct Wishes {
    Placement placed_by = Placement::engine;
    std::optional<Timestamp> deadline;
    std::optional<Timestamp> reclaim_after;

    bool operator==(const Wishes&) const = default;
  };

  // The profile outlives the offer.
  PaymentOffer(const Profile& profile, const LedgerNow& source, const LedgerNow& destination,
               const TimingPolicy& policy, const Wishes& wishes, const EngineTag& engine, Timestamp now);

  // `amount` is in the merchant's asset. Errors: those of compile_payment.
  [[nodiscard]] Result<Plan> accept(const TradeId& id, AccountId payer, AccountId merchant, const Amount& amount) const;

 private:
  const Profile* profile_;
  Status profile_status_;
  Status schedule_status_;
  Plan model_;
};

// Errors: amount_zero, amount_too_large, limit_exceeded, deadline_expired, margin_not_promisable, out_of_range,
// invalid_value, unknown_ledger, unknown_asset, unknown_account; not_ready when a ledger has shown no block yet;
// config_invalid when the profile, the policy or a ledger's pace cannot be used.
Result<Plan> compile_payment(const PaymentRequest& request, const Profile& profile, const LedgerNow& source,
                             const LedgerNow& destination, const TimingPolicy& policy, const PlanIdentity& identity);

// `ledgers` holds the ledger of each leg, by the leg's index. Errors: as above.
Result<Plan> compile_pvp(const PvpRequest& request, const std::vector<LedgerNow>& ledgers, const TimingPolicy& policy,
                         const PlanIdentity& identity);

}  // namespace clearspan
