// The packed values of the index: each has one form, and everything else is refused.
#include "ledgers/evidence/index_rows.hpp"

#include <gtest/gtest.h>

#include "core/scenario/trade_id.hpp"
#include "ledgers/evidence/index_entries.hpp"
#include "ledgers/evidence/index_mix.hpp"

namespace clearspan::evidence {
namespace {

using rows::ListPosition;
using rows::PackedPlaces;
using rows::Place;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

std::string bytes_of(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

TEST(IndexPlaces, gives_back_what_was_added) {
  const std::vector<Place> places = {
      {0, 1, {1, 4160}}, {0, 2, {1, 4500}},           {0, 900, {800, 4160}},          {3, 5, {1, 8192}},
      {3, 6, {1, 9000}}, {0, 901, {800, 1ull << 40}}, {0xffff, 1ull << 60, {7, 4160}}};
  PackedPlaces packed;
  for (const Place& place : places) packed.add(place);
  EXPECT_EQ(packed.list(), places);
  const auto parsed = PackedPlaces::parse(packed.bytes());
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->list(), places);
  EXPECT_EQ(parsed->count(), places.size());
  PackedPlaces longer = *parsed;
  longer.add({0xffff, (1ull << 60) + 1, {7, 5000}});
  EXPECT_EQ(longer.list().back().at.offset, 5000u) << "adding goes on where parsing ended";
}

TEST(IndexPlaces, refuses_what_it_does_not_make) {
  PackedPlaces one;
  one.add({0, 1, {1, 64}});
  const std::string right(one.bytes());
  ASSERT_EQ(right, bytes_of({7, 0, 0, 64}));
  const std::vector<std::pair<const char*, std::string>> rejects = {
      {"a first place without a shard", bytes_of({4, 64})},
      {"a first place without a segment", bytes_of({5, 0, 0, 64})},
      {"cut short", bytes_of({7, 0, 0})},
      {"a number that ends in zeros", bytes_of({7, 0, 0, 0xc0, 0})},
      {"a number above 64 bits", bytes_of({7, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2})},
      {"a number that never ends", bytes_of({7, 0, 0, 0xff})},
      {"a segment behind its record", bytes_of({7, 0, 2, 64})},
      {"a shard above 16 bits", bytes_of({7, 0x80, 0x80, 4, 0, 64})},
      {"another shard that is the same", right + bytes_of({7, 0, 0, 64})},
      {"another segment that is the same", right + bytes_of({6, 1, 64})},
      {"an offset above 64 bits", right + bytes_of({4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})},
  };
  for (const auto& [what, bytes] : rejects) EXPECT_FALSE(PackedPlaces::parse(bytes).has_value()) << what;
}

TEST(IndexPlaces, numbers_have_their_shortest_form) {
  std::vector<std::uint64_t> values = {0, 1, kMax, 0x0123'4567'89ab'cdef};
  for (int bit = 7; bit < 64; ++bit) values.insert(values.end(), {(1ull << bit) - 1, 1ull << bit, 3ull << (bit - 1)});
  for (const std::uint64_t value : values) {
    std::string number;
    rows::put_number(number, value);
    std::string longer = number;
    longer.back() = static_cast<char>(longer.back() | 0x80);
    longer += '\0';
    for (const std::string& behind : {std::string(), std::string("\0", 1), std::string(12, '\xff')}) {
      const std::string text = number + behind;
      std::string_view rest = text;
      EXPECT_EQ(rows::take_number(rest), value);
      EXPECT_EQ(rest, behind);
      const std::string longer_text = longer + behind;
      rest = longer_text;
      EXPECT_EQ(rows::take_number(rest), std::nullopt) << value;
    }
  }
}

TEST(IndexPlaces, gives_back_any_number_of_them) {
  std::vector<Place> places;
  PackedPlaces packed;
  for (std::uint64_t i = 1; i < 60; ++i) {
    places.push_back({static_cast<std::uint16_t>(i % 2), 1'000 * i, {1, 64'000 * i}});
    packed.add(places.back());
    ASSERT_EQ(packed.list(), places);
  }
  packed.clear();
  EXPECT_EQ(packed.bytes(), "");
  packed.add(places.front());
  EXPECT_EQ(packed.list(), std::vector<Place>{places.front()});
}

std::string packed(const std::vector<Place>& places) {
  PackedPlaces all;
  for (const Place& place : places) all.add(place);
  return std::string(all.bytes());
}

TEST(IndexPlaces, joined_lists_are_packed_as_one_list_is) {
  const std::vector<Place> places = {{0, 5, {1, 4160}},    {0, 6, {1, 5000}},     {1, 2, {1, 64}},
                                     {0, 7, {1, 6000}},    {0, 900, {900, 4160}}, {0, 901, {900, 9000}},
                                     {1, 300, {1, 70'000}}};
  const auto from = places.begin();
  rows::JoinedPlaces joined;
  for (std::ptrdiff_t first = 0; first <= std::ssize(places); ++first) {
    for (std::ptrdiff_t second = first; second <= std::ssize(places); ++second) {
      joined.clear();
      EXPECT_TRUE(joined.append(packed({from, from + first})));
      EXPECT_TRUE(joined.append(packed({from + first, from + second})));
      EXPECT_TRUE(joined.append(packed({from + second, places.end()})));
      EXPECT_EQ(joined.bytes(), packed(places)) << first << ", " << second;
      EXPECT_EQ(joined.count(), places.size());
    }
  }
}

TEST(IndexPlaces, refuses_to_join_what_does_not_ascend_or_is_no_list) {
  const std::string before = packed({{0, 5, {1, 4160}}, {1, 9, {1, 64}}});
  const std::vector<std::pair<const char*, std::string>> rejects = {
      {"the same place again", packed({{1, 9, {1, 64}}})},
      {"behind one of another shard than the last", packed({{0, 5, {1, 4160}}})},
      {"further back, behind one that ascends", packed({{0, 6, {1, 5000}}, {1, 8, {1, 32}}})},
      {"one twice in the list itself", packed({{0, 6, {1, 5000}}}) + bytes_of({0, 0})},
      {"later, and in front of it in the same segment", packed({{1, 10, {1, 63}}})},
      {"cut short", packed({{0, 6, {1, 5000}}, {1, 10, {1, 100}}}).substr(0, 8)},
      {"a first place without a shard", bytes_of({4, 64})},
  };
  for (const auto& [what, list] : rejects) {
    rows::JoinedPlaces joined;
    ASSERT_TRUE(joined.append(before));
    EXPECT_FALSE(joined.append(list)) << what;
  }
}

TEST(IndexPlaces, those_of_two_lists_follow_each_other_unless_they_do_not_ascend) {
  PackedPlaces first;
  first.add({0, 5, {1, 4160}});
  PackedPlaces later;
  later.add({0, 6, {1, 5000}});
  later.add({1, 2, {1, 64}});
  PackedPlaces both = first;
  ASSERT_TRUE(both.append(later));
  EXPECT_EQ(both.list(), (std::vector<Place>{{0, 5, {1, 4160}}, {0, 6, {1, 5000}}, {1, 2, {1, 64}}}));
  EXPECT_FALSE(later.append(first)) << "of another shard than the last place, but behind one that was before";
  EXPECT_FALSE(first.append(first));
}

TEST(IndexLists, entries_are_read_as_they_were_put) {
  const Timestamp created{Millis{1'793'525'400'123}};
  std::array<std::uint8_t, kTradeIdRandomBytes> rest{};
  rest.fill(0xab);
  TradeId odd;
  odd.bytes.fill(0x77);
  const std::vector<ListPosition> positions = {{created, make_trade_id(created, rest)}, {created, odd}};
  std::string row;
  for (const ListPosition& position : positions) put_entry(row, position);
  EXPECT_EQ(row.size(), 2u + kTradeIdRandomBytes + 2u + TradeId::kSize);
  const auto parsed = parse_entries(bucket_of(created), row);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, positions);
  EXPECT_EQ(parse_entries(bucket_of(Timestamp{Millis{-1}}), "")->size(), 0u);
  const std::vector<std::pair<const char*, std::string>> rejects = {
      {"cut short", row.substr(0, row.size() - 1)},
      {"a time outside its bucket", bytes_of({0x80, 0x10}) + std::string(10, 'x')},
      {"an odd id that sorts by creation",
       bytes_of({1}) + std::string(as_text(make_trade_id(Timestamp{}, rest).view()))},
  };
  for (const auto& [what, bytes] : rejects) {
    const auto refused = parse_entries(what[0] == 'a' && what[1] == 'n' ? 0 : bucket_of(created), bytes);
    ASSERT_FALSE(refused.ok()) << what;
    EXPECT_EQ(refused.error().code, ErrorCode::storage_failed) << what;
  }
}

// Rows hold them: another sum needs another format of the index.
TEST(IndexRows, short_sums_stay_what_they_are) {
  std::uint64_t all = 0;
  Bytes bytes;
  for (int i = 0; i < 100; ++i) {
    all = all * 31 + mix(bytes, 5);
    bytes.push_back(static_cast<std::uint8_t>(i * 7 + 3));
  }
  EXPECT_EQ(all, 0x87d0'f873'9b1a'fdac);
}

TEST(IndexRows, idempotency_rows_are_read_as_they_were_written) {
  rows::IdempotencyRow row;
  row.request_digest.bytes.fill(9);
  row.items = {{0, TradeId{}}, {300, TradeId{}}};
  const std::string value = rows::idempotency_value(row);
  EXPECT_EQ(rows::parse_idempotency(value)->items, row.items);
  EXPECT_FALSE(rows::parse_idempotency(value.substr(0, value.size() - 1)).ok());
  EXPECT_FALSE(rows::parse_idempotency("short").ok());
}

}  // namespace
}  // namespace clearspan::evidence
