#include "tools/clearspan/bench/orders.hpp"

#include "core/scenario/trade_id.hpp"

namespace clearspan::tools {
namespace {

constexpr std::size_t kNumberAt = 2;  // where the number stands in the id's randomness

// With the number in it, and different in the first bytes from all others of its time, as random ids are.
TradeId trade_id(std::uint64_t number, Timestamp created) {
  std::array<std::uint8_t, kTradeIdRandomBytes> randomness{};
  randomness[0] = static_cast<std::uint8_t>(number >> 8);
  randomness[1] = static_cast<std::uint8_t>(number);
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    randomness[kNumberAt + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
  return make_trade_id(created, randomness);
}

}  // namespace

Result<Plan> OrderTaker::plan(std::uint64_t number, const PaymentRequest& request) {
  const Timestamp created = SystemClock().now();
  const PaymentOffer::Wishes wishes{request.placed_by, request.deadline, request.reclaim_after};
  if (!offer_ || offered_ != created || wishes_ != wishes) {
    offer_.emplace(profile_, now_of(profile_.source_ledger), now_of(profile_.destination_ledger), timing_, wishes, tag_,
                   created);
    offered_ = created;
    wishes_ = wishes;
  }
  return offer_->accept(trade_id(number, created), request.payer, request.merchant, request.amount);
}

std::uint64_t OrderTaker::number_of(const TradeId& id) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(number); ++i) number = number << 8 | id.bytes[kTradeIdTimeBytes + kNumberAt + i];
  return number;
}

LedgerNow OrderTaker::now_of(const LedgerId& ledger) const {
  for (const LedgerStatus& status : engine_.ledgers()) {
    if (status.traits.id == ledger) return {status.traits, status.time, status.seen};
  }
  return {};
}

}  // namespace clearspan::tools
