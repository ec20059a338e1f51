// The log as its users see it: what was appended is read back, in order, after any stop.
#include "ledgers/evidence/log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "codecs/crypto/sha256.hpp"
#include "ledgers/evidence/layout.hpp"
#include "tests/ledgers/evidence/fixture.hpp"
#include "tests/ledgers/evidence/hooked_disk.hpp"

namespace clearspan::evidence {
namespace {

class LogTest : public testing::Test {
 protected:
  TemporaryDirectory root_;
  std::string directory_ = root_ / "log";
  std::unique_ptr<Disk> disk_ = make_posix_disk();
};

TEST_F(LogTest, reads_back_what_was_appended_in_order) {
  auto log = open_log(*disk_, directory_);
  append_numbered(*log, 1, 3);
  append_numbered(*log, 4, 4);
  log->close();
  const ReadBack back = read_back(*disk_, directory_);
  ASSERT_EQ(back.fault, "") << back.detail;
  ASSERT_EQ(back.records.size(), 4u);
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(back.records[i], as_text(numbered_record(i + 1, 200)));
  EXPECT_EQ(back.end.position, log->durable());
}

TEST_F(LogTest, the_head_is_the_rfc_6962_leaf_hash_of_the_head_before_and_the_record) {
  auto log = open_log(*disk_, directory_);
  Hash32 head = chain_start(test_options().identity);
  EXPECT_EQ(log->durable().head, head);
  append_numbered(*log, 1, 2);
  for (const std::uint64_t number : {1u, 2u}) {
    Bytes leaf = {0x00};
    leaf.insert(leaf.end(), head.bytes.begin(), head.bytes.end());
    const Bytes record = numbered_record(number, 200);
    leaf.insert(leaf.end(), record.begin(), record.end());
    head = crypto::sha256(leaf);
  }
  EXPECT_EQ(log->durable().head, head);
}

TEST_F(LogTest, two_logs_with_the_same_records_never_share_a_head) {
  LogOptions other = test_options();
  other.identity.name = "shard-1";
  auto log = open_log(*disk_, directory_);
  auto second = open_log(*disk_, root_ / "other", other);
  append_numbered(*log, 1, 2);
  append_numbered(*second, 1, 2);
  EXPECT_NE(log->durable().head, second->durable().head);
}

TEST_F(LogTest, goes_on_after_a_clean_stop_and_after_none) {
  for (std::uint64_t run = 0; run < 4; ++run) {
    std::uint64_t seen = 0;
    auto log = open_log(*disk_, directory_, test_options(), [&](const RecordRef& ref) -> Status {
      EXPECT_EQ(ref.sequence, ++seen);
      return Done{};
    });
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(seen, run * 5);
    append_numbered(*log, run * 5 + 1, run * 5 + 5);
    if (run % 2 == 0) log->close();
  }
  EXPECT_EQ(read_back(*disk_, directory_).records.size(), 20u);
}

TEST_F(LogTest, rolls_to_new_segments_and_reads_across_them) {
  auto log = open_log(*disk_, directory_);
  for (std::uint64_t first = 1; first < 5000; first += 100) append_numbered(*log, first, first + 99);
  EXPECT_GE(segments_of(*disk_, directory_).size(), 4u);
  const ReadBack back = read_back(*disk_, directory_);
  ASSERT_EQ(back.fault, "") << back.detail;
  EXPECT_EQ(back.records.size(), 5000u);
  EXPECT_EQ(back.end.position, log->durable());
}

TEST_F(LogTest, reads_from_any_record_through_any_record) {
  auto log = open_log(*disk_, directory_);
  for (std::uint64_t first = 1; first < 3000; first += 100) append_numbered(*log, first, first + 99);
  for (const auto& [from, through] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {1, 1}, {1, 100}, {100, 101}, {999, 2001}, {3000, 3000}, {2950, 3000}}) {
    const ReadBack back = read_back(*disk_, directory_, {from, through});
    ASSERT_EQ(back.fault, "") << back.detail;
    ASSERT_EQ(back.records.size(), through - from + 1);
    EXPECT_EQ(back.records.front(), as_text(numbered_record(from, 200)));
    EXPECT_EQ(back.records.back(), as_text(numbered_record(through, 200)));
    EXPECT_EQ(back.end.position.sequence, through);
  }
}

TEST_F(LogTest, an_append_larger_than_a_group_becomes_several_groups) {
  auto log = open_log(*disk_, directory_);
  append_numbered(*log, 1, 4000);
  const ReadBack back = read_back(*disk_, directory_);
  ASSERT_EQ(back.fault, "") << back.detail;
  EXPECT_EQ(back.records.size(), 4000u);
  EXPECT_GE(segments_of(*disk_, directory_).size(), 3u);
}

TEST_F(LogTest, appends_that_arrive_together_become_durable_together) {
  std::vector<DurableGroup> groups;
  std::vector<std::string> seen;
  auto opened = Log::open(*disk_, directory_, test_options(), ignore_records(), [&](const DurableGroup& group) {
    groups.push_back(group);
    group.records.for_each([&](const RecordBytes& bytes) { seen.emplace_back(as_text(bytes.record)); });
  });
  ASSERT_TRUE(opened.ok());
  Log& log = **opened;
  for (std::uint64_t number = 1; number <= 10; ++number) {
    EncodedGroup group;
    group.add_bytes({numbered_record(number, 50), {}});
    ASSERT_TRUE(log.append(group).ok());
  }
  EXPECT_EQ(log.durable().sequence, 0u);
  EXPECT_EQ(log.queued().records, 10u);
  EXPECT_TRUE(log.step());
  EXPECT_FALSE(log.step());
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].first_sequence, 1u);
  EXPECT_EQ(groups[0].last_sequence, 10u);
  EXPECT_EQ(groups[0].head, log.durable().head);
  ASSERT_EQ(seen.size(), 10u);
  EXPECT_EQ(seen[9], as_text(numbered_record(10, 50)));
  EXPECT_EQ(log.queued().records, 0u);
  EXPECT_EQ(log.queued().bytes, 0u);
}

// A txn_signed with an attachment; the log looks at nothing of it but the digest.
Bytes record_with_attachment(const Bytes& attachment) {
  Bytes record = {0x81, 0x04};
  const Hash32 digest = crypto::sha256(attachment);
  record.insert(record.end(), digest.bytes.begin(), digest.bytes.end());
  return record;
}

TEST_F(LogTest, attachments_come_back_with_their_records) {
  const Bytes attachment(100'000, 0x62);
  const Bytes record = record_with_attachment(attachment);
  {
    auto log = open_log(*disk_, directory_, test_options(kSegmentBytes));
    EncodedGroup group;
    group.add_bytes({numbered_record(1, 50), {}});
    group.add_bytes({record, attachment});
    group.add_bytes({numbered_record(3, 50), {}});
    EXPECT_EQ(group.count(), 3u);
    ASSERT_TRUE(log->append(group).ok());
    log->close();
  }
  std::vector<std::size_t> attached;
  const auto log = open_log(*disk_, directory_, test_options(kSegmentBytes), [&](const RecordRef& ref) -> Status {
    attached.push_back(ref.bytes.attachment.size());
    if (ref.sequence == 2) {
      EXPECT_TRUE(std::equal(attachment.begin(), attachment.end(), ref.bytes.attachment.begin()));
    }
    return Done{};
  });
  EXPECT_EQ(attached, (std::vector<std::size_t>{0, attachment.size(), 0}));
}

TEST_F(LogTest, an_attachment_that_its_record_does_not_name_is_found) {
  const Bytes record = record_with_attachment(Bytes(10, 0x62));
  for (const Bytes& attachment : {Bytes(10, 0x63), Bytes(11, 0x62), Bytes{}}) {
    const std::string directory = directory_ + "/" + std::to_string(attachment.size() + attachment.capacity());
    {
      auto log = open_log(*disk_, directory);
      EncodedGroup group;
      group.add_bytes({record, attachment});
      ASSERT_TRUE(log->append(group).ok());
      log->close();
    }
    const auto opened = Log::open(*disk_, directory, test_options(), ignore_records(), {});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::log_corrupt);
    std::filesystem::remove_all(directory);
  }
}

TEST_F(LogTest, a_second_writer_is_refused_while_the_first_lives) {
  auto log = open_log(*disk_, directory_);
  const auto second = Log::open(*disk_, directory_, test_options(), ignore_records(), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::log_locked);
  log.reset();
  EXPECT_NE(open_log(*disk_, directory_), nullptr);
}

TEST_F(LogTest, an_error_of_the_visitor_stops_the_opening_and_gives_the_lock_back) {
  append_numbered(*open_log(*disk_, directory_), 1, 3);
  const auto log = Log::open(*disk_, directory_, test_options(),
                             [](const RecordRef& ref) -> Status {
                               if (ref.sequence == 2) return make_error(ErrorCode::invalid_transition, "no");
                               return Done{};
                             },
                             {});
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().code, ErrorCode::invalid_transition);
  EXPECT_NE(open_log(*disk_, directory_), nullptr);
}

TEST_F(LogTest, a_log_may_go_on_with_another_segment_size) {
  append_numbered(*open_log(*disk_, directory_), 1, 100);
  append_numbered(*open_log(*disk_, directory_, test_options(2 * kTestSegmentBytes)), 101, 200);
  append_numbered(*open_log(*disk_, directory_), 201, 300);
  const ReadBack back = read_back(*disk_, directory_);
  EXPECT_EQ(back.fault, "") << back.detail;
  EXPECT_EQ(back.records.size(), 300u);
}

TEST_F(LogTest, tells_whose_log_a_directory_holds) {
  EXPECT_EQ(*identity_of_log(*disk_, directory_), std::nullopt);
  open_log(*disk_, directory_);
  EXPECT_EQ(*identity_of_log(*disk_, directory_), test_options().identity);
}

// One producer, the I/O thread, and a reader of the queue: every record is durable once, in order, and the groups are
// larger than the appends when the disk is the slower one.
TEST_F(LogTest, gathers_while_a_group_is_being_written) {
  constexpr std::uint64_t kAppends = 20000;
  std::atomic<std::uint64_t> durable{0};
  std::atomic<std::uint64_t> groups{0};
  auto log =
      Log::open(*disk_, directory_, test_options(kSegmentBytes), ignore_records(), [&](const DurableGroup& group) {
        EXPECT_EQ(group.first_sequence, durable + 1);
        EXPECT_EQ(group.records.count(), group.last_sequence - group.first_sequence + 1);
        durable = group.last_sequence;
        ++groups;
      });
  ASSERT_TRUE(log.ok());
  {
    const LogThread thread(**log);
    EncodedGroup group;
    for (std::uint64_t number = 1; number <= kAppends; ++number) {
      group.clear();
      group.add_bytes({numbered_record(number, 100), {}});
      ASSERT_TRUE((*log)->append(group).ok());
    }
  }
  EXPECT_EQ(durable, kAppends);
  EXPECT_LT(groups, kAppends / 2);
  EXPECT_EQ((*log)->queued().records, 0u);
  log->reset();
  const ReadBack back = read_back(*disk_, directory_);
  ASSERT_EQ(back.fault, "") << back.detail;
  ASSERT_EQ(back.records.size(), kAppends);
  EXPECT_EQ(back.records[777], as_text(numbered_record(778, 100)));
}

TEST_F(LogTest, a_failed_write_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  DiskHooks hooks;
  hooks.before_write = [] { return make_error(ErrorCode::storage_failed, "the disk is gone"); };
  HookedDisk disk(std::move(hooks));
  auto log = Log::open(disk, directory_, test_options(), ignore_records(), {});
  ASSERT_TRUE(log.ok());
  EncodedGroup group;
  group.add_bytes({numbered_record(1, 100), {}});
  ASSERT_TRUE((*log)->append(group).ok());
  EXPECT_DEATH((*log)->step(), "could not be written.*the disk is gone");
}

}  // namespace
}  // namespace clearspan::evidence
