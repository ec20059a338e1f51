// A Merkle tree that keeps every complete node, and the definitions of RFC 6962 section 2.1 written out as they stand
// there, for comparison.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "codecs/tlog/merkle.hpp"

namespace clearspan::tlog::tests {

// The leaf hashes of the entries "entry 0", "entry 1" and so on.
inline std::vector<Hash32> numbered_leaves(std::size_t count) {
  std::vector<Hash32> leaves;
  leaves.reserve(count);
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(as_bytes("entry " + std::to_string(i))));
  return leaves;
}

class MemoryTree final : public HashReader {
 public:
  explicit MemoryTree(std::span<const Hash32> leaves) {
    for (const Hash32& leaf : leaves) append(leaf);
  }

  void append(const Hash32& leaf) {
    frontier.append(leaf, [&](NodeId node, const Hash32& hash) {
      EXPECT_TRUE(nodes.emplace(std::pair(node.level, node.index), hash).second);
    });
  }

  void append_all(std::span<const Hash32> leaves) {
    NodeId last{0, 0};
    frontier.append_all(leaves, [&](NodeId node, const Hash32& hash) {
      EXPECT_TRUE(nodes.emplace(std::pair(node.level, node.index), hash).second);
      EXPECT_TRUE(node.level > last.level || (node.level == last.level && node.index >= last.index));
      last = node;
    });
  }

  Result<Hash32> hash_at(NodeId node) override {
    ++reads;
    const auto found = nodes.find({node.level, node.index});
    if (found == nodes.end()) return make_error(ErrorCode::not_found, "node " + std::to_string(node.index));
    return found->second;
  }

  Frontier frontier;
  std::map<std::pair<unsigned, std::uint64_t>, Hash32> nodes;
  std::size_t reads = 0;
};

// MTH(D[n])
inline Hash32 defined_root(std::span<const Hash32> leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves.front();
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  return node_hash(defined_root(leaves.first(k)), defined_root(leaves.subspan(k)));
}

// PATH(m, D[n])
inline Proof defined_path(std::size_t m, std::span<const Hash32> leaves) {
  if (leaves.size() == 1) return {};
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  const bool is_left = m < k;
  Proof path = is_left ? defined_path(m, leaves.first(k)) : defined_path(m - k, leaves.subspan(k));
  path.push_back(defined_root(is_left ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

// SUBPROOF(m, D[n], b)
inline Proof defined_subproof(std::size_t m, std::span<const Hash32> leaves, bool is_known) {
  if (m == leaves.size()) return is_known ? Proof{} : Proof{defined_root(leaves)};
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  Proof proof;
  if (m <= k) {
    proof = defined_subproof(m, leaves.first(k), is_known);
    proof.push_back(defined_root(leaves.subspan(k)));
  } else {
    proof = defined_subproof(m - k, leaves.subspan(k), false);
    proof.push_back(defined_root(leaves.first(k)));
  }
  return proof;
}

inline std::string code_of(const Status& status) {
  return status.ok() ? "ok" : std::string(to_string(status.error().code));
}

}  // namespace clearspan::tlog::tests
