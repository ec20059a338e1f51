#include "actors/submitter/solvency_book.hpp"

#include <algorithm>

namespace clearspan::actors {

SolvencyBook::SolvencyBook(const LedgerTraits& ledger, std::uint64_t interval_blocks,
                           std::optional<evidence::HoldingsChecked> last)
    : ledger_(ledger.id), interval_blocks_(std::max<std::uint64_t>(interval_blocks, 1)) {
  if (ledger.held_in.text.empty()) return;
  for (const Asset& asset : ledger.assets) {
    if (assets_.size() == evidence::kHeldBalancesMax) break;
    assets_.push_back(asset.id);
    holdings_[asset.id];
  }
  if (!last) return;
  differs_ = last->unexplained() != nullptr;
  counted_ = BlockPlace{last->height, last->block};
  compared_at_ = last->height;
  for (const evidence::HeldBalance& balance : last->balances) {
    const auto holding = holdings_.find(balance.asset);
    if (holding != holdings_.end()) holding->second.base = balance.expected.units();
  }
}

void SolvencyBook::add(const VerifiedBlock& block) {
  if (counted_ && block.height <= counted_->height) return;
  counted_ = BlockPlace{block.height, block.hash};
  for (const HeldChange& one : block.held) {
    const auto holding = holdings_.find(one.asset);
    if (holding != holdings_.end()) holding->second.flow += one.change.units();
  }
}

bool SolvencyBook::is_due() const {
  if (assets_.empty() || differs_ || reading_ || !counted_) return false;
  return again_ || !compared_at_ || counted_->height.value >= compared_at_->value + interval_blocks_;
}

std::optional<Height> SolvencyBook::begin_reading() {
  if (!is_due()) return std::nullopt;
  reading_ = counted_;
  again_ = false;
  for (auto& [asset, holding] : holdings_) {
    holding.flow_at_reading = holding.flow;
    holding.found.reset();
  }
  return reading_->height;
}

std::optional<evidence::HoldingsChecked> SolvencyBook::take(const AssetId& asset, Height height,
                                                            const Result<Amount>& balance) {
  const auto holding = holdings_.find(asset);
  if (!reading_ || reading_->height != height || holding == holdings_.end()) return std::nullopt;
  if (!balance.ok()) {
    reading_.reset();
    again_ = true;
    return std::nullopt;
  }
  holding->second.found = *balance;
  const bool are_all_there =
      std::all_of(holdings_.begin(), holdings_.end(), [](const auto& one) { return one.second.found.has_value(); });
  if (!are_all_there) return std::nullopt;
  return compare();
}

evidence::HoldingsChecked SolvencyBook::compare() {
  evidence::HoldingsChecked checked{ledger_, reading_->height, reading_->hash, {}};
  for (const AssetId& asset : assets_) {
    Holding& holding = holdings_.at(asset);
    if (!holding.base) holding.base = U256(holding.found->units() - holding.flow_at_reading);
    checked.balances.push_back({asset, Amount(U256(*holding.base + holding.flow_at_reading)), *holding.found});
  }
  compared_at_ = reading_->height;
  reading_.reset();
  differs_ = checked.unexplained() != nullptr;
  return checked;
}

std::string describe_difference(const LedgerTraits& ledger, const evidence::HoldingsChecked& checked) {
  const evidence::HeldBalance* balance = checked.unexplained();
  CLEARSPAN_VERIFY(balance != nullptr);
  return "account " + ledger.held_in.text + " holds " + to_string(balance->found) + " " + balance->asset.text +
         " at height " + std::to_string(checked.height.value) + ", and the blocks say " + to_string(balance->expected) +
         ": nothing is signed for this ledger any more";
}

}  // namespace clearspan::actors
