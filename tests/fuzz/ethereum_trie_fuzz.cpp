// Merkle-Patricia tries. A first byte that is even: a list, whose members are all proven, and no proof with a byte
// changed, dropped or for another index is believed. Odd: nodes of a proof; 32 bytes of 0xa0 + i in one stand for the
// hash of node i, so that the fuzzer gets below the root.
#include <string_view>
#include <vector>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/trie.hpp"
#include "codecs/ethereum/trie_proof.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

using ethereum::NodePath;
using ethereum::verify_ordered_proof;

constexpr std::size_t kMembersMax = 300;  // above 256, keys of two lengths in bytes
constexpr std::uint8_t kHashMark = 0xa0;

void check_refusals(const Hash32& root, std::uint32_t index, const NodePath& path, const std::vector<ByteView>& values,
                    Pieces& input) {
  NodePath changed = path;
  Bytes& node = changed[input.number() % changed.size()];
  node[input.number() % node.size()] ^= static_cast<std::uint8_t>(1U << (input.byte() % 8));
  CLEARSPAN_VERIFY(!verify_ordered_proof(root, index, changed).ok());

  changed = path;
  changed.pop_back();
  CLEARSPAN_VERIFY(!verify_ordered_proof(root, index, changed).ok());
  changed = path;
  changed.push_back(path.back());
  CLEARSPAN_VERIFY(!verify_ordered_proof(root, index, changed).ok());

  // Small values stand in the root itself: then one path proves several, but each with its own value.
  const auto other = static_cast<std::uint32_t>(index + 1 + input.number());
  const auto elsewhere = verify_ordered_proof(root, other, path);
  if (elsewhere.ok()) CLEARSPAN_VERIFY(other < values.size() && is_same(*elsewhere, values[other]));
}

void try_list(Pieces& input) {
  const std::size_t repeat = 1 + input.byte();
  std::vector<ByteView> values;
  while (!input.empty() && values.size() < kMembersMax) {
    const ByteView value = input.piece();
    for (std::size_t i = 0; i < repeat && !value.empty() && values.size() < kMembersMax; ++i) values.push_back(value);
  }
  if (values.empty()) return;
  std::vector<std::uint32_t> indexes;
  for (std::uint32_t i = 0; i < values.size(); i += 1 + static_cast<std::uint32_t>(values.size() / 3)) {
    indexes.push_back(i);
  }
  const Hash32 root = ethereum::ordered_root(values);
  const std::vector<NodePath> paths = ethereum::prove_ordered(values, indexes);
  CLEARSPAN_VERIFY(paths.size() == indexes.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    CLEARSPAN_VERIFY(!paths[i].empty() && crypto::keccak256(paths[i].front()) == root);
    const auto value = verify_ordered_proof(root, indexes[i], paths[i]);
    CLEARSPAN_VERIFY(value.ok() && is_same(*value, values[indexes[i]]));
    check_refusals(root, indexes[i], paths[i], values, input);
  }
  CLEARSPAN_VERIFY(!verify_ordered_proof(root, static_cast<std::uint32_t>(values.size()), paths.back()).ok());
}

// From the last node to the first, so that each mark becomes the hash of a finished node.
void fill_in_hashes(NodePath& nodes) {
  for (std::size_t i = nodes.size(); i-- > 1;) {
    const Bytes mark(Hash32::kSize, static_cast<std::uint8_t>(kHashMark + i));
    const Hash32 hash = crypto::keccak256(nodes[i]);
    for (std::size_t parent = 0; parent < i; ++parent) {
      const std::size_t at = as_text(nodes[parent]).find(as_text(mark));
      if (at == std::string_view::npos) continue;
      std::copy(hash.bytes.begin(), hash.bytes.end(), nodes[parent].begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
}

void try_nodes(Pieces& input) {
  const auto index = static_cast<std::uint32_t>(input.number());
  NodePath nodes;
  while (!input.empty() && nodes.size() <= ethereum::kProofNodesMax) {
    const ByteView node = input.piece();
    nodes.emplace_back(node.begin(), node.end());
  }
  if (nodes.empty()) return;
  fill_in_hashes(nodes);
  const Hash32 root = crypto::keccak256(nodes.front());
  const auto value = verify_ordered_proof(root, index, nodes);
  if (!value.ok()) return expect_one_of(value.error(), {ErrorCode::proof_invalid});
  const bool is_inside =
      std::any_of(nodes.begin(), nodes.end(), [&](const Bytes& node) { return is_within(*value, node); });
  CLEARSPAN_VERIFY(is_inside && !value->empty());
  NodePath longer = nodes;
  longer.push_back(nodes.back());
  CLEARSPAN_VERIFY(!verify_ordered_proof(root, index, longer).ok());
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clearspan::fuzz::Pieces input({data, size});
  input.byte() % 2 == 0 ? clearspan::fuzz::try_list(input) : clearspan::fuzz::try_nodes(input);
  return 0;
}
