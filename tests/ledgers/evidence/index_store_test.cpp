// The trade index's map on disk: what was added to a key comes back whole, joined or not.
#include "ledgers/evidence/index_store.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace clearspan::evidence
