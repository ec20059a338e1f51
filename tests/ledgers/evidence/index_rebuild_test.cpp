// However the index came to be - by following, by catching up, by being rebuilt - it answers the same.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ledgers/evidence/index_fixture.hpp"

namespace clearspan::evidence {
namespace {

// Everything the index says, to compare one index with another.
struct Answers {
  std::vector<TradeSummary> trades;
  std::vector<TradeSummary> suspended;
  std::vector<std::vector<std::tuple<std::uint16_t, std::uint64_t, Record, Phase>>> histories;

  bool operator==(const Answers&) const = default;
};

class IndexRebuildTest : public IndexTest {
 protected:
  Answers answers() {
    Answers all;
    all.trades = list_all({});
    all.suspended = list_all({.phase = Phase::suspended});
    for (const TradeSummary& trade : all.trades) {
      const TradeSnapshot snapshot = show(trade.id);
      EXPECT_EQ(snapshot.summary, trade);
      auto& history = all.histories.emplace_back();
      for (const HistoryEntry& entry : snapshot.history) {
        history.emplace_back(entry.shard, entry.sequence, entry.record, entry.phase_after);
      }
    }
    return all;
  }
};

TEST_F(IndexRebuildTest, an_index_that_followed_answers_as_one_that_was_rebuilt) {
  open_index();
  tell_many(40);
  wait();
  const Answers followed = answers();
  ASSERT_EQ(followed.trades.size(), 40u);
  index_.reset();
  ASSERT_TRUE(TradeIndex::rebuild(*disk_, index_options()).ok());
  is_offering_ = false;
  open_index();
  wait();
  EXPECT_EQ(answers(), followed);
}

TEST_F(IndexRebuildTest, an_index_that_was_closed_again_and_again_answers_the_same) {
  open_index();
  for (std::uint64_t number = 0; number < 40; ++number) {
    Story& story = stories_[number % kShards];
    story.tell(number, static_cast<Ending>(number / 2 % kEndings));
    const auto records = story.take();
    // A restart in the middle of the trade: the second half finds the trade in the store only.
    const auto middle = records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2);
    write(static_cast<std::uint16_t>(number % kShards), {records.begin(), middle});
    if (number % 4 == 0) open_index();
    write(static_cast<std::uint16_t>(number % kShards), {middle, records.end()});
  }
  wait();
  const Answers followed = answers();
  index_.reset();
  ASSERT_TRUE(TradeIndex::rebuild(*disk_, index_options()).ok());
  open_index();
  wait();
  EXPECT_EQ(answers(), followed);
}

TEST_F(IndexRebuildTest, records_that_were_never_offered_are_read_from_the_logs) {
  open_index();
  tell_many(10);
  is_offering_ = false;
  for (std::uint64_t number = 10; number < 30; ++number) tell(number, Ending::settled);
  is_offering_ = true;
  tell(30, Ending::settled);
  tell(31, Ending::settled);
  wait();
  EXPECT_EQ(list_all({}).size(), 32u);
}

TEST_F(IndexRebuildTest, what_the_queue_has_no_room_for_is_read_from_the_logs) {
  for (const std::size_t room : {0u, 700u, 2000u}) {
    IndexOptions options = index_options();
    options.queue_bytes_max = room;
    index_.reset();
    auto index = TradeIndex::open(*disk_, options);
    ASSERT_TRUE(index.ok());
    index_ = std::move(index).value();
    for (std::uint64_t number = 0; number < 20; ++number) tell(100 * room + number, Ending::settled);
    wait();
  }
  const Answers followed = answers();
  EXPECT_EQ(followed.trades.size(), 60u);
  index_.reset();
  ASSERT_TRUE(TradeIndex::rebuild(*disk_, index_options()).ok());
  open_index();
  wait();
  EXPECT_EQ(answers(), followed);
}

TEST_F(IndexRebuildTest, an_index_ahead_of_its_log_or_of_another_log_is_rebuilt) {
  open_index();
  tell_many(10);
  wait();
  index_.reset();
  // Shard 0 starts anew with another history: shorter first, then longer than what the index has seen.
  for (const std::uint64_t trades : {1u, 30u}) {
    logs_[0].reset();
    std::filesystem::remove_all(directory_of(0));
    open_shard(0);
    Story other;
    for (std::uint64_t i = 0; i < trades; ++i) other.tell(1000 + 2 * i + trades, Ending::settled);
    write(0, other.take());
    open_index();
    wait();
    const auto all = list_all({});
    EXPECT_EQ(all.size(), 5 + trades);
    EXPECT_TRUE(std::none_of(all.begin(), all.end(), [](const auto& trade) { return trade.id == Story::id_of(2); }));
    index_.reset();
  }
}

TEST_F(IndexRebuildTest, an_index_for_another_number_of_shards_or_damaged_on_disk_is_rebuilt) {
  open_index();
  tell_many(10);
  wait();
  index_.reset();
  IndexOptions one = index_options();
  one.shards.resize(1);
  auto index = TradeIndex::open(*disk_, one);
  ASSERT_TRUE(index.ok());
  ASSERT_TRUE((*index)->wait_for(0, logs_[0]->durable().sequence, kPatience));
  EXPECT_EQ((*index)->list({}, "", 100)->trades.size(), 5u);
  index->reset();
  write_file(root_ / "index" + "/CURRENT", as_bytes("MANIFEST-999999\n"));
  open_index();
  wait();
  EXPECT_EQ(list_all({}).size(), 10u);
}

}  // namespace
}  // namespace clearspan::evidence
