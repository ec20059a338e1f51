// The trades that a benchmark orders: numbered payments, compiled as the API would.
#pragma once

#include <optional>

#include "actors/engine.hpp"
#include "core/scenario/compile.hpp"
#include "core/scenario/profile.hpp"

namespace clearspan::tools {

class OrderTaker {
 public:
  OrderTaker(const Engine& engine, const EngineTag& tag, const Profile& profile, const TimingPolicy& timing)
      : engine_(engine), tag_(tag), profile_(profile), timing_(timing) {}

  // By what the engine knows of the ledgers now. Errors: those of compile_payment.
  Result<Plan> plan(std::uint64_t number, const PaymentRequest& request);

  // Of the plan with this id.
  static std::uint64_t number_of(const TradeId& id);

 private:
  [[nodiscard]] LedgerNow now_of(const LedgerId& ledger) const;

  const Engine& engine_;
  const EngineTag tag_;
  const Profile& profile_;
  const TimingPolicy timing_;
  PaymentOffer::Wishes wishes_;  // of the last request, whose offer is kept for those of the same moment
  Timestamp offered_;
  std::optional<PaymentOffer> offer_;
};

}  // namespace clearspan::tools
