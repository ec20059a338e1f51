// Every balance with its recent past: what it was at a recent height, and what it is again when blocks are undone.
#pragma once

#include <optional>
#include <vector>

#include "core/chain/ids.hpp"
#include "core/money/amount.hpp"

namespace clearspan::simulated {

// So many heights back a balance can be asked for. Undoing reaches no further (Genesis::reorganisable_blocks).
inline constexpr std::uint64_t kBalanceHistoryBlocks = 1024;

class Balances {
 public:
  explicit Balances(std::size_t cells) : cells_(cells) {}

  [[nodiscard]] const Amount& now(std::size_t cell) const;

  // After the block at `height`; none when that is too long ago.
  [[nodiscard]] std::optional<Amount> at(std::size_t cell, Height height, Height tip) const;

  // Sets the balance as of `height`, which is never below that of an earlier call. True for the first change at that
  // height: undo_to must be told of the cell when the block is undone.
  bool set(std::size_t cell, Height height, const Amount& amount);

  // Forgets what was set above `height`.
  void undo_to(std::size_t cell, Height height);

 private:
  struct Version {
    Height height;
    Amount amount;
  };

  // Ascending heights; empty: zero since the beginning.
  std::vector<std::vector<Version>> cells_;
};

}  // namespace clearspan::simulated
