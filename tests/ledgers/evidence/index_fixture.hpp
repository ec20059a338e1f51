// Two shards with their logs, and an index that follows them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ledgers/evidence/index.hpp"
#include "tests/ledgers/evidence/fixture.hpp"
#include "tests/ledgers/evidence/story.hpp"
#include "tests/patience.hpp"

namespace clearspan::evidence {

class IndexTest : public testing::Test {
 protected:
  static constexpr std::uint16_t kShards = 2;

  void SetUp() override {
    for (std::uint16_t shard = 0; shard < kShards; ++shard) open_shard(shard);
  }

  void TearDown() override { index_.reset(); }

  LogOptions options_of(std::uint16_t shard) const {
    LogOptions options = test_options();
    options.identity.name = "shard-" + std::to_string(shard);
    return options;
  }

  std::string directory_of(std::uint16_t shard) const { return root_ / ("log-" + std::to_string(shard)); }

  void open_shard(std::uint16_t shard) {
    auto log = Log::open(*disk_, directory_of(shard), options_of(shard), ignore_records(),
                         [this, shard](const DurableGroup& group) {
                           if (index_ && is_offering_) index_->offer(shard, group);
                         });
    ASSERT_TRUE(log.ok()) << describe(log.error());
    logs_[shard] = std::move(log).value();
  }

  IndexOptions index_options() const {
    IndexOptions options;
    options.directory = root_ / "index";
    for (std::uint16_t shard = 0; shard < kShards; ++shard) {
      options.shards.push_back({directory_of(shard), options_of(shard).identity, logs_[shard]->durable()});
    }
    return options;
  }

  void open_index() {
    index_.reset();
    auto index = TradeIndex::open(*disk_, index_options());
    ASSERT_TRUE(index.ok()) << describe(index.error());
    index_ = std::move(index).value();
  }

  void write(std::uint16_t shard, const std::vector<Record>& records, std::size_t group_size = 3) {
    EncodedGroup group;
    for (std::size_t i = 0; i < records.size(); ++i) {
      group.add(records[i]);
      if (group.count() < group_size && i + 1 < records.size()) continue;
      ASSERT_TRUE(logs_[shard]->append(group).ok());
      ASSERT_TRUE(logs_[shard]->step());
      group.clear();
    }
  }

  void wait() {
    for (std::uint16_t shard = 0; shard < kShards; ++shard) {
      ASSERT_TRUE(index_->wait_for(shard, logs_[shard]->durable().sequence, kPatience))
          << (index_->health().ok() ? "" : describe(index_->health().error()));
    }
  }

  // Trades with even numbers live on shard 0, the others on shard 1.
  void tell(std::uint64_t number, Ending ending, const std::string& key = "") {
    Story& story = stories_[number % kShards];
    story.tell(number, ending, key);
    write(static_cast<std::uint16_t>(number % kShards), story.take());
  }

  void tell_many(std::uint64_t count) {
    for (std::uint64_t number = 0; number < count; ++number) tell(number, static_cast<Ending>(number / 2 % kEndings));
  }

  TradeSnapshot show(const TradeId& trade) {
    auto shown = index_->show(trade);
    EXPECT_TRUE(shown.ok()) << describe(shown.error());
    EXPECT_TRUE(shown->has_value());
    return std::move(shown->value());
  }

  std::vector<TradeSummary> list_all(const TradeFilter& filter, std::size_t limit = kPageLimitMax) {
    std::vector<TradeSummary> all;
    std::string cursor;
    do {
      auto page = index_->list(filter, cursor, limit);
      EXPECT_TRUE(page.ok()) << describe(page.error());
      EXPECT_LE(page->trades.size(), limit);
      all.insert(all.end(), page->trades.begin(), page->trades.end());
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return all;
  }

  TemporaryDirectory root_;
  std::unique_ptr<Disk> disk_ = make_posix_disk();
  std::unique_ptr<Log> logs_[kShards];
  std::unique_ptr<TradeIndex> index_;
  bool is_offering_ = true;
  Story stories_[kShards] = {Story(0), Story(1)};
};

}  // namespace clearspan::evidence
