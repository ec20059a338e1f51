// Turns requests into plans: looks up what their names stand for, checks that the engine may act for the accounts, and
// compiles the scenario. It creates nothing; every refusal names the offending field.
//
// A round is what is planned at one moment, many trades as a rule. What they have in common is worked out once: the
// ledgers as they are now, and for payments by the same profile with the same wishes everything but the parties and the
// amount.
#pragma once

#include <optional>
#include <vector>

#include "actors/gateway/create_request.hpp"
#include "actors/gateway/ledger_board.hpp"
#include "actors/gateway/planner.hpp"
#include "core/scenario/compile.hpp"

namespace clearspan::gateway {

class PlanningRound {
 public:
  // Both outlive the round.
  PlanningRound(const Planner& planner, const LedgerBoard& board, Timestamp now);

  // Errors: the 4xx codes of the REST API; not_ready and ledger_frozen when a ledger cannot be planned on now.
  Result<Plan> plan(const TradeBody& body);

  [[nodiscard]] const LedgerBoard& board() const { return board_; }

 private:
  struct Offer {
    const Profile* profile = nullptr;
    PaymentOffer::Wishes wishes;
    const Connector* source = nullptr;
    const Connector* destination = nullptr;
    const LedgerTraits* destination_traits = nullptr;
    std::optional<unsigned> scale;  // of what the merchant gets
    PaymentOffer terms;
    std::optional<Status> payout;  // whether the engine may pay merchants for the exchanger; none before it was asked
  };

  Result<Offer*> offer_for(const PaymentBody& body);
  Result<Offer> make_offer(const PaymentBody& body, const PaymentOffer::Wishes& wishes) const;
  Result<Plan> plan_payment(const PaymentBody& body);
  [[nodiscard]] Result<Plan> plan_pvp(const PvpBody& body) const;
  [[nodiscard]] Status check_payout(Offer& offer, const Plan& plan) const;

  const Planner& planner_;
  const LedgerBoard& board_;
  const Timestamp now_;
  std::vector<Offer> offers_;   // few: looked through in order
  std::size_t next_offer_ = 0;  // to be replaced when there are too many
};

}  // namespace clearspan::gateway
