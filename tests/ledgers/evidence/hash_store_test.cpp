// The tree beside the log: it fits the leaves that it was given, whatever the files held before.
#include "ledgers/evidence/hash_store.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "codecs/crypto/sha256.hpp"
#include "tests/ledgers/evidence/fixture.hpp"

namespace clearspan::evidence {
namespace {

std::vector<Hash32> leaves(std::size_t count) {
  std::vector<Hash32> made;
  made.reserve(count);
  for (std::size_t i = 0; i < count; ++i) made.push_back(crypto::sha256(as_bytes("leaf " + std::to_string(i))));
  return made;
}

Hash32 root_of(const std::vector<Hash32>& hashes) {
  tlog::Frontier tree;
  for (const Hash32& hash : hashes) tree.append(hash);
  return tree.root();
}

class HashStoreTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(disk_->make_directory(directory_).ok()); }

  std::unique_ptr<HashStore> open() {
    auto store = HashStore::open(*disk_, directory_);
    EXPECT_TRUE(store.ok()) << describe(store.error());
    return std::move(store).value();
  }

  void expect_whole(const HashStore& store, const std::vector<Hash32>& hashes) {
    EXPECT_EQ(store.head(), (TreeHead{hashes.size(), root_of(hashes)}));
    for (const std::uint64_t index : {std::size_t{0}, hashes.size() / 2, hashes.size() - 1}) {
      const auto proof = store.inclusion(index, hashes.size());
      ASSERT_TRUE(proof.ok()) << describe(proof.error());
      EXPECT_TRUE(tlog::verify_inclusion(hashes[index], index, hashes.size(), *proof, root_of(hashes)).ok());
    }
  }

  TemporaryDirectory root_;
  std::string directory_ = root_ / "log";
  std::unique_ptr<Disk> disk_ = make_posix_disk();
};

TEST_F(HashStoreTest, proofs_come_from_whatever_level_they_need) {
  const auto hashes = leaves(70'000);
  const auto store = open();
  ASSERT_TRUE(store->append(hashes).ok());
  expect_whole(*store, hashes);
  const auto small = store->root_of(300);
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(*small, root_of({hashes.begin(), hashes.begin() + 300}));
  const auto proof = store->consistency(300, hashes.size());
  ASSERT_TRUE(proof.ok());
  EXPECT_TRUE(tlog::verify_consistency(300, *small, hashes.size(), root_of(hashes), *proof).ok());
  EXPECT_EQ(store->nodes(0, 69'999, 1).value().front(), hashes.back());
  EXPECT_EQ(store->nodes(0, 69'999, 2).error().code, ErrorCode::index_beyond_tree);
  EXPECT_EQ(store->nodes(16, 0, 1).value().front(), root_of({hashes.begin(), hashes.begin() + 65'536}));
  EXPECT_EQ(store->inclusion(70'000, 70'000).error().code, ErrorCode::index_beyond_tree);
}

TEST_F(HashStoreTest, what_the_files_hold_already_is_confirmed_or_replaced) {
  const auto hashes = leaves(1'000);
  ASSERT_TRUE(open()->append(hashes).ok());
  for (const std::size_t damaged : {std::size_t{0}, std::size_t{31'999}, std::size_t{17'000}}) {
    {
      std::fstream file(directory_ + "/hashes.0", std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(damaged));
      file.put('\x7f');
    }
    const auto store = open();
    ASSERT_TRUE(store->append(hashes).ok());
    ASSERT_TRUE(store->finish_restore().ok());
    expect_whole(*store, hashes);
  }
}

TEST_F(HashStoreTest, what_the_log_does_not_hold_is_dropped) {
  const auto hashes = leaves(1'000);
  ASSERT_TRUE(open()->append(hashes).ok());
  const std::vector<Hash32> fewer(hashes.begin(), hashes.begin() + 700);
  auto other = leaves(1);
  std::vector<Hash32> more = fewer;
  more.insert(more.end(), 400, other.front());
  const auto store = open();
  ASSERT_TRUE(store->append(fewer).ok());
  ASSERT_TRUE(store->finish_restore().ok());
  expect_whole(*store, fewer);
  ASSERT_TRUE(store->append({more.begin() + 700, more.end()}).ok());
  expect_whole(*store, more);
}

}  // namespace
}  // namespace clearspan::evidence
