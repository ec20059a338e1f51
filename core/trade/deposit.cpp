#include "core/trade/deposit.hpp"

namespace clearspan {

std::optional<ReturnReason> reason_to_return(const Leg& leg, const Outcome& hold, bool already_placed) {
  if (hold.asset != leg.asset) return ReturnReason::wrong_asset;
  if (hold.from != leg.payer || hold.to != leg.payee || hold.reclaim_after < leg.reclaim_after) {
    return ReturnReason::wrong_terms;
  }
  if (hold.amount < leg.amount) return ReturnReason::underpaid;
  if (hold.amount > leg.amount) return ReturnReason::overpaid;
  if (already_placed) return ReturnReason::duplicate;
  return std::nullopt;
}

TradeId return_id_of(const Outcome& hold) {
  TradeId id = trade_of(hold.ref);
  std::copy_n(hold.hold_key.bytes.begin(), TradeId::kSize - kTradeIdShardBytes, id.bytes.begin());
  return id;
}

Plan make_return_plan(const Outcome& hold, const LedgerId& ledger, ReturnReason reason, const EngineTag& engine,
                      Timestamp now) {
  Plan plan;
  plan.id = return_id_of(hold);
  plan.engine = engine;
  plan.scenario = "return";
  plan.created = now;
  plan.prepare_until = now;
  Leg leg;
  leg.ledger = ledger;
  leg.asset = hold.asset;
  leg.amount = hold.amount;
  leg.payer = hold.from;
  leg.payee = hold.to;
  leg.reclaim_after = hold.reclaim_after;
  plan.legs.push_back(leg);
  plan.returned = ReturnTerms{reason, trade_of(hold.ref), hold.hold_key};
  return plan;
}

}  // namespace clearspan
