// One trade, read back from its events: where it stands, and the holds that it asked to have sent back.
#pragma once

#include <algorithm>

#include "actors/messages.hpp"
#include "core/trade/advance.hpp"
#include "core/trade/deposit.hpp"

namespace clearspan::actors {

class TradeFold {
 public:
  explicit TradeFold(const PlanPtr& plan) : trade_{plan, initial_state(*plan)} {}

  // Errors: invalid_transition.
  Status apply(const Event& event) {
    CLEARSPAN_TRY(Step step, advance(*trade_.plan, std::move(trade_.state), event));
    trade_.state = std::move(step.next);
    for (Command& command : step.commands) {
      if (auto* deposit = std::get_if<Rare<ReturnDeposit>>(&command)) deposits_.push_back(std::move(**deposit));
    }
    return Done{};
  }

  // `exists`: whether a trade of that id was created.
  template <class Exists>
  RefoldedTrade finish(const Exists& exists) {
    std::erase_if(deposits_, [&](const ReturnDeposit& one) { return exists(return_id_of(one.outcome)); });
    return {std::move(trade_), std::move(deposits_)};
  }

 private:
  RestoredTrade trade_;
  std::vector<ReturnDeposit> deposits_;
};

}  // namespace clearspan::actors
