// What is known of a key between its first use and the moment at which the index shows what was recorded under it.
#include "actors/gateway/recent_keys.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace clearspan::gateway {
namespace {

using Turn = RecentKeys::Turn;

Hash32 digest_of(std::uint8_t content) {
  Hash32 digest;
  digest.bytes.fill(content);
  return digest;
}

transport::Response created() {
  transport::Response response;
  response.status = 201;
  response.body = "made";
  return response;
}

class RecentKeysTest : public ::testing::Test {
 protected:
  Turn enter(const std::string& key, std::uint8_t content = 1) {
    return keys_.enter(key, digest_of(content), [this](const transport::Response& answer) {
      ++answers_;
      last_ = answer;
    });
  }

  // Until the index has been looked at once more, from begin to end.
  void wait_for_look() {
    const unsigned before = looks_;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (looks_ < before + 2 && std::chrono::steady_clock::now() < deadline) {
      static_cast<void>(enter("filler" + std::to_string(looks_)));  // there is always a key to look for
      keys_.finish("filler" + std::to_string(looks_), created(), true);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ASSERT_GE(looks_, before + 2);
  }

  std::atomic<bool> index_lags_{true};
  std::atomic<unsigned> looks_{0};
  unsigned answers_ = 0;
  transport::Response last_;
  std::function<void()> during_look_;  // on the thread that looks, set before the first key
  RecentKeys keys_{[this]() -> Status {
    const bool lags = index_lags_;
    if (during_look_) during_look_();
    ++looks_;
    if (lags) return make_error(ErrorCode::timed_out);
    return Done{};
  }};
};

TEST_F(RecentKeysTest, a_repeat_in_flight_waits_and_gets_the_first_answer_marked) {
  EXPECT_EQ(enter("a"), Turn::first);
  EXPECT_EQ(enter("a"), Turn::waiting);
  keys_.finish("a", created(), true);
  EXPECT_EQ(answers_, 1U);
  EXPECT_EQ(last_.body, "made");
  EXPECT_EQ(last_.headers.front().first, "Idempotent-Replayed");
}

TEST_F(RecentKeysTest, an_answered_key_asks_for_the_index_as_long_as_it_lags) {
  EXPECT_EQ(enter("a"), Turn::first);
  keys_.finish("a", created(), true);
  wait_for_look();
  EXPECT_EQ(enter("a"), Turn::again);
}

TEST_F(RecentKeysTest, an_answered_key_with_another_body_is_a_conflict) {
  EXPECT_EQ(enter("a"), Turn::first);
  keys_.finish("a", created(), true);
  EXPECT_EQ(enter("a", 2), Turn::conflict);
}

TEST_F(RecentKeysTest, a_key_is_forgotten_once_the_index_has_caught_up) {
  EXPECT_EQ(enter("a"), Turn::first);
  keys_.finish("a", created(), true);
  index_lags_ = false;
  wait_for_look();
  EXPECT_EQ(enter("a"), Turn::first);
}

TEST_F(RecentKeysTest, a_key_in_flight_is_not_forgotten) {
  EXPECT_EQ(enter("a"), Turn::first);
  keys_.finish("a", created(), true);
  EXPECT_EQ(enter("a"), Turn::again);
  index_lags_ = false;
  wait_for_look();
  EXPECT_EQ(enter("a"), Turn::waiting);
}

TEST_F(RecentKeysTest, a_use_during_a_look_at_the_index_is_not_covered_by_it) {
  index_lags_ = false;
  during_look_ = [this] {
    if (looks_ != 0) return;
    index_lags_ = true;  // for every later look
    EXPECT_EQ(enter("a"), Turn::again);
    keys_.finish("a", created(), true);
  };
  EXPECT_EQ(enter("a"), Turn::first);
  keys_.finish("a", created(), true);
  wait_for_look();
  EXPECT_EQ(enter("a"), Turn::again);
}

TEST_F(RecentKeysTest, a_key_under_which_nothing_was_recorded_is_free) {
  EXPECT_EQ(enter("a"), Turn::first);
  keys_.finish("a", {}, false);
  EXPECT_EQ(enter("a", 2), Turn::first);
}

TEST_F(RecentKeysTest, a_repeat_that_failed_leaves_what_was_recorded_before_known) {
  EXPECT_EQ(enter("a"), Turn::first);
  keys_.finish("a", created(), true);
  EXPECT_EQ(enter("a"), Turn::again);
  keys_.finish("a", {}, false);
  EXPECT_EQ(enter("a"), Turn::again);
}

}  // namespace
}  // namespace clearspan::gateway
