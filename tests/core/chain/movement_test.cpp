#include "core/chain/movement.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <unordered_set>

namespace clearspan {
namespace {

constexpr MovementKind kKinds[] = {MovementKind::hold, MovementKind::release, MovementKind::refund,
                                   MovementKind::payment};

OperationRef ref_of(std::uint8_t trade, LegIndex leg) {
  TradeId id;
  id.bytes.back() = trade;
  return make_operation_ref(id, leg, EngineTag{});
}

TEST(MovementKind, has_names_that_differ) {
  std::set<std::string_view> names;
  for (const MovementKind kind : kKinds) names.insert(to_string(kind));
  EXPECT_EQ(names, (std::set<std::string_view>{"hold", "release", "refund", "payment"}));
}

TEST(MovementKey, is_the_ref_and_the_kind_alone) {
  Movement movement;
  movement.ref = ref_of(7, 1);
  movement.kind = MovementKind::release;
  movement.amount = Amount(10);
  const MovementKey key = key_of(movement);
  EXPECT_EQ(key, (MovementKey{ref_of(7, 1), MovementKind::release}));

  Movement retried = movement;
  retried.amount = Amount(11);
  retried.not_after = LedgerTime{900};
  EXPECT_EQ(key_of(retried), key) << "a retried release has the same key";
}

TEST(MovementKey, tells_the_kinds_legs_and_trades_apart) {
  std::set<MovementKey> ordered;
  std::unordered_set<MovementKey> hashed;
  for (std::uint8_t trade = 0; trade < 10; ++trade) {
    for (LegIndex leg = 0; leg < 3; ++leg) {
      for (const MovementKind kind : kKinds) {
        ordered.insert({ref_of(trade, leg), kind});
        hashed.insert({ref_of(trade, leg), kind});
      }
    }
  }
  EXPECT_EQ(ordered.size(), 10u * 3 * 4);
  EXPECT_EQ(hashed.size(), 10u * 3 * 4);
  EXPECT_TRUE(hashed.contains({ref_of(9, 2), MovementKind::payment}));
  EXPECT_FALSE(hashed.contains({ref_of(9, 3), MovementKind::payment}));
}

TEST(MovementKey, hashes_the_kinds_and_legs_of_one_trade_differently) {
  std::set<std::size_t> hashes;
  for (LegIndex leg = 0; leg < 16; ++leg) {
    for (const MovementKind kind : kKinds) hashes.insert(std::hash<MovementKey>{}({ref_of(1, leg), kind}));
  }
  EXPECT_EQ(hashes.size(), 16u * 4);
}

TEST(Never, is_later_than_every_other_ledger_time) {
  EXPECT_GT(kNever, LedgerTime{0xffff'ffff'ffff'fffe});
  EXPECT_EQ(Movement{}.not_after, LedgerTime{0}) << "a movement without a stated validity is not valid for ever";
}

}  // namespace
}  // namespace clearspan
