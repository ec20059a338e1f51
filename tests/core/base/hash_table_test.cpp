#include "core/base/hash_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <utility>

#include "core/chain/ids.hpp"

namespace clearspan {
namespace {

struct Entry {
  HoldKey key;
  int value = 0;
};

// Few different hashes, so that most keys have to share their places: the last bytes are not part of them.
HoldKey crowded_key(std::uint8_t crowd, std::uint8_t number) {
  HoldKey key;
  key.bytes.front() = crowd;
  key.bytes.back() = number;
  return key;
}

RC_GTEST_PROP(HashTableTest, does_what_a_map_does, ()) {
  HashTable<Entry, &Entry::key> table;
  std::map<HoldKey, int> model;
  const auto steps = *rc::gen::inRange(0, 3000);
  for (int i = 0; i < steps; ++i) {
    const HoldKey key = crowded_key(*rc::gen::inRange<std::uint8_t>(0, 6), *rc::gen::inRange<std::uint8_t>(0, 60));
    if (*rc::gen::inRange(0, 3) == 0) {
      table.erase(key);
      model.erase(key);
    } else {
      table.find_or_insert(key).value += i;
      model[key] += i;
    }
  }
  RC_ASSERT(table.size() == model.size());
  for (std::uint8_t crowd = 0; crowd < 6; ++crowd) {
    for (std::uint8_t number = 0; number < 60; ++number) {
      const HoldKey key = crowded_key(crowd, number);
      const auto expected = model.find(key);
      const Entry* found = table.find(key);
      RC_ASSERT((found != nullptr) == (expected != model.end()));
      if (found != nullptr) RC_ASSERT(found->value == expected->second);
    }
  }
}

TEST(HashTableTest, grows_and_keeps_its_entries_in_place) {
  HashTable<Entry, &Entry::key> table;
  const Entry* first = &table.find_or_insert(crowded_key(0, 0));
  for (std::uint32_t i = 1; i < 100'000; ++i) {
    HoldKey key;
    std::memcpy(key.data(), &i, sizeof(i));
    table.find_or_insert(key).value = static_cast<int>(i);
  }
  EXPECT_EQ(table.size(), 100'000U);
  EXPECT_EQ(table.find(crowded_key(0, 0)), first);
  std::size_t visited = 0;
  table.for_each([&](const Entry&) { ++visited; });
  EXPECT_EQ(visited, table.size());
  for (std::uint32_t i = 1; i < 100'000; ++i) {
    HoldKey key;
    std::memcpy(key.data(), &i, sizeof(i));
    ASSERT_NE(table.find(key), nullptr);
    EXPECT_EQ(table.find(key)->value, static_cast<int>(i));
  }
}

}  // namespace
}  // namespace clearspan
