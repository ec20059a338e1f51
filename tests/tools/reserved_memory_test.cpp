// Memory that is reserved: the allocator uses it, and keeps it.
#include "tools/clearspan/reserved_memory.hpp"

#include <gtest/gtest.h>
#include <jemalloc/jemalloc.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tools/clearspan/bench/usage.hpp"

// Absent where another allocator is linked.
#pragma weak mallctl

namespace clearspan::tools {
namespace {

constexpr std::uint64_t kReservedMib = 128;
constexpr std::size_t kVeryLargeBytes = 16 << 20;
constexpr std::size_t kPieceBytes = 64 << 10;
constexpr std::size_t kPieces = 1024;  // half of what is reserved

std::vector<std::unique_ptr<char[]>> pieces() {
  std::vector<std::unique_ptr<char[]>> made;
  for (std::size_t i = 0; i < kPieces; ++i) {
    made.push_back(std::make_unique<char[]>(kPieceBytes));
    std::memset(made.back().get(), 1, kPieceBytes);
  }
  return made;
}

class ReservedMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_reserve_memory(0).ok()) GTEST_SKIP() << describe(can_reserve_memory(0).error());
  }
};

// Once in a process, so all that follows from it is one test; where tests share a process, it may have been another's.
TEST_F(ReservedMemory, is_taken_at_once_used_by_all_threads_and_kept) {
  const std::uint64_t resident_before = resident_bytes();
  ASSERT_TRUE(reserve_memory(kReservedMib).ok());
  EXPECT_EQ(reserved_memory().mebibytes, kReservedMib);
  const std::uint64_t used_at_first = reserved_memory().mebibytes_used;  // for the arenas' own books
  EXPECT_LT(used_at_first, kReservedMib / 4);
  const std::uint64_t resident = resident_bytes();
  EXPECT_GE(resident, resident_before + (kReservedMib << 20));

  std::thread([] { pieces(); }).join();
  const std::uint64_t used = reserved_memory().mebibytes_used;
  EXPECT_GE(used, used_at_first + (kPieces * kPieceBytes >> 20));
  EXPECT_LT(used, kReservedMib);
  { const std::vector<char> very_large(kVeryLargeBytes, 1); }
  EXPECT_GE(reserved_memory().mebibytes_used, used + (kVeryLargeBytes >> 20));
  EXPECT_LT(resident_bytes(), resident + (4 << 20));  // nothing else was touched for it

  // More than is reserved comes from the system.
  std::vector<std::vector<std::unique_ptr<char[]>>> more;
  more.reserve(3);
  for (int i = 0; i < 3; ++i) more.push_back(pieces());
  EXPECT_GE(resident_bytes(), resident + kPieces * kPieceBytes / 2);
  const std::uint64_t resident_at_most = resident_bytes();
  more.clear();
  ASSERT_EQ(mallctl(("arena." + std::to_string(MALLCTL_ARENAS_ALL) + ".purge").c_str(), nullptr, nullptr, nullptr, 0),
            0);
  EXPECT_GE(resident_bytes(), resident);
  EXPECT_LT(resident_bytes(), resident_at_most - kPieces * kPieceBytes / 2);

  EXPECT_FALSE(reserve_memory(1).ok());
}

TEST_F(ReservedMemory, more_than_the_system_has_is_refused_and_changes_nothing) {
  const std::uint64_t resident = resident_bytes();
  const Status status = reserve_memory(1ULL << 40);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::config_invalid);
  EXPECT_NE(status.error().detail.find("1099511627776 MiB are to be reserved"), std::string::npos);
  EXPECT_LT(resident_bytes(), resident + (4 << 20));
}

TEST(FreshMemory, has_a_price) {
  const Result<double> micros = first_touch_micros();
  ASSERT_TRUE(micros.ok());
  EXPECT_GT(*micros, 0.01);  // clearing 4 KiB takes longer
  EXPECT_LT(*micros, 1'000);
}

}  // namespace
}  // namespace clearspan::tools
