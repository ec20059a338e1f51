// Parts of trades' stories: each has one form, and joined in any grouping they say the same.
#include "ledgers/evidence/index_runs.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/scenario/trade_id.hpp"

namespace clearspan::evidence {
namespace {

using rows::TradePart;

const Timestamp kCreated{Millis{1'793'525'400'123}};

TradeId trade_of_bucket(std::uint8_t number) {
  std::array<std::uint8_t, kTradeIdRandomBytes> rest{};
  rest[1] = number;
  return make_trade_id(kCreated, rest);
}

TradePart creation_of(std::uint64_t sequence) {
  TradePart part;
  part.places.add({0, sequence, {1, 4160 + 100 * sequence}});
  part.creation = TradePart::Creation{0, 0xdeadbeef, false};
  part.state = TradePart::State{{}, 0, kCreated};
  part.check = 0xdeadbeef;
  return part;
}

TradePart event_of(std::uint64_t sequence, Phase phase) {
  TradePart part;
  part.places.add({0, sequence, {1, 4160 + 100 * sequence}});
  part.state = TradePart::State{
      {phase, AbortReason::cancelled, std::nullopt}, 0, kCreated + Millis{static_cast<std::int64_t>(sequence)}};
  part.check = static_cast<std::uint32_t>(sequence);
  return part;
}

TradePart note_of(std::uint16_t shard, std::uint64_t sequence) {
  TradePart part;
  part.places.add({shard, sequence, {1, 64 * sequence}});
  part.check = 7;
  return part;
}

std::string bytes_of(const TradeId& trade, const TradePart& part) {
  std::string bytes;
  rows::put_part(bytes, trade, part);
  return bytes;
}

std::string joined(const std::vector<std::string>& runs) {
  const std::vector<std::string_view> views(runs.begin(), runs.end());
  std::string out = "of before";
  EXPECT_TRUE(rows::join_runs(rows::run_key(trade_of_bucket(0)), views, out));
  return out;
}

TEST(IndexRuns, a_part_is_read_as_it_was_written) {
  const TradeId trade = trade_of_bucket(1);
  TradePart suspended = event_of(3, Phase::suspended);
  suspended.state->standing.suspend_reason = SuspendReason::retries_exhausted;
  suspended.state->at = Timestamp{Millis{-5}};
  TradePart odd = creation_of(1);
  odd.creation->is_odd = true;
  for (const TradePart& part : {creation_of(9), odd, event_of(4, Phase::settled), suspended, note_of(1, 2)}) {
    const std::string bytes = bytes_of(trade, part);
    const auto parsed = rows::parse_part(trade, bytes);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(bytes_of(trade, *parsed), bytes);
    EXPECT_EQ(parsed->state.has_value(), part.state.has_value());
    if (part.state) {
      EXPECT_EQ(parsed->state->standing, part.state->standing);
      EXPECT_EQ(parsed->state->at, part.state->at);
    }
    EXPECT_EQ(parsed->places.list(), part.places.list());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(rows::parse_part(trade, std::string_view(bytes).substr(0, size)).ok()) << size;
    }
  }
}

TEST(IndexRuns, refuses_parts_that_it_does_not_write) {
  const TradeId trade = trade_of_bucket(1);
  const std::string right = bytes_of(trade, creation_of(9));
  ASSERT_EQ(static_cast<int>(right[0]), 3);
  const auto with = [&](std::size_t at, int byte) {
    std::string other = right;
    other[at] = static_cast<char>(byte);
    return other;
  };
  const std::vector<std::pair<const char*, std::string>> rejects = {
      {"unknown members", with(0, 8)},
      {"odd without a creation", with(0, 6)},
      {"a creation that is not among the places", with(1, 1)},
      {"an unknown phase", with(6, 8)},
      {"an unknown abort reason", with(6, 0xf0)},
      {"an unknown suspend reason", with(7, 99)},
      {"an event that is not among the places", with(8, 1)},
      {"nothing", ""},
  };
  for (const auto& [what, bytes] : rejects) {
    const auto refused = rows::parse_part(trade, bytes);
    ASSERT_FALSE(refused.ok()) << what;
    EXPECT_EQ(refused.error().code, ErrorCode::storage_failed) << what;
  }
}

TEST(IndexRuns, joined_parts_tell_the_whole_story_and_the_last_state) {
  const TradeId trade = trade_of_bucket(5);
  TradePart whole = note_of(1, 8);
  ASSERT_TRUE(whole.append(creation_of(2)));
  ASSERT_TRUE(whole.append(event_of(3, Phase::deciding)));
  ASSERT_TRUE(whole.append(note_of(1, 9)));
  EXPECT_EQ(whole.places.count(), 4u);
  EXPECT_EQ(whole.creation->place, 1u);
  EXPECT_EQ(whole.state->place, 2u);
  EXPECT_EQ(whole.state->standing.phase, Phase::deciding);
  EXPECT_EQ(whole.check, 7 + 0xdeadbeef + 3 + 7);
  EXPECT_EQ(whole.places.list()[whole.state->place].sequence, 3u);
  const auto parsed = rows::parse_part(trade, bytes_of(trade, whole));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->creation->place, 1u);
}

// The store joins runs as it likes: some first, then the result with others.
TEST(IndexRuns, runs_joined_in_any_grouping_are_the_same_run) {
  std::mt19937_64 dice(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> runs;
    std::uint64_t sequence = 0;
    const std::size_t count = 2 + dice() % 6;
    for (std::size_t i = 0; i < count; ++i) {
      std::string& run = runs.emplace_back();
      for (std::uint8_t number = 0; number < 12; ++number) {
        if (dice() % 3 == 0) continue;
        const TradePart part = i == 0 ? creation_of(++sequence) : event_of(++sequence, static_cast<Phase>(dice() % 8));
        rows::put_entry(run, trade_of_bucket(number), part);
      }
    }
    const std::string all = joined(runs);
    for (std::size_t from = 0; from < count; ++from) {
      for (std::size_t to = from + 1; to <= count; ++to) {
        std::vector<std::string> grouped(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(from));
        grouped.push_back(
            joined({runs.begin() + static_cast<std::ptrdiff_t>(from), runs.begin() + static_cast<std::ptrdiff_t>(to)}));
        grouped.insert(grouped.end(), runs.begin() + static_cast<std::ptrdiff_t>(to), runs.end());
        EXPECT_EQ(joined(grouped), all) << from << " to " << to;
      }
    }
    const std::string key = rows::run_key(trade_of_bucket(0));
    EXPECT_FALSE(rows::find_part(key, all, trade_of_bucket(12))->has_value());
    rows::RunReader reader(key, all);
    TradeId before;
    while (reader.next()) {
      EXPECT_LT(before, reader.trade());
      before = reader.trade();
      EXPECT_TRUE(rows::find_part(key, all, reader.trade())->has_value());
    }
    EXPECT_FALSE(reader.is_damaged());
  }
}

TEST(IndexRuns, refuses_to_join_what_is_damaged_or_was_joined_already) {
  std::string run;
  rows::put_entry(run, trade_of_bucket(1), creation_of(1));
  const std::string key = rows::run_key(trade_of_bucket(1));
  std::string out;
  const std::string cut = run.substr(0, run.size() - 1);
  for (const std::vector<std::string_view>& runs : {std::vector<std::string_view>{run, cut}, {run, run}}) {
    EXPECT_FALSE(rows::join_runs(key, runs, out));
  }
  std::string falling;
  for (const auto number : {std::uint8_t{3}, std::uint8_t{2}})
    rows::put_entry(falling, trade_of_bucket(number), creation_of(number));
  EXPECT_FALSE(rows::join_runs(key, std::vector<std::string_view>{run, falling}, out)) << "ids that do not ascend";
  EXPECT_EQ(rows::find_part(key, falling, trade_of_bucket(9)).error().code, ErrorCode::storage_failed);
  const std::string twice = run + run;
  EXPECT_FALSE(rows::join_runs(key, std::vector<std::string_view>{twice, falling}, out)) << "an id twice";
  EXPECT_FALSE(rows::join_runs("s", std::vector<std::string_view>{run, run}, out)) << "of another key";
  EXPECT_EQ(rows::find_part(key, cut, trade_of_bucket(2)).error().code, ErrorCode::storage_failed);
}

TEST(IndexRuns, rows_sort_as_the_ids_of_their_trades) {
  std::mt19937_64 dice(3);
  for (int i = 0; i < 1000; ++i) {
    TradeId a;
    TradeId b;
    for (std::size_t at = 0; at < TradeId::kSize; ++at) {
      a.bytes[at] = static_cast<std::uint8_t>(dice());
      b.bytes[at] = at < 6 && i % 2 == 0 ? a.bytes[at] : static_cast<std::uint8_t>(dice());
    }
    EXPECT_LE(rows::run_key(std::min(a, b)), rows::run_key(std::max(a, b)));
    EXPECT_LT(rows::run_key(a), rows::end_of_runs(created_at(a)));
    EXPECT_EQ(rows::run_key(b) < rows::end_of_runs(created_at(a)), created_at(b) <= created_at(a));
    EXPECT_LT(rows::run_key(a), rows::end_of_runs(std::nullopt));
  }
  EXPECT_LT(rows::end_of_runs(Timestamp{Millis{-1}}), rows::run_key(trade_of_bucket(0)));
}

}  // namespace
}  // namespace clearspan::evidence
