#include "ledgers/simulated/chain.hpp"

#include <algorithm>

#include "core/base/verify.hpp"

namespace clearspan::simulated {

Chain::Chain(ChainBlock first, std::uint64_t bytes_max) : bytes_max_(bytes_max), bytes_(first.json->size()) {
  blocks_.push_back(std::move(first));
}

Head Chain::true_head() const {
  const std::lock_guard lock(mutex_);
  return blocks_.back().head;
}

const ChainBlock* Chain::find_locked(Height number) const {
  const Height oldest = blocks_.front().head.number;
  if (number < oldest || number > blocks_.back().head.number) return nullptr;
  return &blocks_[number.value - oldest.value];
}

Height Chain::shown_locked() const {
  const Height newest = blocks_.back().head.number;
  return frozen_at_ ? std::min(*frozen_at_, newest) : newest;
}

std::optional<Head> Chain::head_at(Height number) const {
  const std::lock_guard lock(mutex_);
  const ChainBlock* block = find_locked(number);
  return block == nullptr ? std::nullopt : std::optional(block->head);
}

void Chain::replace_above(Height fork, std::vector<ChainBlock> blocks) {
  {
    const std::lock_guard lock(mutex_);
    while (blocks_.back().head.number > fork) {
      bytes_ -= blocks_.back().json->size();
      blocks_.pop_back();
      CLEARSPAN_VERIFY(!blocks_.empty());
    }
    for (ChainBlock& block : blocks) {
      CLEARSPAN_VERIFY(block.head.number == blocks_.back().head.number.plus(1));
      bytes_ += block.json->size();
      blocks_.push_back(std::move(block));
    }
    while (blocks_.size() > 1 && bytes_ > bytes_max_) {
      bytes_ -= blocks_.front().json->size();
      blocks_.pop_front();
    }
  }
  changed_.notify_all();
}

void Chain::freeze() {
  const std::lock_guard lock(mutex_);
  frozen_at_ = shown_locked();
}

void Chain::thaw() {
  {
    const std::lock_guard lock(mutex_);
    frozen_at_.reset();
  }
  changed_.notify_all();
}

Head Chain::shown_head() const {
  const std::lock_guard lock(mutex_);
  const ChainBlock* shown = find_locked(shown_locked());
  // A frozen head can be older than what is kept.
  return shown == nullptr ? blocks_.front().head : shown->head;
}

std::shared_ptr<const std::string> Chain::find(Height number) const {
  const std::lock_guard lock(mutex_);
  if (number > shown_locked()) return nullptr;
  const ChainBlock* block = find_locked(number);
  return block == nullptr ? nullptr : block->json;
}

void Chain::wait_above(Height number, Millis timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return shown_locked() > number; });
}

}  // namespace clearspan::simulated
