// When the index commits, and that nothing of its answers depends on it.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "core/scenario/trade_id.hpp"
#include "tests/ledgers/evidence/index_fixture.hpp"

namespace clearspan::evidence {
namespace {

constexpr Millis kNeverByItself{3'600'000};

class IndexCommitTest : public IndexTest {
 protected:
  void open_with(Millis commit_interval) {
    index_.reset();
    IndexOptions options = index_options();
    options.commit_interval = commit_interval;
    auto index = TradeIndex::open(*disk_, options);
    ASSERT_TRUE(index.ok()) << describe(index.error());
    index_ = std::move(index).value();
  }

  // A trade of shard 0 or 1 by turns whose id sorts by its creation, unless `is_odd`.
  Plan write_trade(std::uint64_t number, Timestamp created, bool is_odd) {
    Story& story = stories_[number % kShards];
    Plan plan = story.plan_of(number);
    std::array<std::uint8_t, kTradeIdRandomBytes> rest{};
    rest[0] = static_cast<std::uint8_t>(number * 0x9d);
    rest[9] = static_cast<std::uint8_t>(number);
    plan.id = make_trade_id(is_odd ? created + Millis{std::int64_t{1} << (number % 40)} : created, rest);
    plan.created = created;
    story.create(plan, "");
    write(static_cast<std::uint16_t>(number % kShards), story.take());
    return plan;
  }
};

TEST_F(IndexCommitTest, nothing_is_visible_before_somebody_waits_and_everything_after) {
  open_with(kNeverByItself);
  tell(2, Ending::settled);
  wait();
  tell(4, Ending::settled);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(index_->applied_sequence(0), 11u);
  EXPECT_FALSE(index_->summary(Story::id_of(4))->has_value());
  wait();
  EXPECT_EQ(index_->applied_sequence(0), 22u);
  EXPECT_EQ(show(Story::id_of(4)).summary.phase, Phase::settled);
}

TEST_F(IndexCommitTest, commits_by_itself_when_nobody_waits) {
  open_with(Millis{20});
  tell(2, Ending::settled);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (index_->applied_sequence(0) < 11 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(index_->applied_sequence(0), 11u);
}

TEST_F(IndexCommitTest, who_waits_for_what_is_there_does_not_wait_for_what_others_wait_for) {
  open_with(kNeverByItself);
  std::jthread patient([&] { static_cast<void>(index_->wait_for(0, 1000, Millis{500})); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  tell(2, Ending::settled);
  EXPECT_TRUE(index_->wait_for(0, 11, kPatience));
  EXPECT_EQ(show(Story::id_of(2)).history.size(), 11u);
}

TEST_F(IndexCommitTest, what_was_not_committed_is_committed_when_the_index_is_closed) {
  open_with(kNeverByItself);
  tell(2, Ending::settled);
  ASSERT_TRUE(index_->wait_for(0, 11, kPatience));
  tell(4, Ending::suspended);
  is_offering_ = false;
  open_with(kNeverByItself);
  wait();
  EXPECT_EQ(show(Story::id_of(4)).summary.phase, Phase::suspended);
}

// A copy of the folder holds what a crash would have left: what was flushed, and nothing of later commits.
TEST_F(IndexCommitTest, goes_on_after_a_crash_from_the_last_commit_on_disk) {
  open_with(kNeverByItself);
  Story& story = stories_[0];
  std::vector<std::vector<Record>> second_halves;
  for (std::uint64_t number = 0; number < 24; number += 2) {
    story.tell(number, static_cast<Ending>(number / 2 % kEndings), "key");
    const auto records = story.take();
    const auto middle = records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2);
    write(0, {records.begin(), middle});
    second_halves.emplace_back(middle, records.end());
  }
  wait();
  open_with(kNeverByItself);
  for (const auto& records : second_halves) write(0, records);
  for (std::uint64_t number = 1; number < 25; number += 2) tell(number, Ending::settled, "key");
  wait();
  const auto before = list_all({});
  const auto keyed = index_->find_by_idempotency_key("key").value();
  std::vector<std::size_t> lengths;
  lengths.reserve(before.size());
  for (const TradeSummary& trade : before) lengths.push_back(show(trade.id).history.size());
  std::filesystem::copy(root_ / "index", root_ / "crashed", std::filesystem::copy_options::recursive);
  index_.reset();
  std::filesystem::remove_all(root_ / "index");
  std::filesystem::rename(root_ / "crashed", root_ / "index");

  open_with(kNeverByItself);
  EXPECT_LT(index_->applied_sequence(0), logs_[0]->durable().sequence);
  EXPECT_GT(index_->applied_sequence(0), 0u);
  wait();
  EXPECT_EQ(list_all({}), before);
  EXPECT_EQ(index_->find_by_idempotency_key("key").value(), keyed);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(show(before[i].id).history.size(), lengths[i]) << i;
}

TEST_F(IndexCommitTest, pages_are_exact_over_the_borders_of_commits_buckets_shards_and_kinds_of_ids) {
  open_with(kNeverByItself);
  std::vector<Plan> plans;
  for (std::uint64_t number = 0; number < 90; ++number) {
    // Several on one millisecond, most within a few seconds, and not in the order in which they are written.
    const Timestamp created = Story::created_at(0) + Millis{static_cast<std::int64_t>(number * 37 % 45) * 170};
    plans.push_back(write_trade(number, created, number % 3 == 0));
    if (number % 7 == 0) wait();
  }
  wait();
  std::sort(plans.begin(), plans.end(),
            [](const Plan& a, const Plan& b) { return std::tie(a.created, a.id) > std::tie(b.created, b.id); });
  std::vector<TradeFilter> filters = {{}, {.account = AccountId{"merchant"}}, {.account = AccountId{"payer-3"}}};
  for (const std::size_t at : {0u, 10u, 44u, 45u, 89u}) {
    filters.push_back({.created_before = plans[at].created});
    filters.push_back({.created_from = plans[at].created});
    filters.push_back({.account = AccountId{"merchant"}, .created_before = plans[at].created});
  }
  filters.push_back({.created_before = Timestamp{Millis{-1}}});
  filters.push_back({.created_before = Timestamp{Millis{std::int64_t{1} << 60}}});
  for (const TradeFilter& filter : filters) {
    std::vector<TradeId> expected;
    for (const Plan& plan : plans) {
      const bool is_named =
          !filter.account || plan.legs[0].payer == *filter.account || plan.legs[1].payee == *filter.account;
      if (!is_named || (filter.created_before && plan.created >= *filter.created_before)) continue;
      if (filter.created_from && plan.created < *filter.created_from) continue;
      expected.push_back(plan.id);
    }
    for (const std::size_t limit : {1u, 4u, 1000u}) {
      std::vector<TradeId> listed;
      for (const TradeSummary& trade : list_all(filter, limit)) listed.push_back(trade.id);
      EXPECT_EQ(listed, expected) << limit;
    }
  }
}

TEST_F(IndexCommitTest, txns_that_are_indexed_before_their_trade_wait_for_it_through_a_restart) {
  open_with(kNeverByItself);
  const Plan plan = stories_[0].plan_of(2);
  const Plan other = stories_[0].plan_of(4);
  stories_[1].sign({{plan, 0}, {other, 0}}, MovementKind::hold, 2);
  write(1, stories_[1].take());
  wait();
  EXPECT_FALSE(index_->show(plan.id).value().has_value());
  open_with(kNeverByItself);
  wait();
  stories_[1].add(TxnClosed{kLedgerA, Story::txn_id(2, MovementKind::hold)});
  write(1, stories_[1].take());
  wait();
  open_with(kNeverByItself);
  stories_[0].create(plan, "");
  write(0, stories_[0].take());
  wait();
  EXPECT_EQ(show(plan.id).history.size(), 3u);
  EXPECT_EQ(*index_->summary(plan.id).value()->plan, plan);
  EXPECT_FALSE(index_->show(other.id).value().has_value());
  EXPECT_EQ(list_all({}).size(), 1u);
}

// What a reader gets of a trade whose records were damaged: what was indexed, or an error that says where.
TEST_F(IndexCommitTest, a_damaged_record_is_an_error_that_names_its_place_and_never_another_answer) {
  open_with(kNeverByItself);
  tell(2, Ending::settled);
  tell(4, Ending::refunded);
  wait();
  const TradeSnapshot right = show(Story::id_of(2));
  const auto segments = segments_of(*disk_, directory_of(0));
  ASSERT_EQ(segments.size(), 1u);
  const Bytes content = read_file(segments[0]);
  std::size_t found = 0;
  const std::size_t end = 6 * kBlockBytes;
  for (std::size_t at = kBlockBytes; at < end; at += 5) {
    if (content[at] == 0 && content[at + 1] == 0 && content[at + 2] == 0) continue;
    Bytes damaged = content;
    damaged[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
    write_file(segments[0], damaged);
    const auto shown = index_->show(Story::id_of(2));
    if (shown.ok()) {
      ASSERT_TRUE(shown->has_value());
      EXPECT_EQ((*shown)->summary, right.summary) << at;
      ASSERT_EQ((*shown)->history.size(), right.history.size()) << at;
      for (std::size_t i = 0; i < right.history.size(); ++i) {
        EXPECT_EQ((*shown)->history[i].record, right.history[i].record) << at;
      }
    } else {
      ++found;
      EXPECT_EQ(shown.error().code, ErrorCode::log_corrupt) << at;
    }
    const auto summary = index_->summary(Story::id_of(2));
    if (summary.ok()) {
      EXPECT_EQ(**summary, right.summary) << at;
    }
  }
  EXPECT_GT(found, 200u);
  write_file(segments[0], ByteView(content).first(kBlockBytes + 100));
  const auto cut = index_->show(Story::id_of(2));
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().code, ErrorCode::log_corrupt);
  EXPECT_NE(cut.error().detail.find("segment 00000000000000000001.seg, offset 4160, sequence 1: the record is cut"),
            std::string::npos)
      << cut.error().detail;
  write_file(segments[0], content);
  EXPECT_EQ(show(Story::id_of(2)).summary, right.summary);
}

// Two for each core, as long as this lives.
class BusyThreads {
 public:
  BusyThreads() {
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i) {
      threads_.emplace_back([this] {
        while (!stops_) {
        }
      });
    }
  }

  ~BusyThreads() {
    stops_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  BusyThreads(const BusyThreads&) = delete;
  BusyThreads& operator=(const BusyThreads&) = delete;

 private:
  std::atomic<bool> stops_{false};
  std::vector<std::thread> threads_;
};

// Each time that it gave way beside them it would wait for milliseconds, some thousand times here.
TEST_F(IndexCommitTest, an_index_that_does_not_keep_up_gives_way_to_nobody) {
  index_.reset();
  IndexOptions options = index_options();
  options.queue_bytes_max = 1u << 20;
  auto index = TradeIndex::open(*disk_, options);
  ASSERT_TRUE(index.ok()) << describe(index.error());
  index_ = std::move(index).value();
  const BusyThreads busy;
  tell_many(900);
  const auto told = std::chrono::steady_clock::now();
  wait();
  EXPECT_LT(std::chrono::steady_clock::now() - told, std::chrono::seconds(2));
}

}  // namespace
}  // namespace clearspan::evidence
