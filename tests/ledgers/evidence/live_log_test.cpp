// A log that somebody reads while it is written: what is read is a front part of it, and never called damaged.
#include <gtest/gtest.h>

#include "tests/ledgers/evidence/fixture.hpp"
#include "tests/ledgers/evidence/hooked_disk.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::uint64_t kLargeSegment = 64u << 20;  // is read in several pieces

class LiveLog : public testing::Test {
 protected:
  void open(std::uint64_t segment_bytes) {
    log_ = open_log(*disk_, directory_, test_options(segment_bytes));
    append();
  }

  void append() {
    ++written_;
    append_numbered(*log_, written_, written_);
  }

  // With `meanwhile` before each read.
  ReadBack read_with(std::function<void()> meanwhile) {
    DiskHooks hooks;
    hooks.before_read = [&] {
      meanwhile();
      return Done{};
    };
    HookedDisk disk(std::move(hooks));
    return read_back(disk, directory_);
  }

  void expect_front_part(const ReadBack& back, std::size_t records_min) {
    ASSERT_EQ(back.fault, "") << back.detail;
    EXPECT_GE(back.records.size(), records_min);
    for (std::size_t i = 0; i < back.records.size(); ++i) {
      ASSERT_EQ(back.records[i], as_text(numbered_record(i + 1, 200)));
    }
  }

  TemporaryDirectory root_;
  std::string directory_ = root_ / "log";
  std::unique_ptr<Disk> disk_ = make_posix_disk();
  std::unique_ptr<Log> log_;
  std::uint64_t written_ = 0;
};

TEST_F(LiveLog, is_read_while_groups_come) {
  open(kLargeSegment);
  for (int i = 0; i < 20; ++i) {
    const std::size_t before = written_;
    expect_front_part(read_with([this] { append(); }), before);
  }
}

TEST_F(LiveLog, is_read_while_segments_come) {
  constexpr std::uint64_t kSmallSegment = 64u << 10;
  open(kSmallSegment);
  for (int i = 0; i < 10; ++i) {
    const std::size_t before = written_;
    int reads = 0;
    const ReadBack back = read_with([&] {
      if (++reads > 2) return;  // each time a segment is filled, and is one more to read
      for (int group = 0; group < 16; ++group) append();
    });
    expect_front_part(back, before);
  }
  EXPECT_GT(segments_of(*disk_, directory_).size(), 10u);
}

// The group was being written when it was read first: only its front part was there.
TEST_F(LiveLog, a_group_that_was_half_there_is_read_again) {
  open(kLargeSegment);
  const ReadBack first = read_back(*disk_, directory_);
  const std::uint64_t at = first.end.offset;
  append();
  const std::string path = segments_of(*disk_, directory_).front();
  Bytes whole = read_file(path);
  Bytes half = whole;
  std::fill(half.begin() + static_cast<std::ptrdiff_t>(at + 150), half.end(), std::uint8_t{0});
  write_file(path, half);
  int reads = 0;
  const ReadBack back = read_with([&] {
    if (++reads == 6) write_file(path, whole);  // after HEAD, the groups, and the first of what lies behind them
  });
  expect_front_part(back, 2);
}

}  // namespace
}  // namespace clearspan::evidence
