#include "ledgers/evidence/index_tracked.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace clearspan::evidence {
namespace {

// Few of them, so that places collide.
TradeId id_of(std::uint64_t number) {
  TradeId id;
  id.bytes[5] = static_cast<std::uint8_t>(number);
  id.bytes[15] = static_cast<std::uint8_t>(number >> 8);
  return id;
}

TEST(IndexTracked, holds_what_was_inserted_and_not_erased_however_often_it_grows) {
  std::mt19937_64 dice(11);
  TrackedTrades trades;
  std::map<TradeId, std::uint32_t> expected;
  for (std::uint32_t step = 1; step < 200'000; ++step) {
    const TradeId id = id_of(dice() % 9'000);
    Tracked* const found = trades.find(id);
    ASSERT_EQ(found != nullptr, expected.contains(id)) << step;
    if (!found) {
      trades.insert(id).pending = step;
      expected[id] = step;
    } else if (dice() % 2 == 0) {
      ASSERT_EQ(found->pending, expected[id]);
      trades.erase(*found);
      expected.erase(id);
    }
    ASSERT_EQ(trades.size(), expected.size());
  }
  for (std::uint64_t number = 0; number < 9'000; ++number) {
    const Tracked* const found = trades.find(id_of(number));
    const auto right = expected.find(id_of(number));
    ASSERT_EQ(found != nullptr, right != expected.end()) << number;
    EXPECT_EQ(found ? found->pending : 0, right != expected.end() ? right->second : 0);
  }
  trades.clear();
  EXPECT_EQ(trades.size(), 0u);
  EXPECT_EQ(trades.find(expected.begin()->first), nullptr);
}

}  // namespace
}  // namespace clearspan::evidence
