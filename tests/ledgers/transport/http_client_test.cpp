#include "ledgers/transport/http_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "ledgers/transport/http_server.hpp"
#include "tests/ledgers/transport/scripted_server.hpp"
#include "tests/patience.hpp"

namespace clearspan::transport {
namespace {

Url url_of(std::uint16_t port) {
  return parse_url("http://127.0.0.1:" + std::to_string(port) + "/rpc").value();
}

HttpRequest post(std::string body, bool idempotent = false) {
  return {.method = "POST", .target = "/rpc", .headers = {}, .body = std::move(body), .idempotent = idempotent};
}

constexpr Millis kTimeout = kPatience;

TEST(http_client, exchanges_many_requests_over_one_connection) {
  std::string peers;
  const auto server = HttpServer::start({}, [&](Request request, const Respond& respond) {
    if (peers.find(request.peer()) == std::string::npos) peers += request.peer() + " ";
    Response response;
    response.status = request.path() == "/missing" ? 404 : 200;
    response.body = std::string(request.method()) + std::string(request.body());
    response.headers.emplace_back("X-Mine", std::string(request.header("X-Ask").value_or("")));
    respond(std::move(response));
  });
  HttpClient client(url_of((*server)->port()), {});
  for (int i = 0; i < 5; ++i) {
    HttpRequest request = post(std::to_string(i));
    request.headers.emplace_back("X-Ask", "what");
    const auto response = client.request(request, kTimeout);
    ASSERT_TRUE(response.ok()) << describe(response.error());
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "POST" + std::to_string(i));
    EXPECT_EQ(response->header("x-mine"), "what");
  }
  EXPECT_EQ(client.request({.method = "GET", .target = "/missing"}, kTimeout)->status, 404);
  EXPECT_EQ(client.request({.method = "HEAD", .target = "/"}, kTimeout)->body, "");
  EXPECT_EQ(client.post_json("{}", false, kTimeout).value(), "POST{}");
  (*server)->stop();
  EXPECT_EQ(std::count(peers.begin(), peers.end(), ' '), 1);
}

TEST(http_client, reports_a_refused_connection) {
  std::uint16_t port = 0;
  { port = ScriptedServer({}).port(); }
  HttpClient client(url_of(port), {});
  EXPECT_EQ(client.request(post("x"), kTimeout).error().code, ErrorCode::unreachable);
}

TEST(http_client, reports_a_name_that_does_not_exist) {
  HttpClient client(parse_url("http://no-such-host.invalid/").value(), {});
  const auto code = client.request({}, Millis{5'000}).error().code;
  EXPECT_TRUE(code == ErrorCode::unreachable || code == ErrorCode::timed_out);
}

TEST(http_client, gives_up_at_the_deadline_and_recovers) {
  ScriptedServer server({{.is_silent = true}, {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}});
  HttpClient client(url_of(server.port()), {});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(client.request(post("x"), Millis{300}).error().code, ErrorCode::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis{5'000});  // and not at a deadline that nobody gave it
  EXPECT_EQ(client.request(post("x"), kTimeout)->body, "ok");
}

TEST(http_client, does_not_take_a_cut_answer_for_a_whole_one) {
  for (const char* cut : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal", "HTTP/1.1 200 OK\r\nContent-Le",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    ScriptedServer server({{cut}, {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}});
    HttpClient client(url_of(server.port()), {});
    EXPECT_EQ(client.request(post("x", true), kTimeout).error().code, ErrorCode::unreachable) << cut;
    EXPECT_EQ(server.requests_seen(), 1) << "sent again after a part of the answer: " << cut;
  }
}

TEST(http_client, refuses_answers_that_are_malformed_or_too_large) {
  const ClientLimits limits{.answer_bytes_max = 1000, .answer_head_bytes_max = 500};
  const std::vector<std::pair<std::string, ErrorCode>> answers = {
      {"SSH-2.0-OpenSSH_9.2\r\n", ErrorCode::remote_malformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", ErrorCode::remote_malformed},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", ErrorCode::remote_malformed},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ErrorCode::remote_malformed},
      {"HTTP/1.1 200 OK\r\n\r\nno length", ErrorCode::remote_malformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", ErrorCode::too_large},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + std::string(1024, 'x'), ErrorCode::too_large},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(600, 'x') + "\r\n\r\n", ErrorCode::too_large},
  };
  for (const auto& [answer, code] : answers) {
    ScriptedServer server({{answer}});
    HttpClient client(url_of(server.port()), limits);
    const auto response = client.request(post("x"), kTimeout);
    ASSERT_FALSE(response.ok()) << answer;
    EXPECT_EQ(response.error().code, code) << answer << describe(response.error());
  }
}

TEST(http_client, reads_chunked_answers_and_skips_interim_ones) {
  ScriptedServer server(
      {{"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"}});
  HttpClient client(url_of(server.port()), {});
  EXPECT_EQ(client.request(post("x"), kTimeout)->body, "hello world");
}

TEST(http_client, sends_again_only_what_is_idempotent_and_unanswered) {
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  // The second request arrives on the kept connection, which the server then closes without a byte.
  {
    ScriptedServer server({{ok, true}, {""}, {ok}});
    HttpClient client(url_of(server.port()), {});
    ASSERT_TRUE(client.request(post("1"), kTimeout).ok());
    EXPECT_EQ(client.request(post("2", false), kTimeout).error().code, ErrorCode::unreachable);
    EXPECT_EQ(server.requests_seen(), 2);
  }
  {
    ScriptedServer server({{ok, true}, {""}, {ok}});
    HttpClient client(url_of(server.port()), {});
    ASSERT_TRUE(client.request(post("1"), kTimeout).ok());
    EXPECT_TRUE(client.request(post("2", true), kTimeout).ok());
    EXPECT_EQ(server.requests_seen(), 3);
  }
  {  // on a fresh connection there is no excuse, and nothing is sent twice
    ScriptedServer server({{""}, {ok}});
    HttpClient client(url_of(server.port()), {});
    EXPECT_EQ(client.request(post("1", true), kTimeout).error().code, ErrorCode::unreachable);
    EXPECT_EQ(server.requests_seen(), 1);
  }
}

TEST(http_client, notices_before_sending_that_the_server_has_closed) {
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  ScriptedServer server({{ok}, {ok}});  // closes after the first answer without having said so
  HttpClient client(url_of(server.port()), {});
  ASSERT_TRUE(client.request(post("1", false), kTimeout).ok());
  ASSERT_TRUE(comes_true([&] { return server.connections_closed() == 1; }));
  EXPECT_TRUE(client.request(post("2", false), kTimeout).ok());
}

TEST(http_client, does_not_use_a_connection_with_bytes_left_over) {
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  ScriptedServer server({{ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", true}, {ok}});
  HttpClient client(url_of(server.port()), {});
  EXPECT_EQ(client.request(post("1"), kTimeout)->body, "ok");
  EXPECT_EQ(client.request(post("2"), kTimeout)->body, "ok");
}

TEST(http_client, refuses_requests_that_would_break_the_head) {
  HttpClient client(url_of(1), {});
  const auto code_of = [&](const HttpRequest& request) { return client.request(request, kTimeout).error().code; };
  EXPECT_EQ(code_of({.method = "GET\r\n"}), ErrorCode::invalid_value);
  EXPECT_EQ(code_of({.target = "/a b"}), ErrorCode::invalid_value);
  EXPECT_EQ(code_of({.target = "a"}), ErrorCode::invalid_value);
  EXPECT_EQ(code_of({.headers = {{"X", "a\r\nY: b"}}}), ErrorCode::invalid_value);
  EXPECT_EQ(code_of({.headers = {{"X:", "a"}}}), ErrorCode::invalid_value);
  EXPECT_EQ(code_of({.headers = {{"Host", "a"}}}), ErrorCode::invalid_value);
  EXPECT_EQ(code_of({.method = "GET", .body = "x"}), ErrorCode::invalid_value);
}

TEST(http_client, reports_the_status_of_a_refused_json_request) {
  ScriptedServer server({{"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 4\r\n\r\nslow"}});
  HttpClient client(url_of(server.port()), {});
  const auto answer = client.post_json("{}", true, kTimeout);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::remote_refused);
  EXPECT_NE(answer.error().detail.find("429: slow"), std::string::npos);
}

}  // namespace
}  // namespace clearspan::transport
