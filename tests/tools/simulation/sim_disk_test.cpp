#include "tools/simulation/sim_disk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace clearspan::sim {
namespace {

constexpr std::uint32_t kAlways = 1'000'000;
constexpr std::size_t kFileBytes = 16 * evidence::kBlockBytes;

class SimDiskTest : public ::testing::Test {
 protected:
  std::unique_ptr<evidence::File> make_file() {
    const Bytes header(evidence::kBlockBytes, 1);
    auto file = disk_.create("/log/1.seg", header, kFileBytes);
    EXPECT_TRUE(file.ok());
    return file.ok() ? std::move(*file) : nullptr;
  }

  // How many blocks of the file are full of that byte.
  std::size_t blocks_of(std::uint8_t value) {
    const Bytes content = disk_.files().at("/log/1.seg");
    std::size_t count = 0;
    for (std::size_t at = 0; at < content.size(); at += evidence::kBlockBytes) {
      const auto begin = content.begin() + static_cast<std::ptrdiff_t>(at);
      count += std::all_of(begin, begin + evidence::kBlockBytes, [value](std::uint8_t one) { return one == value; });
    }
    return count;
  }

  Random random_{7};
  SimDisk disk_{random_};
};

TEST_F(SimDiskTest, keeps_what_a_write_has_written_over_a_crash) {
  const auto file = make_file();
  ASSERT_TRUE(file->write(evidence::kBlockBytes, Bytes(2 * evidence::kBlockBytes, 5)).ok());
  disk_.crash();
  EXPECT_EQ(blocks_of(5), 2U);
}

TEST_F(SimDiskTest, ends_the_process_in_a_torn_write_and_keeps_some_of_its_blocks) {
  const auto file = make_file();
  disk_.set_faults({kAlways, 0});
  EXPECT_THROW(static_cast<void>(file->write(evidence::kBlockBytes, Bytes(12 * evidence::kBlockBytes, 5))),
               ProcessEnded);
  EXPECT_GT(blocks_of(5), 0U);
  EXPECT_LT(blocks_of(5), 12U);
}

TEST_F(SimDiskTest, says_that_a_write_failed_whatever_became_of_it) {
  const auto file = make_file();
  disk_.set_faults({0, kAlways});
  const Status status = file->write(evidence::kBlockBytes, Bytes(evidence::kBlockBytes, 5));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::storage_failed);
}

TEST_F(SimDiskTest, takes_nothing_from_a_process_that_is_gone) {
  const auto file = make_file();
  disk_.crash();
  EXPECT_FALSE(file->write(evidence::kBlockBytes, Bytes(evidence::kBlockBytes, 5)).ok());
  EXPECT_EQ(blocks_of(5), 0U);
}

TEST_F(SimDiskTest, loses_at_most_what_nobody_flushed) {
  const auto derived = disk_.open_derived("/log/hashes.0");
  ASSERT_TRUE(derived.ok());
  ASSERT_TRUE((*derived)->append(Bytes(100, 1)).ok());
  disk_.crash();
  const std::size_t kept = disk_.files().at("/log/hashes.0").size();
  EXPECT_LE(kept, 100U);
  disk_.crash();
  EXPECT_EQ(disk_.files().at("/log/hashes.0").size(), kept);
}

TEST_F(SimDiskTest, lets_one_process_hold_a_directory) {
  const auto first = disk_.lock("/log");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(disk_.lock("/log").error().code, ErrorCode::log_locked);
  disk_.crash();
  EXPECT_TRUE(disk_.lock("/log").ok());
}

}  // namespace
}  // namespace clearspan::sim
