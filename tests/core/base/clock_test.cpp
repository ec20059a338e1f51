#include "core/base/clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace clearspan {
namespace {

Timestamp at(std::int64_t milliseconds) {
  return Timestamp(Millis(milliseconds));
}

constexpr std::int64_t kYear0Ms = -62'167'219'200'000;        // 0000-01-01T00:00:00.000Z
constexpr std::int64_t kYear9999EndMs = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

Timestamp any_moment() {
  return at(*rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::int64_t>(kYear0Ms, kYear9999EndMs + 1)));
}

struct Moment {
  const char* text;
  std::int64_t milliseconds;
};

// Computed with `date -u -d TEXT +%s`.
constexpr Moment kMoments[] = {
    {"1970-01-01T00:00:00.000Z", 0},
    {"1970-01-01T00:00:00.001Z", 1},
    {"1969-12-31T23:59:59.999Z", -1},
    {"2000-02-29T12:00:00.000Z", 951'825'600'000},
    {"2024-02-29T23:59:59.999Z", 1'709'251'199'999},
    {"2026-11-21T09:30:00.250Z", 1'795'253'400'250},
    {"2038-01-19T03:14:08.000Z", 2'147'483'648'000},
    {"2100-02-28T00:00:00.000Z", 4'107'456'000'000},
    {"0000-01-01T00:00:00.000Z", kYear0Ms},
    {"9999-12-31T23:59:59.999Z", kYear9999EndMs},
};

TEST(Rfc3339, writes_known_moments) {
  for (const Moment& moment : kMoments) EXPECT_EQ(to_rfc3339(at(moment.milliseconds)), moment.text);
}

TEST(Rfc3339, writes_moments_that_it_has_no_form_for_as_the_nearest_that_it_has) {
  for (const std::int64_t early : {std::numeric_limits<std::int64_t>::min(), kYear0Ms - 1, kYear0Ms}) {
    EXPECT_EQ(to_rfc3339(at(early)), "0000-01-01T00:00:00.000Z") << early;
  }
  for (const std::int64_t late : {kYear9999EndMs, kYear9999EndMs + 1, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(to_rfc3339(at(late)), "9999-12-31T23:59:59.999Z") << late;
  }
}

TEST(Rfc3339, reads_known_moments) {
  for (const Moment& moment : kMoments) EXPECT_EQ(parse_rfc3339(moment.text), at(moment.milliseconds)) << moment.text;
}

TEST(Rfc3339, reads_zero_to_three_fraction_digits) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01Z"), at(1000));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01.2Z"), at(1200));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01.23Z"), at(1230));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01.234Z"), at(1234));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01.004Z"), at(1004));
}

TEST(Rfc3339, knows_which_years_have_a_leap_day) {
  for (const char* text : {"2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2400-02-29T00:00:00Z"}) {
    EXPECT_TRUE(parse_rfc3339(text).has_value()) << text;
  }
  for (const char* text : {"2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, refuses_what_is_not_a_moment_in_its_exact_form) {
  const char* rejects[] = {
      "",
      "2026",
      "2026-11-21",
      "2026-11-21T09:30:00",        // no zone
      "2026-11-21T09:30:00+00:00",  // a zone other than Z
      "2026-11-21T09:30:00.250+01:00",
      "2026-11-21 09:30:00Z",  // a blank for the T
      "2026-11-21t09:30:00Z",  // lower case
      "2026-11-21T09:30:00z",
      "2026-11-21T09:30Z",      // no seconds
      "2026-11-21T09:30:00.Z",  // a point without digits
      "2026-11-21T09:30:00,250Z",
      "2026-11-21T09:30:00.2500Z",  // more than milliseconds
      "2026-11-21T09:30:00.25aZ",
      "2026-11-21T09:30:00.-25Z",
      "2026-11-21T09:30:00ZZ",  // something behind
      "2026-11-21T09:30:00Z ",
      " 2026-11-21T09:30:00Z",
      "26-11-21T09:30:00Z",
      "02026-11-21T09:30:00Z",
      "-026-11-21T09:30:00Z",
      "+026-11-21T09:30:00Z",
      "2026-1-21T09:30:00Z",
      "2026/11/21T09:30:00Z",
      "2026-00-21T09:30:00Z",  // no such month
      "2026-13-21T09:30:00Z",
      "2026-11-00T09:30:00Z",  // no such day
      "2026-11-31T09:30:00Z",
      "2026-01-32T09:30:00Z",
      "2026-04-31T09:30:00Z",
      "2026-11-21T24:00:00Z",  // no such time
      "2026-11-21T09:60:00Z",
      "2026-11-21T09:30:60Z",
      "2016-12-31T23:59:60Z",  // a leap second, which our clock does not have
      "2026-11-21T9:30:00Z",
      "2026-11-21T09-30-00Z",
      "2026-11-21T0x:30:00Z",
      "\xd9\xa2\xd9\xa0-11-21T09:30:00Z",  // digits of another script
  };
  for (const char* text : rejects) EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

TEST(Rfc3339, refuses_every_prefix_of_a_moment) {
  const std::string text = "2026-11-21T09:30:00.250Z";
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_EQ(parse_rfc3339(text.substr(0, length)), std::nullopt) << length;
  }
}

TEST(Rfc3339, refuses_a_zero_byte_behind_a_moment) {
  EXPECT_EQ(parse_rfc3339(std::string_view("2026-11-21T09:30:00Z\0", 21)), std::nullopt);
}

RC_GTEST_PROP(Rfc3339, round_trips_every_moment_with_a_four_digit_year, ()) {
  const Timestamp moment = any_moment();
  const std::string text = to_rfc3339(moment);
  RC_ASSERT(text.size() == 24u);
  RC_ASSERT(parse_rfc3339(text) == moment);
}

RC_GTEST_PROP(Rfc3339, sorts_as_text_the_way_it_sorts_as_time, ()) {
  const Timestamp a = any_moment();
  const Timestamp b = any_moment();
  RC_ASSERT((to_rfc3339(a) < to_rfc3339(b)) == (a < b));
}

TEST(SystemClock, is_past_2020_and_does_not_run_backwards_here) {
  const SystemClock clock;
  const Timestamp first = clock.now();
  EXPECT_GT(first, *parse_rfc3339("2020-01-01T00:00:00Z"));
  EXPECT_LE(first, clock.now() + Millis(1000)) << "allowing for a clock that is being adjusted";
}

}  // namespace
}  // namespace clearspan
