#include "core/base/fetch_ahead.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/base/hash_table.hpp"

namespace clearspan {
namespace {

using testing::ElementsAreArray;

TEST(FetchAhead, every_item_is_worked_on_once_and_in_order_after_both_of_its_fetches) {
  for (const std::size_t size : {0U, 1U, 5U, 6U, 7U, 12U, 13U, 100U}) {
    std::vector<int> items(size);
    std::iota(items.begin(), items.end(), 0);
    std::vector<int> first;
    std::vector<int> second;
    std::vector<int> worked;
    for_each_ahead(
        items,
        [&](int item) {
          EXPECT_LT(item, static_cast<int>(second.size()));
          worked.push_back(item);
        },
        [&](int item) { first.push_back(item); },
        [&](int item) {
          EXPECT_LT(item, static_cast<int>(first.size()));
          second.push_back(item);
        });
    EXPECT_THAT(first, ElementsAreArray(items));
    EXPECT_THAT(second, ElementsAreArray(items));
    EXPECT_THAT(worked, ElementsAreArray(items));
  }
}

TEST(FetchAhead, runs_far_enough_ahead_for_the_memory_to_come) {
  const std::vector<int> items(100);
  std::size_t fetched = 0;
  std::size_t worked = 0;
  const auto work = [&](int) {
    ++worked;
    EXPECT_GE(fetched, std::min(items.size(), worked + 4));
  };
  for_each_ahead(items, work, [&](int) { ++fetched; });
}

struct Entry {
  std::uint64_t key = 0;
  int value = 0;
};

TEST(FetchAhead, a_table_may_be_asked_for_what_it_does_not_hold) {
  HashTable<Entry, &Entry::key> table;
  table.fetch_slot(1);
  table.fetch_entry(1);
  table.find_or_insert(1).value = 7;
  table.fetch_entry(1);
  table.erase(1);
  table.fetch_slot(1);
  table.fetch_entry(1);
  EXPECT_EQ(table.size(), 0u);
}

}  // namespace
}  // namespace clearspan
