// What is handed over to the log and not durable yet: by whom, how much, and what is refused.
#include <gtest/gtest.h>
#include <sched.h>

#include <array>
#include <chrono>
#include <thread>

#include "ledgers/evidence/log.hpp"
#include "tests/ledgers/evidence/fixture.hpp"
#include "tests/ledgers/evidence/hooked_disk.hpp"

namespace clearspan::evidence {
namespace {

class LogQueueTest : public testing::Test {
 protected:
  TemporaryDirectory root_;
  std::string directory_ = root_ / "log";
  std::unique_ptr<Disk> disk_ = make_posix_disk();
};

TEST_F(LogQueueTest, refuses_an_append_above_the_queue_limit_and_takes_nothing_of_it) {
  auto log = open_log(*disk_, directory_, test_options(kSegmentBytes));
  const Bytes record(kRecordBytesMax, 0x61);
  EncodedGroup large;
  large.add_bytes({record, {}});
  const std::size_t fitting = kQueuedBytesMax / large.size_bytes();
  std::uint64_t taken = 0;
  while (log->append(large).ok()) ASSERT_LE(++taken, fitting);
  EXPECT_EQ(taken, fitting);
  EXPECT_EQ(log->append(large).error().code, ErrorCode::overloaded);
  EXPECT_EQ(log->queued().records, taken);
  EXPECT_TRUE(log->step());
  EXPECT_TRUE(log->append(large).ok());
}

// One that has nothing in the log would wait for ever for a group of its own to become durable.
TEST_F(LogQueueTest, says_whose_records_are_durable_and_who_may_try_again) {
  std::vector<DurableGroup> groups;
  auto opened = Log::open(*disk_, directory_, test_options(kSegmentBytes), ignore_records(),
                          [&](const DurableGroup& group) { groups.push_back(group); });
  ASSERT_TRUE(opened.ok());
  Log& log = **opened;
  EncodedGroup one;
  one.add_bytes({Bytes(kRecordBytesMax, 0x61), {}});
  ASSERT_TRUE(log.append(one, 0).ok());
  ASSERT_TRUE(log.append(one, 5).ok());
  EncodedGroup huge;
  while (huge.size_bytes() <= kQueuedBytesMax) huge.add_bytes({Bytes(kRecordBytesMax, 0x61), {}});
  ASSERT_FALSE(log.append(huge, kProducersMax - 1).ok());
  ASSERT_TRUE(log.step());
  ASSERT_TRUE(log.append(one, 5).ok());
  ASSERT_TRUE(log.step());
  ASSERT_EQ(groups.size(), 2u);
  const auto concerned = [&](std::size_t group) {
    std::vector<int> producers;
    for (std::uint8_t i = 0; i < kProducersMax; ++i) {
      if (groups[group].concerns(i)) producers.push_back(i);
    }
    return producers;
  };
  EXPECT_EQ(concerned(0), (std::vector<int>{0, 5, kProducersMax - 1}));
  EXPECT_EQ(concerned(1), std::vector<int>{5});
}

TEST_F(LogQueueTest, says_how_long_the_disk_took) {
  using std::chrono::milliseconds;
  milliseconds pause{0};
  DiskHooks hooks;
  hooks.before_write = [&pause]() -> Status {
    std::this_thread::sleep_for(pause);
    return Done{};
  };
  HookedDisk disk(hooks);
  std::vector<DurableGroup> groups;
  auto opened = Log::open(disk, directory_, test_options(), ignore_records(),
                          [&](const DurableGroup& group) { groups.push_back(group); });
  ASSERT_TRUE(opened.ok());
  EncodedGroup one;
  one.add_bytes({Bytes(100, 0x61), {}});
  for (const milliseconds next : {milliseconds{0}, milliseconds{40}}) {
    pause = next;
    ASSERT_TRUE((*opened)->append(one).ok());
    ASSERT_TRUE((*opened)->step());
  }
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_GT(groups[0].write_time, milliseconds{0});
  EXPECT_GE(groups[1].write_time, milliseconds{40});
}

// Else it would write a group of its own for each of what a shard records one after the other.
TEST_F(LogQueueTest, its_thread_lets_whoever_wakes_it_finish) {
  int policy = -1;
  {
    auto log = Log::open(*disk_, directory_, test_options(), ignore_records(),
                         [&](const DurableGroup&) { policy = ::sched_getscheduler(0); });
    ASSERT_TRUE(log.ok());
    const LogThread writing(**log);
    EncodedGroup one;
    one.add_bytes({Bytes(100, 0x61), {}});
    ASSERT_TRUE((*log)->append(one).ok());
  }
  EXPECT_EQ(policy, SCHED_BATCH);
}

TEST_F(LogQueueTest, takes_the_records_of_several_threads_each_group_as_a_whole) {
  constexpr std::uint64_t kGroups = 400;
  constexpr std::uint64_t kInGroup = 5;
  {
    auto log = open_log(*disk_, directory_, test_options(kSegmentBytes));
    const LogThread writing(*log);
    const auto append_all = [&](std::uint8_t producer) {
      for (std::uint64_t i = 0; i < kGroups; ++i) {
        EncodedGroup group;
        for (std::uint64_t j = 0; j < kInGroup; ++j) {
          group.add_bytes({numbered_record(1'000'000 * producer + i * kInGroup + j, 40), {}});
        }
        ASSERT_TRUE(log->append(group, producer).ok());
      }
    };
    std::thread first(append_all, std::uint8_t{1});
    std::thread second(append_all, std::uint8_t{2});
    first.join();
    second.join();
  }
  std::vector<std::string> seen;
  const auto visit = [&](const RecordRef& ref) -> Status {
    seen.emplace_back(as_text(ref.bytes.record));
    return Done{};
  };
  ASSERT_TRUE(Log::open(*disk_, directory_, test_options(kSegmentBytes), visit, {}).ok());
  ASSERT_EQ(seen.size(), 2 * kGroups * kInGroup);
  std::array<std::uint64_t, 3> next{};
  for (std::size_t i = 0; i < seen.size(); i += kInGroup) {
    const std::uint64_t producer = seen[i] == as_text(numbered_record(1'000'000 + next[1], 40)) ? 1 : 2;
    for (std::size_t j = 0; j < kInGroup; ++j) {
      ASSERT_EQ(seen[i + j], as_text(numbered_record(1'000'000 * producer + next[producer]++, 40))) << i + j;
    }
  }
}

// What its writer gathered meanwhile may have grown above the limit.
TEST_F(LogQueueTest, takes_a_group_of_any_size_once_nothing_else_waits) {
  auto log = open_log(*disk_, directory_, test_options(kSegmentBytes));
  const Bytes record(kRecordBytesMax, 0x61);
  EncodedGroup huge;
  while (huge.size_bytes() <= kQueuedBytesMax) huge.add_bytes({record, {}});
  EncodedGroup one;
  one.add_bytes({record, {}});
  ASSERT_TRUE(log->append(one).ok());
  EXPECT_EQ(log->append(huge).error().code, ErrorCode::overloaded);
  while (log->step()) continue;
  ASSERT_TRUE(log->append(huge).ok());
  while (log->step()) continue;
  EXPECT_EQ(log->durable().sequence, 1 + huge.count());
}

TEST_F(LogQueueTest, refuses_a_record_above_the_size_limit) {
  auto log = open_log(*disk_, directory_, test_options(kSegmentBytes));
  EncodedGroup group;
  group.add_bytes({Bytes(10, 0x61), {}});
  group.add_bytes({Bytes(kRecordBytesMax + 1, 0x61), {}});
  EXPECT_EQ(log->append(group).error().code, ErrorCode::too_large);
  group.clear();
  group.add_bytes({Bytes(10, 0x61), Bytes(kAttachmentBytesMax + 1, 0x61)});
  EXPECT_EQ(log->append(group).error().code, ErrorCode::too_large);
  EXPECT_EQ(log->queued().records, 0u);
  EXPECT_FALSE(log->step());
}

}  // namespace
}  // namespace clearspan::evidence
