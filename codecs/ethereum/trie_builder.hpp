// The work behind trie roots and proofs (see trie.hpp): plans all nodes of a trie as ranges of the sorted entries, and
// encodes and hashes them round by round: first all leaves, then each node after its children. Several tries go
// through their rounds together. What is kept is how each node is referred to, so that any single node can be encoded
// again afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/hash_batch.hpp"
#include "codecs/ethereum/trie.hpp"

namespace clearspan::ethereum {

// Whether a leaf may be encoded around its value where that stands, in memory that is the caller's to change.
enum class LeafRoom : std::uint8_t {
  none,
  in_front  // kLeafRoomBytes before each value are free
};

// A list's header, a path of at most 8 digits and a string's header, for values below 16 MB.
inline constexpr std::size_t kLeafRoomBytes = 16;

// Working memory for one trie at a time; each thread keeps one and reuses it.
class TrieBuilder {
 public:
  static TrieBuilder& of_thread();

  // The root of entries with distinct keys in ascending order, at least one.
  Hash32 root(std::span<const TrieEntry> entries);

  // The root of a list of at least one value (see ordered_root).
  Hash32 ordered_root(std::span<const ByteView> values);

  // Plans the trie of a list of at least one value; run_rounds computes its root.
  void begin_ordered(std::span<const ByteView> values, LeafRoom room);

  // After run_rounds.
  [[nodiscard]] Hash32 top() const;

  // Hashes what is in the batch and all tries, each planned and not yet hashed.
  static void run_rounds(std::span<TrieBuilder* const> tries, HashBatch& batch);

  // The encodings of the nodes that lead to the entry at that position of the trie whose root was computed last, from
  // the root down, without those that stand inside their parents. The entries' bytes must still be there.
  std::vector<Bytes> path_to(std::size_t position);

 private:
  // How a parent refers to a node: its hash, or its whole encoding when that is shorter.
  struct Reference {
    std::array<std::uint8_t, 32> bytes;
    std::uint8_t size = 0;
  };

  enum class NodeKind : std::uint8_t { leaf, extension, branch };

  // The entries [first, last) share their first `depth` digits.
  struct Node {
    NodeKind kind;
    std::uint16_t child_digits = 0;  // branch: bit d is set when there is a child for digit d
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t depth = 0;
    std::uint32_t path_end = 0;     // leaf, extension: where its path ends
    std::uint32_t first_child = 0;  // extension, branch: children are consecutive nodes
    std::uint32_t round = 0;        // in which it is hashed: after all its children
    bool has_value = false;         // branch: the first entry's key ends here
  };

  void plan();
  [[nodiscard]] Node make_node(std::uint32_t first, std::uint32_t last, std::uint32_t depth) const;
  void add_children(std::size_t index);
  void append_reference(std::size_t index);
  void append_node(const Node& node);
  void encode(std::size_t index);
  void encode_leaf(std::size_t index, HashBatch& batch);
  std::size_t write_leaf_front(const Node& node, std::uint8_t* front) const;
  void refer(std::size_t index, ByteView encoding, HashBatch& batch);
  void add_round(std::uint32_t round, HashBatch& batch);

  struct Encoded {
    std::size_t node = 0;
    Slice bytes;  // of scratch_
  };

  std::span<const TrieEntry> entries_;
  LeafRoom room_ = LeafRoom::none;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> inner_;  // the nodes that are no leaves
  std::vector<Reference> references_;
  Buffer scratch_;
  std::vector<Encoded> encoded_;
  HashBatch batch_;
  std::vector<TrieEntry> ordered_entries_;
  std::vector<std::array<std::uint8_t, 8>> ordered_keys_;
};

// Where the key of a list's index stands among the list's keys in ascending order: 1..127 are single bytes below 0x80,
// which is the key of 0; all longer keys follow in the order of their numbers.
std::size_t ordered_position(std::size_t index, std::size_t count);

}  // namespace clearspan::ethereum
