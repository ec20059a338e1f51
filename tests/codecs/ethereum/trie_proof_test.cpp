#include "codecs/ethereum/trie_proof.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <string>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"
#include "tests/codecs/corpus.hpp"

namespace clearspan::ethereum {
namespace {

using clearspan::tests::files_below;
using clearspan::tests::read_text;

std::vector<std::uint32_t> all_indexes(std::size_t count) {
  std::vector<std::uint32_t> indexes(count);
  std::iota(indexes.begin(), indexes.end(), 0U);
  return indexes;
}

struct List {
  std::vector<Bytes> values;
  std::vector<ByteView> views;
  Hash32 root;
};

// Values of that many bytes, each of another content. Short ones make nodes that stand inside their parents.
List list_of(std::size_t count, std::size_t size) {
  List list;
  for (std::size_t i = 0; i < count; ++i) {
    Bytes value(size, static_cast<std::uint8_t>(0x80 | i));
    value[0] = static_cast<std::uint8_t>(1 + i % 250);
    list.values.push_back(std::move(value));
  }
  list.views.assign(list.values.begin(), list.values.end());
  list.root = ordered_root(list.views);
  return list;
}

ErrorCode code_of(const Result<ByteView>& result) {
  return result.ok() ? ErrorCode::invalid_value : result.error().code;
}

void expect_refused(const Hash32& root, std::uint32_t index, const NodePath& path, const std::string& what) {
  EXPECT_EQ(code_of(verify_ordered_proof(root, index, path)), ErrorCode::proof_invalid) << what << " at " << index;
}

// Everything that can be wrong with a right proof.
void expect_strict(const Hash32& root, std::uint32_t index, const NodePath& path, std::mt19937& random) {
  for (std::size_t node = 0; node < path.size(); ++node) {
    NodePath bad = path;
    bad[node][random() % bad[node].size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    expect_refused(root, index, bad, "flipped");
    bad = path;
    bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(node));
    expect_refused(root, index, bad, "missing");
    bad = path;
    bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(node), path[node]);
    expect_refused(root, index, bad, "surplus");
    if (node > 0) {
      bad = path;
      std::swap(bad[node - 1], bad[node]);
      expect_refused(root, index, bad, "swapped");
    }
  }
  NodePath bad = path;
  bad.push_back(path.back());
  expect_refused(root, index, bad, "one more at the end");
}

TEST(TrieProof, proves_every_index_of_lists_of_all_sizes) {
  for (const std::size_t size : {1U, 4U, 33U, 200U}) {
    for (std::size_t count = 1; count <= 300; ++count) {
      const List list = list_of(count, size);
      // The boundaries of the keys' lengths, and the ends.
      for (const std::size_t place : {std::size_t{0}, std::size_t{1}, std::size_t{127}, std::size_t{128},
                                      std::size_t{129}, std::size_t{255}, std::size_t{256}, count / 2, count - 1}) {
        const auto index = static_cast<std::uint32_t>(place);
        if (index >= count) continue;
        const auto path = prove_ordered(list.views, std::vector{index}).at(0);
        const auto value = verify_ordered_proof(list.root, index, path);
        ASSERT_TRUE(value.ok()) << describe(value.error()) << " " << index << " of " << count << " of " << size;
        EXPECT_TRUE(std::ranges::equal(*value, list.values[index]));
        EXPECT_LE(path.size(), kProofNodesMax);
      }
    }
  }
}

TEST(TrieProof, all_indexes_at_once_are_as_one_by_one) {
  const List list = list_of(300, 50);
  const auto paths = prove_ordered(list.views, all_indexes(300));
  for (std::uint32_t index = 0; index < 300; ++index) {
    EXPECT_EQ(paths[index], prove_ordered(list.views, std::vector{index}).at(0));
    EXPECT_TRUE(verify_ordered_proof(list.root, index, paths[index]).ok());
  }
}

TEST(TrieProof, refuses_what_is_not_exactly_the_proof) {
  std::mt19937 random(7);
  for (const std::size_t size : {1U, 40U}) {
    for (const std::size_t count : {1U, 2U, 16U, 17U, 128U, 129U, 300U}) {
      const List list = list_of(count, size);
      const auto paths = prove_ordered(list.views, all_indexes(count));
      for (std::uint32_t index = 0; index < count; ++index) {
        expect_strict(list.root, index, paths[index], random);
        // Nodes inside their parents are shared: the same bytes may prove a neighbour, but then with its own value.
        const std::uint32_t other = (index + 1) % static_cast<std::uint32_t>(count + 1);
        const auto of_other = verify_ordered_proof(list.root, other, paths[index]);
        EXPECT_TRUE(size == 1 || !of_other.ok()) << other;
        if (of_other.ok()) {
          EXPECT_TRUE(std::ranges::equal(*of_other, list.values.at(other)));
        }
        expect_refused(list.root, 0xffffffff, paths[index], "an index beyond the list");
      }
    }
  }
}

TEST(TrieProof, lists_no_node_that_stands_inside_its_parent) {
  const List list = list_of(2, 1);  // both leaves have 4 bytes
  const auto path = prove_ordered(list.views, std::vector{1U}).at(0);
  ASSERT_EQ(path.size(), 1U);
  EXPECT_LT(path[0].size(), Hash32::kSize);  // the root is listed all the same
  EXPECT_TRUE(verify_ordered_proof(list.root, 1, path).ok());
}

// Nodes that no trie has, each the root of its own "list" of index 1, whose key is the byte 0x01.
TEST(TrieProof, refuses_nodes_that_no_trie_has) {
  const auto node = [](const std::vector<Bytes>& items) {
    Buffer out;
    const std::size_t list = rlp::begin_list(out);
    for (const Bytes& item : items) rlp::append_bytes(out, item);
    rlp::end_list(out, list);
    return Bytes(out.view().begin(), out.view().end());
  };
  const auto result_of = [](const Bytes& root) {
    return code_of(verify_ordered_proof(crypto::keccak256(root), 1, NodePath{root}));
  };
  ASSERT_TRUE(
      verify_ordered_proof(crypto::keccak256(node({{0x20, 0x01}, {7}})), 1, NodePath{node({{0x20, 0x01}, {7}})}).ok());
  std::vector<Bytes> bad = {
      node({{0x00, 0x01}, {7}}),        // an extension whose child is a value
      node({{0x40, 0x01}, {7}}),        // unknown flags
      node({{0x25, 0x01}, {7}}),        // a digit where none is
      node({{0x20, 0x02}, {7}}),        // another key
      node({{0x30}, {7}}),              // a shorter key
      node({{0x20, 0x01, 0x02}, {7}}),  // a longer key
      node({{}, {7}}),                  // no flags
      node({{0x20, 0x01}, {}}),         // no value
      node({{0x20, 0x01}}),             // one item
      node({{0x20, 0x01}, {7}, {7}}),   // three items
      node(std::vector<Bytes>(17)),     // a branch without children
      Bytes{0x81, 0x01},                // not canonical, and no list
      Bytes{0xc3, 0x81, 0x20, 0x07},    // a single byte in the long form
      Bytes{},
  };
  Bytes longer = node({{0x20, 0x01}, {7}});
  longer.push_back(0);
  bad.push_back(longer);
  for (const Bytes& root : bad) EXPECT_EQ(result_of(root), ErrorCode::proof_invalid) << to_hex(root);
  EXPECT_EQ(code_of(verify_ordered_proof(kEmptyTrieRoot, 0, {})), ErrorCode::proof_invalid);
}

TEST(TrieProof_corpus, proves_txns_and_receipts_of_real_blocks) {
  CLEARSPAN_CORPUS_FOLDER(folder, "ethereum");
  std::mt19937 random(11);
  std::size_t blocks = 0;
  std::size_t proofs = 0;
  for (const auto& file : files_below(folder, "block.json")) {
    const auto receipts = file.parent_path() / "receipts.json";
    if (!std::filesystem::exists(receipts)) continue;
    const auto block = decode_block(read_text(file), read_text(receipts));
    if (!block.ok()) continue;  // the negatives
    ++blocks;
    // All indexes of a few blocks, some of the others; flipping and the like for the first few proofs of each.
    const std::size_t step = blocks <= 5 ? 1 : 1 + block->txns.size() / 16;
    std::vector<std::uint32_t> indexes;
    for (std::size_t i = 0; i < block->txns.size(); i += step) indexes.push_back(static_cast<std::uint32_t>(i));
    const auto check = [&](const std::vector<Slice>& members, const Hash32& root) {
      std::vector<ByteView> views;
      views.reserve(members.size());
      for (const Slice& member : members) views.push_back(block->bytes.view(member));
      const auto paths = prove_ordered(views, indexes);
      for (std::size_t i = 0; i < indexes.size(); ++i) {
        const auto value = verify_ordered_proof(root, indexes[i], paths[i]);
        ASSERT_TRUE(value.ok()) << file << " " << indexes[i] << ": " << describe(value.error());
        EXPECT_TRUE(std::ranges::equal(*value, views[indexes[i]]));
        expect_refused(root, indexes[i] + 1, paths[i], file.string());
        if (i < 16) expect_strict(root, indexes[i], paths[i], random);
        ++proofs;
      }
    };
    check(block->txn_bytes, block->header.transactions_root);
    check(block->receipt_bytes, block->header.receipts_root);
  }
  EXPECT_GT(blocks, 0U);
  EXPECT_GT(proofs, 100U);
  RecordProperty("blocks", static_cast<int>(blocks));
  RecordProperty("proofs", static_cast<int>(proofs));
}

}  // namespace
}  // namespace clearspan::ethereum
