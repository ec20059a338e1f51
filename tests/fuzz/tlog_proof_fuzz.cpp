// Proofs about Merkle trees: the true ones are accepted, and what the input makes of them is refused.
#include <map>
#include <vector>

#include "codecs/tlog/merkle.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

constexpr std::size_t kLeavesMax = 600;

// Keeps every complete node, and the root of every size.
struct Tree final : tlog::HashReader {
  explicit Tree(std::size_t size) {
    roots.push_back(frontier.root());
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint8_t entry[] = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
      frontier.append(tlog::leaf_hash(entry), [&](tlog::NodeId node, const Hash32& hash) {
        nodes[{node.level, node.index}] = hash;
      });
      roots.push_back(frontier.root());
    }
  }

  Result<Hash32> hash_at(tlog::NodeId node) override {
    const auto found = nodes.find({node.level, node.index});
    CLEARSPAN_VERIFY(found != nodes.end());
    return found->second;
  }

  tlog::Frontier frontier;
  std::map<std::pair<unsigned, std::uint64_t>, Hash32> nodes;
  std::vector<Hash32> roots;
};

// A proof with hashes dropped, added, exchanged or changed. False when it is as before.
bool spoil(tlog::Proof& proof, Pieces& input) {
  const tlog::Proof before = proof;
  switch (input.byte() % 4) {
    case 0:
      if (!proof.empty()) proof.erase(proof.begin() + static_cast<std::ptrdiff_t>(input.byte() % proof.size()));
      break;
    case 1:
      proof.emplace_back().bytes[0] = input.byte();
      break;
    case 2:
      if (!proof.empty()) std::swap(proof.front(), proof[input.byte() % proof.size()]);
      break;
    case 3:
      if (!proof.empty()) proof[input.byte() % proof.size()].bytes[input.byte() % Hash32::kSize] ^= 1;
      break;
  }
  return proof != before;
}

void try_inclusion(Tree& tree, std::uint64_t size, Pieces& input) {
  const std::uint64_t index = input.number();
  const auto made = inclusion_proof(index, size, tree);
  CLEARSPAN_VERIFY(made.ok() == (index < size));
  if (!made.ok()) return expect_one_of(made.error(), {ErrorCode::index_beyond_tree});
  const Hash32 leaf = *tree.hash_at({0, index});
  CLEARSPAN_VERIFY(tlog::verify_inclusion(leaf, index, size, *made, tree.roots[size]).ok());
  tlog::Proof proof = *made;
  const std::uint64_t other_index = input.number();
  const std::uint64_t other_size = input.number();
  if (spoil(proof, input)) {
    CLEARSPAN_VERIFY(!tlog::verify_inclusion(leaf, index, size, proof, tree.roots[size]).ok());
  }
  if (other_index != index) {
    CLEARSPAN_VERIFY(!tlog::verify_inclusion(leaf, other_index, size, *made, tree.roots[size]).ok());
  }
  if (other_size != size && other_size < tree.roots.size()) {
    CLEARSPAN_VERIFY(!tlog::verify_inclusion(leaf, index, other_size, *made, tree.roots[other_size]).ok());
  }
}

void try_consistency(Tree& tree, std::uint64_t size, Pieces& input) {
  const std::uint64_t old_size = input.number() % tree.roots.size();
  const auto made = consistency_proof(old_size, size, tree);
  CLEARSPAN_VERIFY(made.ok() == (old_size <= size));
  if (!made.ok()) return expect_one_of(made.error(), {ErrorCode::consistency_invalid});
  const Hash32& old_root = tree.roots[old_size];
  CLEARSPAN_VERIFY(tlog::verify_consistency(old_size, old_root, size, tree.roots[size], *made).ok());
  tlog::Proof proof = *made;
  if (spoil(proof, input)) {
    CLEARSPAN_VERIFY(!tlog::verify_consistency(old_size, old_root, size, tree.roots[size], proof).ok());
  }
  if (old_size == 0) return;
  Hash32 other_root = old_root;
  other_root.bytes[input.byte() % Hash32::kSize] ^= 0x80;
  CLEARSPAN_VERIFY(!tlog::verify_consistency(old_size, other_root, size, tree.roots[size], *made).ok());
}

// Sizes and hashes that no tree has.
void try_anything(Pieces& input) {
  std::uint64_t numbers[2] = {};
  for (std::uint64_t& number : numbers) {
    for (int i = 0; i < 8; ++i) number = number << 8 | input.byte();
  }
  tlog::Proof proof;
  while (!input.empty() && proof.size() < 80) proof.emplace_back().bytes[0] = input.byte();
  const Status included = tlog::verify_inclusion({}, numbers[0], numbers[1], proof, {});
  if (!included.ok()) {
    expect_one_of(included.error(), {ErrorCode::index_beyond_tree, ErrorCode::inclusion_invalid});
  }
  const Status consistent = tlog::verify_consistency(numbers[0], {}, numbers[1], {}, proof);
  if (!consistent.ok()) expect_one_of(consistent.error(), {ErrorCode::consistency_invalid});
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static clearspan::fuzz::Tree tree(clearspan::fuzz::kLeavesMax);
  clearspan::fuzz::Pieces input({data, size});
  const std::uint64_t tree_size = input.number() % tree.roots.size();
  clearspan::fuzz::try_inclusion(tree, tree_size, input);
  clearspan::fuzz::try_consistency(tree, tree_size, input);
  clearspan::fuzz::try_anything(input);
  return 0;
}
