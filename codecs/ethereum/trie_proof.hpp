// Merkle-Patricia proofs that a list has a value at an index: the nodes on the way from the root to the value (Yellow
// Paper, appendix D). The key is the RLP encoding of the index. A node shorter than 32 bytes stands inside its parent
// and is not listed; the root is always listed.
//
//   root = keccak(nodes[0]) ── the key's first digits ──▶ a child's hash = keccak(nodes[1]) ── ... ──▶ leaf: the value
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::ethereum {

// A node for each digit of the longest key of a 32-bit index, and the leaf.
inline constexpr std::size_t kProofNodesMax = 11;

using NodePath = std::vector<Bytes>;

// The paths of those indexes, each below the number of values. Computes the whole trie once, whatever their number.
std::vector<NodePath> prove_ordered(std::span<const ByteView> values, std::span<const std::uint32_t> indexes);

// The value that the list with that root has at the index; a view into one of the nodes. Strict: every node must be on
// the way, in canonical RLP, with its path in the one right encoding. Errors: proof_invalid.
Result<ByteView> verify_ordered_proof(const Hash32& root, std::uint32_t index, std::span<const Bytes> nodes);

}  // namespace clearspan::ethereum
