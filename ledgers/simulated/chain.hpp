// The blocks that the ledger's node shows to its clients. Thread-safe, with a lock that is never held for long.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::simulated {

struct Head {
  Height number;
  BlockHash hash;

  bool operator==(const Head&) const = default;
};

struct ChainBlock {
  Head head;
  std::shared_ptr<const std::string> json;
};

class Chain {
 public:
  // Keeps the newest blocks whose JSON has up to that many bytes, and the newest one always.
  Chain(ChainBlock first, std::uint64_t bytes_max);

  // The newest block, whatever is shown.
  [[nodiscard]] Head true_head() const;
  // The hash of a block that is still kept.
  [[nodiscard]] std::optional<Head> head_at(Height number) const;

  // Cuts the chain above `fork` and appends the blocks, in one step.
  void replace_above(Height fork, std::vector<ChainBlock> blocks);

  // Until thaw(), clients see no block above the newest one of now.
  void freeze();
  void thaw();

  // Clients.
  [[nodiscard]] Head shown_head() const;
  [[nodiscard]] std::shared_ptr<const std::string> find(Height number) const;  // null: not shown or no longer kept
  void wait_above(Height number, Millis timeout);

 private:
  [[nodiscard]] const ChainBlock* find_locked(Height number) const;
  [[nodiscard]] Height shown_locked() const;

  const std::uint64_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ChainBlock> blocks_;
  std::uint64_t bytes_ = 0;
  std::optional<Height> frozen_at_;
};

}  // namespace clearspan::simulated
