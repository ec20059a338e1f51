// The Merkle tree of a transparency log, RFC 6962 section 2.1: appending, proving and verifying.
//
//   leaf  SHA-256(0x00 ‖ entry)      node  SHA-256(0x01 ‖ left ‖ right)      the empty tree  SHA-256("")
//
//   level 3               (3,0)                    A node is named by its level and its index in that level. It is
//   level 2       (2,0)           (2,1)            complete when all 2^level leaves below it are there; complete nodes
//   level 1   (1,0)   (1,1)   (1,2)   (1,3)        never change, and everything else follows from them.
//   level 0   0   1   2   3   4   5   6   7
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::tlog {

Hash32 leaf_hash(ByteView entry);
Hash32 node_hash(const Hash32& left, const Hash32& right);

// parents[i] = node_hash(children[2 * i], children[2 * i + 1]). Quicker than one after the other.
void node_hashes(std::span<const Hash32> children, std::span<Hash32> parents);

// The root of the tree without leaves.
Hash32 empty_root();

struct NodeId {
  unsigned level = 0;
  std::uint64_t index = 0;

  bool operator==(const NodeId&) const = default;
};

// Gives the hashes of complete nodes; a tile store, say. An error of its own is handed through.
class HashReader {
 public:
  virtual ~HashReader() = default;
  virtual Result<Hash32> hash_at(NodeId node) = 0;
};

// The right edge of a growing tree: the largest complete nodes that its leaves form, one for each bit of its size.
class Frontier {
 public:
  static constexpr unsigned kLevels = 64;

  Frontier() = default;

  // The tree of that size whose largest complete nodes, from left to right, are these. Error: malformed when their
  // number is not the one that the size calls for.
  static Result<Frontier> restore(std::uint64_t size, std::span<const Hash32> peaks);

  void append(const Hash32& leaf) {
    append(leaf, [](NodeId, const Hash32&) {});
  }

  // The same; on_complete(NodeId, const Hash32&) is called for the leaf and for each node that it completes, bottom up.
  template <class OnComplete>
  void append(const Hash32& leaf, OnComplete&& on_complete);

  // The same for many leaves, level by level: of each level the new nodes in their order, the lower levels first.
  template <class OnComplete>
  void append_all(std::span<const Hash32> leaves, OnComplete&& on_complete);

  [[nodiscard]] std::uint64_t size() const { return size_; }

  [[nodiscard]] Hash32 root() const;

  // The largest complete nodes from left to right.
  [[nodiscard]] std::vector<Hash32> peaks() const;

 private:
  [[nodiscard]] bool has_peak(unsigned level) const { return ((size_ >> level) & 1) != 0; }

  std::uint64_t size_ = 0;
  std::array<Hash32, kLevels> peaks_{};  // by level; what stands where the size has a 0 bit means nothing
};

// The root of the first `size` leaves.
Result<Hash32> tree_root(std::uint64_t size, HashReader& reader);

using Proof = std::vector<Hash32>;

// That the leaf of that index is in the tree of the first `size` leaves. Error: index_beyond_tree.
Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, HashReader& reader);

// That the first `old_size` leaves of the larger tree are the smaller tree's. Empty when old_size is 0 or new_size.
// Error: consistency_invalid when the old tree is the larger one.
Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, HashReader& reader);

// A proof must have exactly the hashes that index and size call for. Errors: index_beyond_tree, inclusion_invalid.
Status verify_inclusion(const Hash32& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash32> proof,
                        const Hash32& root);

// The empty tree is consistent with every other, by an empty proof. Error: consistency_invalid.
Status verify_consistency(std::uint64_t old_size, const Hash32& old_root, std::uint64_t new_size,
                          const Hash32& new_root, std::span<const Hash32> proof);

template <class OnComplete>
void Frontier::append(const Hash32& leaf, OnComplete&& on_complete) {
  Hash32 hash = leaf;
  NodeId node{0, size_};
  on_complete(node, hash);
  for (; has_peak(node.level); on_complete(node, hash)) {
    hash = node_hash(peaks_[node.level], hash);
    ++node.level;
    node.index >>= 1;
  }
  peaks_[node.level] = hash;
  ++size_;
}

template <class OnComplete>
void Frontier::append_all(std::span<const Hash32> leaves, OnComplete&& on_complete) {
  std::vector<Hash32> nodes(leaves.begin(), leaves.end());
  for (unsigned level = 0; !nodes.empty(); ++level) {
    NodeId node{level, size_ >> level};
    for (const Hash32& hash : nodes) {
      on_complete(node, hash);
      ++node.index;
    }
    if (has_peak(level)) nodes.insert(nodes.begin(), peaks_[level]);
    if (nodes.size() % 2 == 1) peaks_[level] = nodes.back();
    std::vector<Hash32> parents(nodes.size() / 2);
    node_hashes(std::span(nodes).first(2 * parents.size()), parents);
    nodes = std::move(parents);
  }
  size_ += leaves.size();
}

}  // namespace clearspan::tlog
