// Roots of Merkle-Patricia tries (Yellow Paper, appendix D), computed from all entries at once: no tree of nodes is
// ever built. The entries are sorted by key, so that the subtree of a node is a range of them. The ranges are planned
// from the root down, level by level; then the nodes are encoded and hashed, together all those whose children are
// done: first the leaves, last the root.
//
//   leaf       [path, value]           path: the rest of the key, hex-prefix encoded
//   extension  [path, child]           path: what all keys of the range share
//   branch     [child 0 .. f, value]   one child per next digit; the value of the key that ends here
//
// A child is the Keccak hash of its encoding, or the encoding itself when that is shorter than 32 bytes.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"

namespace clearspan::ethereum {

// The root of a trie without entries: the hash of the empty RLP string.
extern const Hash32 kEmptyTrieRoot;

struct TrieEntry {
  ByteView key;
  ByteView value;  // not empty: in Ethereum's tries an empty value is the absence of the key
};

// The root of entries with distinct keys in ascending order.
Hash32 trie_root(std::span<const TrieEntry> sorted);

// The root of a list: the key of each value is the RLP encoding of its index. This is the root of a block's txns,
// receipts and withdrawals.
Hash32 ordered_root(std::span<const ByteView> values);

// Entries in any order; among those with the same key the last one counts, and an empty value removes the key.
using TrieMap = std::vector<std::pair<Bytes, Bytes>>;
Hash32 map_root(const TrieMap& entries);

// The same with each key replaced by its Keccak hash, as the state and storage tries have it.
Hash32 secure_map_root(const TrieMap& entries);

}  // namespace clearspan::ethereum
