#include <gtest/gtest.h>

#include "tools/clearspan/bench/latency.hpp"

namespace clearspan::tools {
namespace {

using Micros = Latencies::Micros;

TEST(Latencies, has_no_quantile_without_a_latency) {
  EXPECT_EQ(Latencies{}.quantile(0.5), Micros{0});
}

TEST(Latencies, is_exact_up_to_a_hundred_microseconds) {
  Latencies latencies;
  for (int i = 1; i <= 100; ++i) latencies.add(Micros{i});
  EXPECT_EQ(latencies.quantile(0.5), Micros{51});
  EXPECT_EQ(latencies.quantile(0.99), Micros{100});
  EXPECT_EQ(latencies.max(), Micros{100});
}

TEST(Latencies, is_within_two_percent_above) {
  for (const std::int64_t value : {150L, 1'000L, 12'345L, 999'999L, 3'600'000'000L}) {
    Latencies latencies;
    latencies.add(Micros{value});
    latencies.add(Micros{4'000'000'000});
    const std::int64_t half = latencies.quantile(0.4).count();
    EXPECT_GE(half, value);
    EXPECT_LE(half, value + value / 50);
  }
}

TEST(Latencies, shows_what_exceeds_its_range_as_the_longest) {
  Latencies latencies;
  latencies.add(std::chrono::hours(1000));
  EXPECT_EQ(latencies.quantile(0.5), latencies.max());
  EXPECT_EQ(latencies.max(), std::chrono::hours(1000));
}

TEST(Latencies, counts_what_came_before_it_was_due_as_none) {
  Latencies latencies;
  latencies.add(Micros{-5});
  EXPECT_EQ(latencies.quantile(0.5), Micros{0});
}

}  // namespace
}  // namespace clearspan::tools
