// A plan: the compiled legs of one trade, their order, deadlines and amounts. It is pinned in the trade's first
// evidence record and never changes. Legs with the role `hold` are reversible until the decision; at most one leg is
// the pivot, the one irrevocable payment whose proven outcome decides the trade.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/chain/movement.hpp"
#include "core/money/rate.hpp"

namespace clearspan {

enum class LegRole : std::uint8_t { hold, pivot };

// Who puts a hold on its ledger: the engine, from an account that it may sign for, or the payer itself.
enum class Placement : std::uint8_t { engine, payer };

std::string_view to_string(LegRole role);
std::string_view to_string(Placement placement);

struct Leg {
  LegRole role = LegRole::hold;
  Placement placement = Placement::engine;
  LedgerId ledger;
  AssetId asset;
  Amount amount;
  AccountId payer;           // who gives, and who gets a refund
  AccountId payee;           // who gets a release, or the pivot's payment
  LedgerTime not_after;      // the last time on the leg's ledger at which it may take effect
  LedgerTime reclaim_after;  // hold: before this the payer cannot take the value back; kNever if it never can

  bool operator==(const Leg&) const = default;
};

// What a payment was priced by, for the record; the legs already hold the resulting amounts.
struct PaymentTerms {
  std::string profile;
  Rate rate;
  Amount fee;  // in the payer's asset, included in the held amount

  bool operator==(const PaymentTerms&) const = default;
};

// Why value that no open trade expected is sent back (scenario "return").
enum class ReturnReason : std::uint8_t {
  late,
  duplicate,
  overpaid,
  underpaid,
  wrong_asset,
  wrong_terms,
  unknown_trade
};

std::string_view to_string(ReturnReason reason);

// A trade of scenario "return" sends one such hold back. It starts with the hold already final.
struct ReturnTerms {
  ReturnReason reason = ReturnReason::late;
  TradeId intended_for;  // the trade that the deposit named
  HoldKey hold_key;

  bool operator==(const ReturnTerms&) const = default;
};

struct Plan {
  TradeId id;
  EngineTag engine;
  std::string scenario;
  std::uint16_t version = 1;
  Timestamp created;
  Timestamp prepare_until;  // when the engine stops waiting for holds
  std::vector<Leg> legs;
  std::optional<PaymentTerms> payment;
  std::optional<ReturnTerms> returned;

  bool operator==(const Plan&) const = default;

  [[nodiscard]] std::optional<LegIndex> pivot() const;
};

using PlanPtr = std::shared_ptr<const Plan>;

inline constexpr std::size_t kLegsMax = 16;  // a chain of more ledgers than that is a mistake

// The movement by which `kind` is done for a leg. hold_key: of the hold to end, for release and refund.
Movement movement_for(const Plan& plan, LegIndex leg, MovementKind kind, const HoldKey& hold_key);

}  // namespace clearspan
