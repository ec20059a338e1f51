#include "ledgers/simulated/balances.hpp"

#include <algorithm>

namespace clearspan::simulated {
namespace {

// Old versions are dropped when a cell's list reaches twice of what it kept last, or this many at least.
constexpr std::size_t kVersionsBeforePruning = 64;

const Amount kZero;

}  // namespace

const Amount& Balances::now(std::size_t cell) const {
  return cells_[cell].empty() ? kZero : cells_[cell].back().amount;
}

std::optional<Amount> Balances::at(std::size_t cell, Height height, Height tip) const {
  if (tip.value > kBalanceHistoryBlocks && height.value < tip.value - kBalanceHistoryBlocks) return std::nullopt;
  const auto& versions = cells_[cell];
  const auto above = std::upper_bound(versions.begin(), versions.end(), height,
                                      [](Height asked, const Version& version) { return asked < version.height; });
  return above == versions.begin() ? Amount() : std::prev(above)->amount;
}

bool Balances::set(std::size_t cell, Height height, const Amount& amount) {
  auto& versions = cells_[cell];
  if (!versions.empty() && versions.back().height == height) {
    versions.back().amount = amount;
    return false;
  }
  if (versions.size() >= kVersionsBeforePruning && versions.size() == versions.capacity() &&
      height.value > kBalanceHistoryBlocks) {
    // The newest version at or below the oldest height that can be asked for must stay.
    const Height oldest{height.value - kBalanceHistoryBlocks};
    const auto above = std::upper_bound(versions.begin(), versions.end(), oldest,
                                        [](Height asked, const Version& version) { return asked < version.height; });
    if (above != versions.begin()) versions.erase(versions.begin(), std::prev(above));
  }
  versions.push_back({height, amount});
  return true;
}

void Balances::undo_to(std::size_t cell, Height height) {
  auto& versions = cells_[cell];
  while (!versions.empty() && versions.back().height > height) versions.pop_back();
}

}  // namespace clearspan::simulated
