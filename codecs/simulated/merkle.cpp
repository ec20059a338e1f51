#include "codecs/simulated/merkle.hpp"

#include <algorithm>

#include "codecs/crypto/sha256.hpp"
#include "core/base/verify.hpp"

namespace clearspan::simulated {
namespace {

constexpr std::uint8_t kNodePrefix = 1;

using NodeContent = std::array<std::uint8_t, 1 + 2 * Hash32::kSize>;

void write_node(NodeContent& node, const Hash32& left, const Hash32& right) {
  node[0] = kNodePrefix;
  std::copy(left.bytes.begin(), left.bytes.end(), node.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), node.begin() + 1 + Hash32::kSize);
}

Hash32 node_of(const Hash32& left, const Hash32& right) {
  NodeContent node;
  write_node(node, left, right);
  return crypto::sha256(node);
}

// The parents of pairs of neighbours, a few at a time.
void hash_pairs(std::span<const Hash32> children, std::span<Hash32> parents) {
  constexpr std::size_t kAtOnce = 16;
  std::array<NodeContent, kAtOnce> nodes;
  std::array<ByteView, kAtOnce> views;
  for (std::size_t done = 0; done < parents.size(); done += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, parents.size() - done);
    for (std::size_t i = 0; i < count; ++i) {
      write_node(nodes[i], children[2 * (done + i)], children[2 * (done + i) + 1]);
      views[i] = nodes[i];
    }
    crypto::sha256_many(std::span(views).first(count), parents.subspan(done, count));
  }
}

}  // namespace

void MerkleTree::build(std::span<const Hash32> leaves) {
  nodes_.assign(leaves.begin(), leaves.end());
  levels_.assign({0, nodes_.size()});
  std::size_t begin = 0;
  while (nodes_.size() - begin > 1) {
    const std::size_t end = nodes_.size();
    nodes_.resize(end + (end - begin + 1) / 2);
    const std::span<Hash32> nodes(nodes_);
    hash_pairs(nodes.subspan(begin, end - begin), nodes.subspan(end, (end - begin) / 2));
    if ((end - begin) % 2 == 1) nodes_.back() = nodes_[end - 1];
    begin = end;
    levels_.push_back(nodes_.size());
  }
}

Hash32 MerkleTree::root() const {
  return nodes_.empty() ? crypto::sha256({}) : nodes_.back();
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
    node = index % 2 == 1 ? node_of(path.front(), node) : node_of(node, path.front());
    path = path.subspan(1);
  }
  if (!path.empty()) return std::nullopt;
  return node;
}

}  // namespace clearspan::simulated
