// How fast the cores were, and when.
#include "tools/clearspan/bench/core_speed.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace clearspan::tools {
namespace {

using Moment = CoreSpeeds::Moment;

Moment at(int ms) {
  return Moment(std::chrono::hours(1)) + std::chrono::milliseconds(ms);
}

CoreSpeeds::Sample sample(int ms, int took_us) {
  return {at(ms), std::chrono::microseconds(took_us)};
}

TEST(CoreSpeeds, are_relative_to_the_fastest_moment_of_any_core) {
  const CoreSpeeds speeds({sample(0, 20), sample(4, 10), sample(0, 40)});
  EXPECT_DOUBLE_EQ(speeds.average().value(), (0.5 + 1 + 0.25) / 3);
}

TEST(CoreSpeeds, are_none_while_a_core_is_not_let_run) {
  CoreSpeeds::Sample late = sample(12, 10);
  late.late = 2 * CoreSpeeds::kPeriod;
  const CoreSpeeds speeds({sample(0, 10), late});
  EXPECT_DOUBLE_EQ(speeds.average().value(), 2.0 / (1 + 3));
}

TEST(CoreSpeeds, of_a_time_are_those_from_its_begin_to_before_its_end) {
  const CoreSpeeds speeds({sample(8, 40), sample(0, 10), sample(4, 20), sample(12, 10)});
  EXPECT_DOUBLE_EQ(speeds.between(at(4), at(12)).value(), (0.5 + 0.25) / 2);
}

TEST(CoreSpeeds, are_unknown_where_nothing_was_measured) {
  EXPECT_FALSE(CoreSpeeds().average());
  EXPECT_FALSE(CoreSpeeds({sample(0, 10), sample(9, 10)}).between(at(1), at(9)));
}

std::size_t cores_of_process() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  return static_cast<std::size_t>(CPU_COUNT(&allowed));
}

TEST(CoreSpeedMeter, measures_all_the_while_until_it_is_asked) {
  CoreSpeedMeter meter;
  EXPECT_EQ(meter.cores(), cores_of_process());
  const Moment begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const Moment end = std::chrono::steady_clock::now();
  const CoreSpeeds speeds = meter.stop();
  const Moment middle = begin + (end - begin) / 2;
  for (const auto& speed : {speeds.between(begin, middle), speeds.between(middle, end)}) {
    ASSERT_TRUE(speed);
    EXPECT_GT(*speed, 0);
    EXPECT_LE(*speed, 1);
  }
  EXPECT_FALSE(speeds.between(std::chrono::steady_clock::now(), Moment::max()));
}

}  // namespace
}  // namespace clearspan::tools
