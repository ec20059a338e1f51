// Trees and proofs against the definitions of RFC 6962 and the values that certificate transparency's own tests use.
#include "codecs/tlog/merkle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "tests/codecs/crypto/bytes_of.hpp"
#include "tests/codecs/tlog/memory_tree.hpp"

namespace clearspan::tlog {
namespace {

using clearspan::tests::bytes_of;
using clearspan::tests::fixed_of;
using tests::code_of;
using tests::MemoryTree;
using tests::numbered_leaves;

constexpr std::size_t kExhaustive = 70;  // past 64, so that seven levels and their edges occur

Proof proof_of(std::initializer_list<const char*> hashes) {
  Proof proof;
  for (const char* hash : hashes) proof.push_back(fixed_of<Hash32>(hash));
  return proof;
}

// The eight leaves of the tests of certificate-transparency (merkletree: kInputs), and what stands there about them.
struct CertificateTransparency : testing::Test {
  std::vector<Hash32> leaves;
  const std::vector<const char*> roots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  };

  void SetUp() override {
    for (const char* entry :
         {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
      leaves.push_back(leaf_hash(bytes_of(entry)));
    }
  }
};

TEST_F(CertificateTransparency, roots_of_one_to_eight_leaves_are_the_known_ones) {
  Frontier frontier;
  EXPECT_EQ(to_hex(frontier.root().view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    frontier.append(leaves[i]);
    EXPECT_EQ(to_hex(frontier.root().view()), roots[i]) << i + 1;
  }
}

TEST(TreeFrontier, takes_many_leaves_at_once_as_one_after_the_other) {
  const std::vector<Hash32> leaves = numbered_leaves(kExhaustive);
  for (std::size_t before = 0; before <= leaves.size(); ++before) {
    for (std::size_t after = before; after <= leaves.size(); ++after) {
      const MemoryTree expected{std::span(leaves).first(after)};
      MemoryTree tree{std::span(leaves).first(before)};
      tree.append_all(std::span(leaves).subspan(before, after - before));
      ASSERT_EQ(tree.frontier.size(), after);
      ASSERT_EQ(tree.frontier.peaks(), expected.frontier.peaks()) << before << " and then up to " << after;
      ASSERT_EQ(tree.nodes, expected.nodes) << before << " and then up to " << after;
    }
  }
}

TEST_F(CertificateTransparency, inclusion_proofs_are_the_known_ones) {
  MemoryTree tree(leaves);
  EXPECT_EQ(*inclusion_proof(0, 1, tree), Proof{});
  EXPECT_EQ(*inclusion_proof(0, 8, tree),
            proof_of({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(*inclusion_proof(5, 8, tree),
            proof_of({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(*inclusion_proof(2, 3, tree),
            proof_of({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_EQ(*inclusion_proof(1, 5, tree),
            proof_of({"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST_F(CertificateTransparency, consistency_proofs_are_the_known_ones) {
  MemoryTree tree(leaves);
  EXPECT_EQ(*consistency_proof(1, 1, tree), Proof{});
  EXPECT_EQ(*consistency_proof(1, 8, tree),
            proof_of({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(*consistency_proof(6, 8, tree),
            proof_of({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(*consistency_proof(2, 5, tree),
            proof_of({"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(FrontierTest, has_the_root_that_is_defined_and_can_be_restored_at_every_size) {
  const auto leaves = numbered_leaves(300);
  Frontier frontier;
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(frontier.size(), size);
    EXPECT_EQ(frontier.root(), tests::defined_root(std::span(leaves).first(size))) << size;
    auto restored = Frontier::restore(size, frontier.peaks());
    ASSERT_TRUE(restored.ok());
    if (size < leaves.size()) frontier.append(leaves[size]);
    if (size < leaves.size()) restored->append(leaves[size]);
    EXPECT_EQ(restored->root(), frontier.root());
  }
}

TEST(FrontierTest, refuses_to_be_restored_from_another_number_of_nodes) {
  const auto leaves = numbered_leaves(3);
  for (const std::size_t count : {0, 1, 3}) {
    const auto restored = Frontier::restore(5, std::span(leaves).first(count));
    ASSERT_FALSE(restored.ok());
    EXPECT_EQ(restored.error().code, ErrorCode::malformed);
  }
}

TEST(FrontierTest, names_every_complete_node_once) {
  const auto leaves = numbered_leaves(100);
  const MemoryTree tree(leaves);
  std::size_t expected = 0;
  for (std::size_t width = leaves.size(); width != 0; width /= 2) expected += width;
  EXPECT_EQ(tree.nodes.size(), expected);
  for (const auto& [place, hash] : tree.nodes) {
    const std::size_t width = std::size_t{1} << place.first;
    EXPECT_EQ(hash, tests::defined_root(std::span(leaves).subspan(place.second * width, width)));
  }
}

TEST(InclusionTest, every_proof_is_the_defined_one_and_verifies) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 1; size <= kExhaustive; ++size) {
    const auto shown = std::span(leaves).first(size);
    const Hash32 root = tests::defined_root(shown);
    EXPECT_EQ(*tree_root(size, tree), root);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(index, size, tree);
      ASSERT_TRUE(proof.ok());
      ASSERT_EQ(*proof, tests::defined_path(index, shown)) << index << " in " << size;
      ASSERT_EQ(code_of(verify_inclusion(leaves[index], index, size, *proof, root)), "ok") << index << " in " << size;
    }
  }
}

// Calls check(altered) for the proof with each hash changed, with each one missing, and with one too many at each
// place.
template <class Check>
void alter(const Proof& proof, const Check& check) {
  for (std::size_t i = 0; i <= proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    Proof surplus = proof;
    surplus.insert(surplus.begin() + at, i < proof.size() ? proof[i] : Hash32{});
    check(surplus);
    if (i == proof.size()) break;
    Proof flipped = proof;
    flipped[i].bytes[i % Hash32::kSize] ^= 0x10;
    check(flipped);
    Proof missing = proof;
    missing.erase(missing.begin() + at);
    check(missing);
  }
}

TEST(InclusionTest, refuses_every_proof_with_a_changed_a_missing_or_a_surplus_hash) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 1; size <= kExhaustive; ++size) {
    const Hash32 root = *tree_root(size, tree);
    for (std::size_t index = 0; index < size; ++index) {
      alter(*inclusion_proof(index, size, tree), [&](const Proof& altered) {
        ASSERT_EQ(code_of(verify_inclusion(leaves[index], index, size, altered, root)), "inclusion_invalid")
            << index << " in " << size;
      });
    }
  }
}

TEST(InclusionTest, refuses_a_proof_that_goes_on_above_the_root) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 1; size <= kExhaustive; ++size) {
    for (std::size_t index = 0; index < size; ++index) {
      Proof proof = *inclusion_proof(index, size, tree);
      proof.push_back(leaves[0]);
      for (const Hash32& above :
           {node_hash(leaves[0], *tree_root(size, tree)), node_hash(*tree_root(size, tree), leaves[0])}) {
        ASSERT_EQ(code_of(verify_inclusion(leaves[index], index, size, proof, above)), "inclusion_invalid");
      }
    }
  }
}

TEST(InclusionTest, refuses_a_proof_of_another_leaf_index_or_root) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 2; size <= kExhaustive; ++size) {
    const Hash32 root = *tree_root(size, tree);
    for (std::size_t index = 0; index < size; ++index) {
      const Proof proof = *inclusion_proof(index, size, tree);
      for (std::size_t other = 0; other < size; ++other) {
        if (other == index) continue;
        ASSERT_EQ(code_of(verify_inclusion(leaves[index], other, size, proof, root)), "inclusion_invalid");
        ASSERT_EQ(code_of(verify_inclusion(leaves[other], index, size, proof, root)), "inclusion_invalid");
      }
      ASSERT_EQ(code_of(verify_inclusion(leaves[index], index, size, proof, leaves[index])), "inclusion_invalid");
    }
  }
}

TEST(InclusionTest, refuses_an_index_that_is_not_below_the_size) {
  const auto leaves = numbered_leaves(4);
  MemoryTree tree(leaves);
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

  struct Case {
    std::uint64_t index;
    std::uint64_t size;
  };

  for (const Case& item : {Case{0, 0}, Case{4, 4}, Case{5, 4}, Case{kLargest, 4}, Case{kLargest, kLargest}}) {
    EXPECT_EQ(code_of(verify_inclusion(leaves[0], item.index, item.size, {}, leaves[0])), "index_beyond_tree");
    const auto proof = inclusion_proof(item.index, item.size, tree);
    ASSERT_FALSE(proof.ok());
    EXPECT_EQ(proof.error().code, ErrorCode::index_beyond_tree);
  }
}

TEST(InclusionTest, the_largest_tree_needs_64_hashes_and_no_more) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  const Hash32 leaf = leaf_hash({});
  Proof proof(64, leaf);
  Hash32 root = leaf;
  for (const std::uint64_t index : {0, 1, 0x1234}) {
    root = leaf;
    for (std::size_t i = 0; i < proof.size(); ++i) {
      root = ((index >> i) & 1) == 0 ? node_hash(root, proof[i]) : node_hash(proof[i], root);
    }
    EXPECT_EQ(code_of(verify_inclusion(leaf, index, kLargest, proof, root)), "ok") << index;
  }
  // The last leaf stands alone on the right edge: one hash for each 1 of its index, which is 2^64 - 2.
  proof.pop_back();
  root = leaf;
  for (const Hash32& hash : proof) root = node_hash(hash, root);
  EXPECT_EQ(code_of(verify_inclusion(leaf, kLargest - 1, kLargest, proof, root)), "ok");
  proof.push_back(leaf);
  EXPECT_EQ(code_of(verify_inclusion(leaf, kLargest - 1, kLargest, proof, root)), "inclusion_invalid");
}

TEST(InclusionTest, hands_an_error_of_the_reader_through) {
  const auto leaves = numbered_leaves(4);
  MemoryTree tree(leaves);
  const auto proof = inclusion_proof(0, 8, tree);
  ASSERT_FALSE(proof.ok());
  EXPECT_EQ(proof.error().code, ErrorCode::not_found);
}

TEST(InclusionTest, reads_each_level_of_the_tree_at_most_twice) {
  const auto leaves = numbered_leaves(1000);
  MemoryTree tree(leaves);
  for (std::size_t index = 0; index < leaves.size(); ++index) {
    tree.reads = 0;
    ASSERT_TRUE(inclusion_proof(index, leaves.size(), tree).ok());
    ASSERT_LE(tree.reads, 20u);
  }
}

TEST(ConsistencyTest, every_proof_is_the_defined_one_and_verifies) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 0; size <= kExhaustive; ++size) {
    const auto shown = std::span(leaves).first(size);
    const Hash32 root = tests::defined_root(shown);
    for (std::size_t old_size = 0; old_size <= size; ++old_size) {
      const auto proof = consistency_proof(old_size, size, tree);
      ASSERT_TRUE(proof.ok());
      const Proof expected = old_size == 0 ? Proof{} : tests::defined_subproof(old_size, shown, true);
      ASSERT_EQ(*proof, expected) << old_size << " to " << size;
      ASSERT_EQ(code_of(verify_consistency(old_size, tests::defined_root(shown.first(old_size)), size, root, *proof)),
                "ok")
          << old_size << " to " << size;
    }
  }
}

TEST(ConsistencyTest, refuses_every_proof_with_a_changed_a_missing_or_a_surplus_hash) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 0; size <= kExhaustive; ++size) {
    const Hash32 root = *tree_root(size, tree);
    for (std::size_t old_size = 0; old_size <= size; ++old_size) {
      const Hash32 old_root = *tree_root(old_size, tree);
      alter(*consistency_proof(old_size, size, tree), [&](const Proof& altered) {
        ASSERT_EQ(code_of(verify_consistency(old_size, old_root, size, root, altered)), "consistency_invalid")
            << old_size << " to " << size;
      });
    }
  }
}

TEST(ConsistencyTest, refuses_a_proof_that_goes_on_above_the_roots) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 1; size <= kExhaustive; ++size) {
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      Proof proof = *consistency_proof(old_size, size, tree);
      proof.push_back(leaves[0]);
      const Hash32 old_above = node_hash(leaves[0], *tree_root(old_size, tree));
      const Hash32 above = node_hash(leaves[0], *tree_root(size, tree));
      ASSERT_EQ(code_of(verify_consistency(old_size, old_above, size, above, proof)), "consistency_invalid")
          << old_size << " to " << size;
    }
  }
}

TEST(ConsistencyTest, refuses_other_roots_and_sizes) {
  const auto leaves = numbered_leaves(kExhaustive);
  MemoryTree tree(leaves);
  for (std::size_t size = 1; size <= kExhaustive; ++size) {
    const Hash32 root = *tree_root(size, tree);
    for (std::size_t old_size = 0; old_size <= size; ++old_size) {
      const Hash32 old_root = *tree_root(old_size, tree);
      const Proof proof = *consistency_proof(old_size, size, tree);
      Hash32 other = old_root;
      other.bytes[31] ^= 1;
      ASSERT_EQ(code_of(verify_consistency(old_size, other, size, root, proof)), "consistency_invalid");
      if (old_size == size) continue;
      ASSERT_EQ(code_of(verify_consistency(size, root, old_size, old_root, proof)), "consistency_invalid");
      if (old_size == 0) continue;
      other = root;
      other.bytes[0] ^= 1;
      ASSERT_EQ(code_of(verify_consistency(old_size, old_root, size, other, proof)), "consistency_invalid");
      ASSERT_EQ(code_of(verify_consistency(old_size - 1, old_root, size, root, proof)), "consistency_invalid");
      ASSERT_EQ(code_of(verify_consistency(old_size + 1, old_root, size, root, proof)), "consistency_invalid");
    }
  }
}

TEST(ConsistencyTest, no_proof_leads_from_a_larger_tree_to_a_smaller_one) {
  const auto leaves = numbered_leaves(4);
  MemoryTree tree(leaves);
  const auto proof = consistency_proof(4, 3, tree);
  ASSERT_FALSE(proof.ok());
  EXPECT_EQ(proof.error().code, ErrorCode::consistency_invalid);
}

RC_GTEST_PROP(ConsistencyTest, a_changed_leaf_breaks_the_consistency_of_the_trees, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(2, 600);
  const auto old_size = *rc::gen::inRange<std::size_t>(1, size);
  const auto changed = *rc::gen::inRange<std::size_t>(0, old_size);
  auto leaves = numbered_leaves(size);
  MemoryTree before{std::span<const Hash32>(leaves).first(old_size)};
  MemoryTree same(leaves);
  const Proof good = *consistency_proof(old_size, size, same);
  RC_ASSERT(code_of(verify_consistency(old_size, before.frontier.root(), size, same.frontier.root(), good)) == "ok");
  leaves[changed].bytes[*rc::gen::inRange<std::size_t>(0, 32)] ^= 0x01;
  MemoryTree forked(leaves);
  const Proof proof = *consistency_proof(old_size, size, forked);
  RC_ASSERT(code_of(verify_consistency(old_size, before.frontier.root(), size, forked.frontier.root(), proof)) ==
            "consistency_invalid");
}

}  // namespace
}  // namespace clearspan::tlog
