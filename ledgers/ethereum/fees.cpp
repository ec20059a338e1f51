#include "ledgers/ethereum/fees.hpp"

#include <algorithm>

namespace clearspan::ethereum {
namespace {

// Assumed until the first block has been seen.
const Amount kBaseFeeUnknown{1'000'000'000};

// An eighth more, rounded up; at least one more. Fees are clamped far below any overflow.
Amount eighth_more(const Amount& fee) {
  return Amount(U256(fee.units() + (fee.units() + 7) / 8 + (fee.is_zero() ? 1 : 0)));
}

Amount twice_and(const Amount& base, const Amount& priority, const Amount& max) {
  if (base >= max || priority >= max) return max;
  return Amount(U256(base.units() * 2 + priority.units()));
}

}  // namespace

FeeBook::FeeBook(const FeeOptions& options) : options_(options) {
  observe_base_fee(kBaseFeeUnknown);
}

void FeeBook::observe_base_fee(const Amount& base_fee) {
  const std::lock_guard lock(mutex_);
  market_ = clamped({twice_and(base_fee, options_.priority_fee, options_.fee_max), options_.priority_fee});
}

void FeeBook::observe_gas_price(const Amount& gas_price) {
  const std::lock_guard lock(mutex_);
  market_ = clamped({gas_price, gas_price});
}

Fee FeeBook::fee_for(const Address& account, Sequence sequence, std::uint32_t step) {
  const std::lock_guard lock(mutex_);
  auto& by_sequence = offered_[account];
  std::vector<Fee>& steps = by_sequence[sequence];
  while (steps.size() <= step) {
    Fee fee = market_;
    if (!steps.empty()) {
      const Fee least = raised(steps.back());
      fee = clamped({std::max(fee.max_fee, least.max_fee), std::max(fee.priority_fee, least.priority_fee)});
    }
    steps.push_back(fee);
  }
  Fee fee = steps[step];
  while (by_sequence.size() > kRemembered) by_sequence.erase(by_sequence.begin());
  return fee;
}

Fee FeeBook::raised(const Fee& fee) const {
  return {eighth_more(fee.max_fee), eighth_more(fee.priority_fee)};
}

Fee FeeBook::clamped(const Fee& fee) const {
  const Amount max_fee = std::min(fee.max_fee, options_.fee_max);
  return {max_fee, std::min(fee.priority_fee, max_fee)};
}

}  // namespace clearspan::ethereum
