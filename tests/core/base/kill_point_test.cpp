#include "core/base/kill_point.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <string>

namespace clearspan {
namespace {

TEST(KillPoint, each_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (const KillPointTraits& traits : kKillPoints) EXPECT_TRUE(names.insert(traits.name).second) << traits.name;
  EXPECT_GE(names.size(), 20u);
}

TEST(KillPoint, stands_in_the_table_at_its_own_number) {
  for (std::size_t i = 0; i < kKillPoints.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(kKillPoints[i].point), i);
}

TEST(KillPoint, does_nothing_while_none_is_armed) {
  for (const KillPointTraits& traits : kKillPoints) kill_point(traits.point);
}

TEST(KillPoint, ends_the_process_at_the_passage_that_was_asked_for_and_not_before) {
  const auto pass_until = [](int passages) {
    const Status armed = arm_kill_point("txn_sent:3");
    for (int i = 0; armed.ok() && i < passages; ++i) kill_point(KillPoint::txn_sent);
    std::_Exit(0);
  };
  EXPECT_EXIT(pass_until(2), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(pass_until(3), testing::KilledBySignal(SIGKILL), "");
}

TEST(KillPoint, ends_the_process_at_no_other_point) {
  const auto pass_others = [] {
    const Status armed = arm_kill_point("txn_sent:1");
    for (const KillPointTraits& traits : kKillPoints) {
      if (traits.point != KillPoint::txn_sent) kill_point(traits.point);
    }
    std::_Exit(armed.ok() ? 0 : 1);
  };
  EXPECT_EXIT(pass_others(), testing::ExitedWithCode(0), "");
}

TEST(KillPoint, refuses_what_names_no_passage_of_a_point) {
  for (const std::string text : {"", ":1", "txn_sent", "txn_sent:", "txn_sent:0", "txn_sent:1x", "txn_sent:-1",
                                 "TXN_SENT:1", "txn_sen:1", "txn_sent :1"}) {
    const Status armed = arm_kill_point(text);
    ASSERT_FALSE(armed.ok()) << text;
    EXPECT_EQ(armed.error().code, ErrorCode::config_invalid) << text;
  }
}

}  // namespace
}  // namespace clearspan
