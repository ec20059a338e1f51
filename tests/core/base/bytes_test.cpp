#include "core/base/bytes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <type_traits>
#include <unordered_set>

#include "core/base/strong.hpp"

namespace clearspan {
namespace {

struct LeftTag;
struct RightTag;
using Left = FixedBytes<LeftTag, 4>;
using Right = FixedBytes<RightTag, 4>;

static_assert(!std::is_convertible_v<Left, Right>, "two kinds of value never mix");
static_assert(!std::is_constructible_v<Left, Right>);
static_assert(!std::is_convertible_v<Ordinal<LeftTag>, Ordinal<RightTag>>);
static_assert(!std::is_convertible_v<Name<LeftTag>, Name<RightTag>>);

Bytes decode(std::string_view digits) {
  Bytes bytes(digits.size() / 2);
  EXPECT_TRUE(from_hex(digits, bytes)) << digits;
  return bytes;
}

TEST(Hex, writes_lower_case_digits_high_half_first) {
  const Bytes bytes = {0x00, 0x01, 0x7f, 0xa0, 0xff};
  EXPECT_EQ(to_hex(bytes), "00017fa0ff");
  EXPECT_EQ(to_hex_prefixed(bytes), "0x00017fa0ff");
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(to_hex_prefixed({}), "0x");
}

TEST(Hex, reads_digits_of_either_case) {
  EXPECT_EQ(decode("00017FA0ff"), (Bytes{0x00, 0x01, 0x7f, 0xa0, 0xff}));
  EXPECT_EQ(decode("aBcD"), (Bytes{0xab, 0xcd}));
  EXPECT_EQ(decode(""), Bytes{});
}

TEST(Hex, refuses_texts_of_another_length) {
  Bytes two(2);
  for (const char* digits : {"", "0", "00", "000", "00000", "000000", "0x0000"}) {
    EXPECT_FALSE(from_hex(digits, two)) << digits;
  }
}

TEST(Hex, refuses_every_character_that_is_no_digit_at_every_position) {
  for (int character = 0; character < 256; ++character) {
    const bool digit = character < 128 && std::isxdigit(character) != 0;
    for (std::size_t position = 0; position < 4; ++position) {
      std::string digits = "0f0f";
      digits[position] = static_cast<char>(character);
      Bytes two(2);
      EXPECT_EQ(from_hex(digits, two), digit) << "character " << character << " at " << position;
    }
  }
}

RC_GTEST_PROP(Hex, round_trips_any_bytes, (const Bytes& bytes)) {
  Bytes read(bytes.size());
  RC_ASSERT(from_hex(to_hex(bytes), read));
  RC_ASSERT(read == bytes);
  RC_ASSERT(to_hex_prefixed(bytes) == "0x" + to_hex(bytes));
}

TEST(FixedBytes, start_as_zero) {
  EXPECT_TRUE(Hash32{}.is_zero());
  for (std::size_t i = 0; i < Hash32::kSize; ++i) {
    Hash32 hash;
    hash.bytes[i] = 1;
    EXPECT_FALSE(hash.is_zero()) << "byte " << i;
  }
}

TEST(FixedBytes, are_ordered_from_their_first_byte) {
  EXPECT_LT((Left{{0, 0xff, 0xff, 0xff}}), (Left{{1, 0, 0, 0}}));
  EXPECT_LT((Left{{1, 0, 0, 0}}), (Left{{1, 0, 0, 1}}));
  EXPECT_GT((Left{{0x80, 0, 0, 0}}), (Left{{0x7f, 0, 0, 0}}));
  EXPECT_EQ((Left{{1, 2, 3, 4}}), (Left{{1, 2, 3, 4}}));
}

TEST(FixedBytes, become_another_kind_only_when_told_to) {
  const Left left{{1, 2, 3, 4}};
  EXPECT_EQ(left.as<Right>(), (Right{{1, 2, 3, 4}}));
}

TEST(FixedBytes, can_be_kept_in_hashed_sets_even_when_shorter_than_a_word) {
  std::unordered_set<Left> set;
  for (std::uint8_t i = 0; i < 100; ++i) set.insert(Left{{i, 0, 0, static_cast<std::uint8_t>(i * 2)}});
  EXPECT_EQ(set.size(), 100u);
  EXPECT_TRUE(set.contains(Left{{7, 0, 0, 14}}));
  EXPECT_FALSE(set.contains(Left{{7, 0, 0, 15}}));
}

TEST(Bytes, and_text_are_views_of_each_other) {
  const std::string text("a\0\xff", 3);
  const ByteView bytes = as_bytes(text);
  EXPECT_TRUE(std::ranges::equal(bytes, Bytes{'a', 0, 0xff}));
  EXPECT_EQ(as_text(bytes), text);
  EXPECT_TRUE(as_bytes("").empty());
}

TEST(Ordinal, is_ordered_and_advances) {
  using Level = Ordinal<LeftTag>;
  EXPECT_LT(Level{9}, Level{10});
  EXPECT_EQ(Level{9}.plus(1), Level{10});
  EXPECT_EQ(Level{}, Level{0});
}

TEST(Name, is_compared_as_text) {
  using Label = Name<LeftTag>;
  EXPECT_LT(Label{"10"}, Label{"9"});
  EXPECT_EQ(std::hash<Label>{}(Label{"a"}), std::hash<Label>{}(Label{"a"}));
}

}  // namespace
}  // namespace clearspan
