// The same key and body get the same answer for the trade's whole life, and have one effect.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/actors/gateway/gateway_world.hpp"
#include "tests/patience.hpp"

namespace clearspan::gateway {
namespace {

using Idempotency = GatewayWorld;

TEST_F(Idempotency, a_repeat_gets_the_same_answer_and_creates_nothing) {
  const Answer first = post(payment(), "order-1");
  const Answer second = post(payment(), "order-1");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.header("Idempotent-Replayed"), "");
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(second.http.body, first.http.body);
  EXPECT_EQ(second.header("Location"), first.header("Location"));
  EXPECT_EQ(engine_->created, 1U);
}

TEST_F(Idempotency, a_repeat_after_a_restart_gets_the_same_answer) {
  const Answer first = post(pvp(), "order-1");
  restart();
  const Answer second = post(pvp(), "order-1");
  EXPECT_EQ(second.http.body, first.http.body);
  EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Idempotency, the_same_key_with_another_body_is_a_conflict) {
  EXPECT_EQ(post(payment("100"), "order-1").status, 201);
  EXPECT_EQ(post(payment("101"), "order-1").problem(), "409 idempotency_conflict Idempotency-Key");
  restart();
  EXPECT_EQ(post(payment("101"), "order-1").problem(), "409 idempotency_conflict Idempotency-Key");
  EXPECT_EQ(post(payment("100") + " ", "order-1").problem(), "409 idempotency_conflict Idempotency-Key");
}

TEST_F(Idempotency, without_a_key_every_request_creates_a_trade) {
  const Answer first = post(payment());
  const Answer second = post(payment());
  EXPECT_NE(first.at("id"), second.at("id"));
  EXPECT_EQ(engine_->created, 2U);
}

TEST_F(Idempotency, repeats_that_come_while_the_first_is_in_flight_wait_for_its_answer) {
  engine_->holds_creations = true;
  std::vector<std::string> bodies(4);
  std::vector<std::thread> clients;
  clients.reserve(bodies.size());
  for (std::string& body : bodies) {
    clients.emplace_back([&] {
      transport::HttpClient client = connect();
      const auto response = client.request(create_request(payment(), "order-1"), Millis(30'000));
      if (response.ok()) body = response->body;
    });
  }
  EXPECT_TRUE(comes_true([&] { return engine_->calls == 1; }));
  const Answer conflict = post(payment("99"), "order-1");
  EXPECT_EQ(conflict.problem(), "409 idempotency_conflict Idempotency-Key");
  std::this_thread::sleep_for(Millis(100));
  engine_->holds_creations = false;
  engine_->release_held();
  for (std::thread& client : clients) client.join();
  for (const std::string& body : bodies) {
    EXPECT_FALSE(body.empty());
    EXPECT_EQ(body, bodies.front());
  }
  EXPECT_EQ(engine_->created, 1U);
}

TEST_F(Idempotency, a_refused_request_leaves_the_key_free) {
  EXPECT_EQ(post(payment("0"), "order-1").status, 422);
  EXPECT_EQ(post(payment(), "order-1").status, 201);
}

TEST_F(Idempotency, one_key_covers_a_whole_array) {
  const std::string body = "[" + payment("5") + "," + pvp() + "," + payment("6") + "]";
  const Answer first = post(body, "orders");
  EXPECT_EQ(first.status, 201);
  EXPECT_NE(first.at("trades/2/id"), "(none)");
  EXPECT_EQ(post(body, "orders").http.body, first.http.body);
  restart();
  EXPECT_EQ(post(body, "orders").http.body, first.http.body);
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Idempotency, a_repeat_creates_what_the_engine_had_no_credit_for) {
  const std::string body = "[" + payment("5") + "," + payment("6") + "," + payment("7") + "]";
  engine_->refuses_from = 1;
  const Answer first = post(body, "orders");
  EXPECT_EQ(first.status, 207);
  EXPECT_EQ(first.at("trades/1/problem/code"), "overloaded");
  engine_->refuses_from = 1000;
  const Answer second = post(body, "orders");
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.at("trades/0/id"), first.at("trades/0/id"));
  EXPECT_EQ(engine_->created, 3U);
  EXPECT_EQ(post(body, "orders").http.body, second.http.body);
  EXPECT_EQ(engine_->created, 3U);
}

TEST_F(Idempotency, an_engine_without_credit_says_when_to_come_back) {
  engine_->refuses_from = 0;
  const Answer answer = post(payment(), "order-1");
  EXPECT_EQ(answer.problem(), "429 overloaded");
  EXPECT_EQ(answer.header("Retry-After"), "1");
}

TEST_F(Idempotency, nothing_is_created_while_the_index_cannot_say_what_is_on_record) {
  engine_->index_lags = true;
  EXPECT_EQ(post(payment(), "order-1").problem(), "503 not_ready");
  EXPECT_EQ(engine_->calls, 0U);
}

TEST_F(Idempotency, a_new_key_does_not_wait_for_an_index_that_lags_for_a_moment) {
  EXPECT_EQ(post(payment(), "order-1").status, 201);
  engine_->index_lags = true;
  EXPECT_EQ(post(payment(), "order-2").status, 201);
  EXPECT_EQ(engine_->created, 2U);
}

TEST_F(Idempotency, a_used_key_creates_nothing_more_while_the_index_lags) {
  EXPECT_EQ(post(payment(), "order-0").status, 201);
  engine_->index_lags = true;
  const Answer first = post(payment(), "order-1");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(post(payment(), "order-1").problem(), "503 not_ready");
  EXPECT_EQ(post(payment("99"), "order-1").problem(), "409 idempotency_conflict Idempotency-Key");
  engine_->index_lags = false;
  EXPECT_EQ(post(payment(), "order-1").http.body, first.http.body);
  EXPECT_EQ(engine_->created, 2U);
}

TEST_F(Idempotency, a_request_of_which_the_engine_takes_nothing_leaves_the_key_free) {
  engine_->refuses_from = 0;
  EXPECT_EQ(post(payment(), "order-1").problem(), "429 overloaded");
  engine_->refuses_from = 1000;
  EXPECT_EQ(post(payment("99"), "order-1").status, 201);
}

TEST_F(Idempotency, requests_that_go_to_the_engine_together_each_get_their_own_answer) {
  constexpr std::size_t kClients = 8;
  constexpr std::size_t kRequests = 40;
  std::vector<std::vector<std::string>> bodies(kClients);
  std::vector<std::thread> clients;
  for (std::size_t client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      transport::HttpClient http = connect();
      for (std::size_t i = 0; i < kRequests; ++i) {
        const std::string number = std::to_string(1000 + client * kRequests + i);
        const auto response = http.request(create_request(payment(number), "order-" + number), Millis(30'000));
        if (response.ok() && response->body.find("\"units\":\"" + number + "\"") != std::string::npos) {
          bodies[client].push_back(response->body);
        }
      }
    });
  }
  for (std::thread& client : clients) client.join();
  for (std::size_t client = 0; client < kClients; ++client) {
    ASSERT_EQ(bodies[client].size(), kRequests);
    for (std::size_t i = 0; i < kRequests; i += 13) {
      const std::string number = std::to_string(1000 + client * kRequests + i);
      EXPECT_EQ(post(payment(number), "order-" + number).http.body, bodies[client][i]);
    }
  }
  EXPECT_EQ(engine_->created, kClients * kRequests);
}

TEST_F(Idempotency, a_key_that_is_not_visible_text_or_too_long_is_refused) {
  EXPECT_EQ(post(payment(), std::string(129, 'k')).problem(), "400 invalid_value Idempotency-Key");
  EXPECT_EQ(post(payment(), "a key").problem(), "400 invalid_value Idempotency-Key");
  EXPECT_EQ(post(payment(), std::string(128, 'k')).status, 201);
  EXPECT_EQ(engine_->created, 1U);
}

}  // namespace
}  // namespace clearspan::gateway
