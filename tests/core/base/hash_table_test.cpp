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

TEST(HashTableTest, what_is_reserved_is_there_before_it_is_needed) {
  HashTable<Entry, &Entry::key> table;
  table.find_or_insert(crowded_key(1, 2)).value = 3;
  table.reserve(1000);
  const std::size_t capacity = table.capacity();
  EXPECT_GE(capacity, 1000U);
  for (std::uint8_t i = 0; i < 100; ++i) table.find_or_insert(crowded_key(5, i));
  table.reserve(10);
  EXPECT_EQ(table.capacity(), capacity);
  EXPECT_EQ(table.find(crowded_key(1, 2))->value, 3);
  EXPECT_EQ(table.size(), 101U);
}

// The keys of a test or of a busy client differ by a counter in two or three neighbouring bytes, wherever those are.
TEST(HashTableTest, finds_counters_quickly_wherever_they_stand_in_the_key) {
  constexpr std::uint32_t kKeys = 20'000;
  constexpr double kMeanLengthMax = 3;  // a slot in two is taken at most: 1.5 for random keys
  for (std::size_t at = 0; at + 3 <= 16; ++at) {
    HashTable<Entry, &Entry::key> table;
    const auto key_of = [&](std::uint32_t number) {
      HoldKey key;
      for (std::size_t i = 0; i < 3; ++i) key.bytes[at + i] = static_cast<std::uint8_t>(number >> (16 - 8 * i));
      return key;
    };
    for (std::uint32_t number = 0; number < kKeys; ++number) table.find_or_insert(key_of(number));
    std::size_t total = 0;
    for (std::uint32_t number = 0; number < kKeys; ++number) total += table.search_length(key_of(number));
    EXPECT_LT(static_cast<double>(total) / kKeys, kMeanLengthMax) << "counter at byte " << at;
  }
}

}  // namespace
}  // namespace clearspan
