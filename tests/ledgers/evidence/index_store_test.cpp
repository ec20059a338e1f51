// The trade index's map on disk: what was added to a key comes back whole, joined or not.
#include "ledgers/evidence/index_store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/ledgers/evidence/fixture.hpp"

namespace clearspan::evidence {
namespace {

bool concatenate(std::string_view, std::span<const std::string_view> values, std::string& out) {
  out.clear();
  for (const std::string_view value : values) out += value;
  return true;
}

TEST(IndexStore, what_was_added_to_a_key_comes_oldest_first_however_much_it_is) {
  const TemporaryDirectory directory;
  const auto store = std::move(IndexStore::open(directory / "index", concatenate)).value();
  std::string expected;
  IndexStore::Batch batch(*store);
  for (int i = 0; i < 100; ++i) {
    const std::string value = std::to_string(i) + ",";
    batch.add("s1", value);
    batch.add("s2", "other");
    ASSERT_TRUE(store->write(batch).ok());
    if (i % 30 == 0) {
      ASSERT_TRUE(store->flush().ok());
    }
    expected += value;
    std::string found;
    const auto parts = store->get_unjoined("s1");
    ASSERT_TRUE(parts.ok());
    for (const std::string& part : *parts) found += part;
    ASSERT_EQ(found, expected);
    ASSERT_EQ(*store->get("s1"), expected);
  }
  EXPECT_GT(store->get_unjoined("s1")->size(), 1u);
  EXPECT_TRUE(store->get_unjoined("s3")->empty());
}

std::uintmax_t bytes_of_tables(const std::string& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".sst") bytes += entry.file_size();
  }
  return bytes;
}

// A disk that is itself slower than the limit passes this without one.
TEST(IndexStore, what_is_written_behind_the_callers_backs_is_not_written_as_fast_as_it_goes) {
  constexpr std::size_t kValueBytes = 64u << 10;
  constexpr std::size_t kBufferBytes = 32u << 20;
  const TemporaryDirectory directory;
  const auto store = std::move(IndexStore::open(directory / "index", concatenate)).value();
  store->give_way();
  IndexStore::Batch batch(*store);
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i * kValueBytes < kBufferBytes + (1u << 20); ++i) {
    batch.put("s" + std::to_string(i), std::string(kValueBytes, 'x'));
    ASSERT_TRUE(store->write(batch).ok());
  }
  const auto elapsed = [&] { return std::chrono::steady_clock::now() - begin; };
  while (bytes_of_tables(directory / "index") < kBufferBytes * 9 / 10 && elapsed() < std::chrono::seconds(60)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_GT(elapsed(), std::chrono::milliseconds(450));
  EXPECT_LT(elapsed(), std::chrono::seconds(60));
}

}  // namespace
}  // namespace clearspan::evidence
