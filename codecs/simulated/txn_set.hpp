// The txns of one block, to find one that is there twice.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "codecs/crypto/random.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::simulated {

// Open addressing in memory that stays from block to block. Whoever makes ids does not know the seed, so cannot make
// them meet.
class TxnSet {
 public:
  TxnSet() { crypto::random_bytes({reinterpret_cast<std::uint8_t*>(&seed_), sizeof(seed_)}); }

  // Empties it, with room for so many.
  void start(std::size_t count) {
    slots_.assign(std::bit_ceil(2 * count + 2), nullptr);
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots_.size()));
  }

  // False when it is there already. The id must stay where it is.
  bool insert(const TxnId& id) {
    std::size_t slot = ((std::hash<TxnId>{}(id) ^ seed_) * (seed_ | 1)) >> shift_;
    for (; slots_[slot] != nullptr; slot = (slot + 1) % slots_.size()) {
      if (*slots_[slot] == id) return false;
    }
    slots_[slot] = &id;
    return true;
  }

 private:
  std::uint64_t seed_ = 0;
  unsigned shift_ = 0;
  std::vector<const TxnId*> slots_;
};

}  // namespace clearspan::simulated
