#include "codecs/simulated/merkle.hpp"

#include "codecs/tlog/merkle.hpp"
#include "core/base/verify.hpp"

namespace clearspan::simulated {

void MerkleTree::build(std::span<const Hash32> leaves) {
  nodes_.assign(leaves.begin(), leaves.end());
  levels_.assign({0, nodes_.size()});
  std::size_t begin = 0;
  while (nodes_.size() - begin > 1) {
    const std::size_t end = nodes_.size();
    nodes_.resize(end + (end - begin + 1) / 2);
    const std::span<Hash32> nodes(nodes_);
    const std::size_t pairs = (end - begin) / 2;
    tlog::node_hashes(nodes.subspan(begin, 2 * pairs), nodes.subspan(end, pairs));
    if ((end - begin) % 2 == 1) nodes_.back() = nodes_[end - 1];
    begin = end;
    levels_.push_back(nodes_.size());
  }
}

Hash32 MerkleTree::root() const {
  return nodes_.empty() ? tlog::empty_root() : nodes_.back();
}

std::vector<Hash32> MerkleTree::path_of(std::size_t index) const {
  CLEARSPAN_VERIFY(levels_.size() >= 2 && index < levels_[1]);
  std::vector<Hash32> path;
  path.reserve(levels_.size());
  for (std::size_t level = 0; level + 2 < levels_.size(); ++level, index /= 2) {
    const std::size_t sibling = levels_[level] + (index ^ 1);
    if (sibling < levels_[level + 1]) path.push_back(nodes_[sibling]);
  }
  return path;
}

Hash32 merkle_root(std::span<const Hash32> leaves) {
  MerkleTree tree;
  tree.build(leaves);
  return tree.root();
}

std::optional<Hash32> root_by_path(std::uint64_t index, std::uint64_t count, const Hash32& leaf,
                                   std::span<const Hash32> path) {
  if (index >= count) return std::nullopt;
  Hash32 node = leaf;
  for (std::uint64_t last = count - 1; last > 0; index /= 2, last /= 2) {
    if (index == last && index % 2 == 0) continue;  // the odd one of its level
    if (path.empty()) return std::nullopt;
    node = index % 2 == 1 ? tlog::node_hash(path.front(), node) : tlog::node_hash(node, path.front());
    path = path.subspan(1);
  }
  if (!path.empty()) return std::nullopt;
  return node;
}

}  // namespace clearspan::simulated
