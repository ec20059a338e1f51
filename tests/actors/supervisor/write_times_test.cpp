#include "actors/write_times.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace clearspan {
namespace {

TEST(WriteTimes, are_counted_up_to_and_with_the_bound_of_their_bucket) {
  using namespace std::chrono_literals;
  WriteTally tally;
  for (const WriteTimes::Nanos write : std::initializer_list<WriteTimes::Nanos>{0ns, 32us, 32'001ns, 64us, 2s}) {
    tally.add(write);
  }
  const WriteTimes times = tally.read();
  EXPECT_EQ(times.counts[0], 2U);
  EXPECT_EQ(times.counts[1], 2U);
  EXPECT_EQ(times.counts[WriteTimes::kBounds], 1U);
  EXPECT_EQ(times.count(), 5U);
  EXPECT_EQ(times.sum, 2s + 128'001ns);
  const WriteTimes since = times - times;
  EXPECT_EQ(since.count(), 0U);
  EXPECT_EQ(since.sum, 0ns);
}

}  // namespace
}  // namespace clearspan
