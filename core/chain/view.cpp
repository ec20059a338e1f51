#include "core/chain/view.hpp"

#include <algorithm>
#include <utility>

#include "core/base/verify.hpp"

namespace clearspan {

std::optional<Height> View::wanted(Height latest) const {
  if (conflict_) return std::nullopt;
  if (next() <= latest && !is_full()) return next();
  const Height confirmable = std::min({claimed_, tip().height, latest});
  if (confirmable > final_.height) return confirmable;
  return std::nullopt;
}

void View::claim_final(Height height) {
  claimed_ = std::max(claimed_, height);
}

Pushed View::push(VerifiedBlockPtr block) {
  CLEARSPAN_VERIFY(block != nullptr);
  if (conflict_) return *conflict_;
  const Height height = block->height;
  if (height > next()) return Gap{next()};
  if (height < final_.height) return BelowFinal{};
  if (height == final_.height) {
    if (block->hash != final_.hash) return freeze(height, final_.hash, block->hash);
    return Known{};
  }
  if (hash_at(height) == block->hash) {
    confirm(height);
    return Known{};
  }
  const Height below{height.value - 1};
  const BlockHash expected = *hash_at(below);
  if (block->parent != expected) {
    if (below == final_.height) return freeze(below, expected, block->parent);
    return StepBack{below, drop_from(below)};
  }
  if (height == next() && is_full()) return Full{};
  const std::size_t dropped = drop_from(height);
  unfinal_.push_back(std::move(block));
  confirm(height);
  return Appended{dropped};
}

std::vector<VerifiedBlockPtr> View::take_final() {
  if (conflict_) return {};
  return std::exchange(ready_, {});
}

BlockPlace View::tip() const {
  if (unfinal_.empty()) return final_;
  return {unfinal_.back()->height, unfinal_.back()->hash};
}

std::optional<BlockHash> View::hash_at(Height height) const {
  if (height == final_.height) return final_.hash;
  if (height < final_.height || height > tip().height) return std::nullopt;
  return unfinal_[height.value - final_.height.value - 1]->hash;
}

Pushed View::freeze(Height height, const BlockHash& expected, const BlockHash& found) {
  conflict_ = Conflict{height, expected, found};
  return *conflict_;
}

std::size_t View::drop_from(Height height) {
  std::size_t dropped = 0;
  for (; tip().height >= height; ++dropped) unfinal_.pop_back();
  return dropped;
}

void View::confirm(Height height) {
  const Height proven = std::min(height, claimed_);
  while (final_.height < proven) {
    final_ = {unfinal_.front()->height, unfinal_.front()->hash};
    ready_.push_back(std::move(unfinal_.front()));
    unfinal_.pop_front();
  }
}

}  // namespace clearspan
