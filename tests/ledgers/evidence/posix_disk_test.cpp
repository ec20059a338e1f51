// The machine's own disk.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "ledgers/evidence/disk.hpp"
#include "tests/ledgers/evidence/fixture.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::uint64_t kFileBytes = 1 << 20;

struct alignas(kBlockBytes) Blocks {
  explicit Blocks(std::uint8_t value) { bytes.fill(value); }

  std::array<std::uint8_t, 2 * kBlockBytes> bytes;
};

class PosixDiskTest : public testing::Test {
 protected:
  std::unique_ptr<File> make() {
    auto file = disk_->create(path_, Blocks(0xaa).bytes, kFileBytes);
    EXPECT_TRUE(file.ok());
    return std::move(*file);
  }

  Bytes content() {
    auto file = disk_->open_to_read(path_);
    Bytes all(2 * kFileBytes);
    all.resize((*file)->read(0, all).value());
    return all;
  }

  TemporaryDirectory root_;
  std::string path_ = root_ / "file";
  std::unique_ptr<Disk> disk_ = make_posix_disk();
};

// Zeros are written ahead of small writes, and must neither reach what was written nor make the file longer.
TEST_F(PosixDiskTest, a_file_holds_what_was_written_and_zeros_behind_it) {
  const std::unique_ptr<File> file = make();
  const std::uint64_t last = kFileBytes - sizeof(Blocks);
  Bytes expected(kFileBytes);
  std::fill_n(expected.begin(), sizeof(Blocks), 0xaa);
  std::uint8_t value = 0;
  for (std::uint64_t offset = sizeof(Blocks); offset <= last; offset += sizeof(Blocks) * (1 + offset % 3)) {
    ASSERT_TRUE(file->write(offset, Blocks(++value).bytes).ok());
    std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(offset), sizeof(Blocks), value);
    ASSERT_EQ(content(), expected) << offset;
  }
  ASSERT_TRUE(file->cut_and_reserve(sizeof(Blocks), kFileBytes).ok());
  ASSERT_TRUE(file->write(sizeof(Blocks), Blocks(0xbb).bytes).ok());
  std::fill(expected.begin() + sizeof(Blocks), expected.end(), 0);
  std::fill_n(expected.begin() + sizeof(Blocks), sizeof(Blocks), 0xbb);
  EXPECT_EQ(content(), expected);
}

// A block that is only reserved counts as a hole to those who look for data.
TEST_F(PosixDiskTest, what_comes_behind_a_small_write_has_been_written_before) {
  const std::unique_ptr<File> file = make();
  const int plain = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const auto next_data = [&](std::uint64_t from) { return ::lseek(plain, static_cast<off_t>(from), SEEK_DATA); };
  if (next_data(2 * sizeof(Blocks)) != -1) GTEST_SKIP() << "this file system does not tell reserved blocks apart";
  ASSERT_TRUE(file->write(sizeof(Blocks), Blocks(1).bytes).ok());
  EXPECT_EQ(next_data(2 * sizeof(Blocks)), static_cast<off_t>(2 * sizeof(Blocks)));
  EXPECT_EQ(next_data(kFileBytes / 2), -1) << "not that far";
  ::close(plain);
}

}  // namespace
}  // namespace clearspan::evidence
