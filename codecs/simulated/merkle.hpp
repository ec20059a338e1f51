// The Merkle tree over a block's txns (RFC 6962, section 2.1): its root, and the paths that prove single leaves.
//
// RFC 6962 splits a tree at the largest power of two below the count. Pairing neighbours level by level, with an odd
// last one carried up unchanged, builds the same tree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"

namespace clearspan::simulated {

// All nodes, so that any number of paths can be had. The memory is used again by the next tree.
class MerkleTree {
 public:
  void build(std::span<const Hash32> leaves);

  [[nodiscard]] Hash32 root() const;

  // From the leaf's sibling up.
  [[nodiscard]] std::vector<Hash32> path_of(std::size_t index) const;

 private:
  std::vector<Hash32> nodes_;        // level by level, the leaves first
  std::vector<std::size_t> levels_;  // where each level starts, and the end of the last
};

Hash32 merkle_root(std::span<const Hash32> leaves);

// The root of the tree of that many leaves in which `leaf` stands at `index`, by its path; none for a path that is not
// exactly as long as index and count call for.
std::optional<Hash32> root_by_path(std::uint64_t index, std::uint64_t count, const Hash32& leaf,
                                   std::span<const Hash32> path);

}  // namespace clearspan::simulated
