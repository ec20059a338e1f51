// Sums what a block's many small movements did to what is held, so that the 256-bit sums of the block are touched once
// per asset.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "core/chain/block.hpp"

namespace clearspan::simulated {

class HeldSums {
 public:
  void clear() { sums_.clear(); }

  // As core/chain's add_held, but the amount counts only after flush(). The asset's name must live until then.
  void add(std::vector<HeldChange>& held, MovementKind kind, std::string_view asset, const Amount& amount) {
    Sum& sum = of(held, asset);
    std::uint64_t& total = kind == MovementKind::hold ? sum.in : sum.out;
    const bool is_small = amount.units() <= std::numeric_limits<std::uint64_t>::max();
    const auto units = is_small ? static_cast<std::uint64_t>(amount.units()) : 0;
    if (!is_small || __builtin_add_overflow(total, units, &total)) {
      if (is_small) total -= units;
      add_held(held, kind, asset, amount);
    }
  }

  void flush(std::vector<HeldChange>& held) const {
    for (const Sum& sum : sums_) {
      add_held(held, MovementKind::hold, sum.asset, Amount(sum.in));
      add_held(held, MovementKind::release, sum.asset, Amount(sum.out));
    }
  }

 private:
  struct Sum {
    std::string_view asset;
    std::uint64_t in = 0;
    std::uint64_t out = 0;
  };

  // A block has few assets. Each gets its place among the block's changes when it is first seen.
  Sum& of(std::vector<HeldChange>& held, std::string_view asset) {
    for (Sum& sum : sums_) {
      if (sum.asset == asset) return sum;
    }
    add_held(held, MovementKind::hold, asset, Amount());
    return sums_.emplace_back(Sum{asset});
  }

  std::vector<Sum> sums_;
};

}  // namespace clearspan::simulated
