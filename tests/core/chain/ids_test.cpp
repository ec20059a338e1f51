#include "core/chain/ids.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

namespace clearspan {
namespace {

static_assert(!std::is_convertible_v<LedgerId, AccountId> && !std::is_convertible_v<AccountId, AssetId>);
static_assert(!std::is_convertible_v<Height, LedgerTime> && !std::is_convertible_v<Sequence, Height>);
static_assert(!std::is_convertible_v<TxnId, BlockHash> && !std::is_convertible_v<HoldKey, OperationRef>);

TradeId trade_id_from(std::uint8_t first) {
  TradeId id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(first + i);
  return id;
}

EngineTag engine_tag_from(std::uint8_t first) {
  EngineTag tag;
  for (std::size_t i = 0; i < tag.bytes.size(); ++i) tag.bytes[i] = static_cast<std::uint8_t>(first + i);
  return tag;
}

TEST(OperationRef, is_the_trade_then_the_leg_big_endian_then_the_engine) {
  const OperationRef ref = make_operation_ref(trade_id_from(0x10), 0x0203, engine_tag_from(0xa0));
  EXPECT_EQ(to_hex(ref.view()),
            "101112131415161718191a1b1c1d1e1f"
            "0203"
            "a0a1a2a3a4a5a6a7a8a9aaabacad");
}

TEST(OperationRef, holds_every_leg_index) {
  const TradeId trade = trade_id_from(1);
  const EngineTag engine = engine_tag_from(2);
  for (const int number : {0, 1, 255, 256, 257, 32767, 32768, 65535}) {
    const auto leg = static_cast<LegIndex>(number);
    EXPECT_EQ(leg_of(make_operation_ref(trade, leg, engine)), leg);
  }
}

RC_GTEST_PROP(OperationRef, gives_back_what_it_was_made_of,
              (const std::array<std::uint8_t, 16>& trade_bytes, LegIndex leg,
               const std::array<std::uint8_t, 14>& engine_bytes)) {
  const TradeId trade{trade_bytes};
  const EngineTag engine{engine_bytes};
  const OperationRef ref = make_operation_ref(trade, leg, engine);
  RC_ASSERT(trade_of(ref) == trade);
  RC_ASSERT(leg_of(ref) == leg);
  RC_ASSERT(engine_of(ref) == engine);
}

TEST(OperationRef, differs_when_any_part_differs) {
  const OperationRef ref = make_operation_ref(trade_id_from(1), 1, engine_tag_from(1));
  EXPECT_NE(ref, make_operation_ref(trade_id_from(2), 1, engine_tag_from(1)));
  EXPECT_NE(ref, make_operation_ref(trade_id_from(1), 2, engine_tag_from(1)));
  EXPECT_NE(ref, make_operation_ref(trade_id_from(1), 1, engine_tag_from(2)));
}

TEST(TradeIdText, is_32_lower_case_digits) {
  EXPECT_EQ(to_string(trade_id_from(0xf8)), "f8f9fafbfcfdfeff0001020304050607");
}

RC_GTEST_PROP(TradeIdText, round_trips, (const std::array<std::uint8_t, 16>& bytes)) {
  const TradeId id{bytes};
  RC_ASSERT(parse_trade_id(to_string(id)) == id);
}

TEST(TradeIdText, refuses_other_texts) {
  const std::string digits = "f8f9fafbfcfdfeff0001020304050607";
  const std::string rejects[] = {
      "",
      digits.substr(1),
      digits + "0",
      digits + "00",
      "0x" + digits,
      "0x" + digits.substr(2),
      digits.substr(0, 31) + "g",
      digits.substr(0, 31) + " ",
      " " + digits.substr(1),
      "f8f9fafb-fcfd-feff-0001-020304050607",
      "F8f9fafbfcfdfeff0001020304050607",
  };
  for (const std::string& text : rejects) EXPECT_EQ(parse_trade_id(text), std::nullopt) << text;
}

TEST(TradeIdText, sorts_like_the_id) {
  EXPECT_LT(trade_id_from(1), trade_id_from(2));
  EXPECT_LT(to_string(trade_id_from(1)), to_string(trade_id_from(2)));
}

}  // namespace
}  // namespace clearspan
