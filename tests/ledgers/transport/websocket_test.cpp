// The WebSocket server and client against each other over loopback.
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>

#include "ledgers/transport/http_server.hpp"
#include "ledgers/transport/websocket_client.hpp"
#include "tests/ledgers/transport/raw_socket.hpp"
#include "tests/patience.hpp"

namespace clearspan::transport {
namespace {

constexpr Millis kTimeout = kPatience;

void not_found(const Request&, const Respond& respond) {
  respond(problem(404, make_error(ErrorCode::not_found)));
}

WebSocketHandler echo_on(std::string path) {
  WebSocketHandler handler;
  handler.admit = [path = std::move(path)](const Request& request) -> std::optional<Response> {
    if (request.path() == path) return std::nullopt;
    return problem(404, make_error(ErrorCode::not_found));
  };
  handler.on_message = [](const WebSocketHandler::Session& session, std::string_view text) {
    session->send("echo:" + std::string(text));
  };
  return handler;
}

std::unique_ptr<HttpServer> start(const ServerOptions& options, WebSocketHandler handler) {
  return HttpServer::start(options, not_found, std::move(handler)).value();
}

Url url_of(const HttpServer& server, std::string_view path) {
  return parse_url("ws://127.0.0.1:" + std::to_string(server.port()) + std::string(path)).value();
}

TEST(websocket, echoes) {
  const auto server = start({}, echo_on("/ws"));
  WebSocketClient client({});
  ASSERT_TRUE(client.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  for (const std::string& text : {std::string("a"), std::string(), std::string(200'000, 'x')}) {
    ASSERT_TRUE(client.send_text(text, kTimeout).ok());
    EXPECT_EQ(client.receive(kTimeout).value(), "echo:" + text);
  }
  client.close(kTimeout);
  EXPECT_FALSE(client.is_open());
  EXPECT_EQ(client.receive(kTimeout).error().code, ErrorCode::unreachable);
}

TEST(websocket, refuses_the_upgrade_that_is_not_admitted) {
  const auto server = start({}, echo_on("/ws"));
  WebSocketClient client({});
  const Status status = client.connect(url_of(*server, "/other"), {}, kTimeout);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::remote_refused);
  EXPECT_NE(status.error().detail.find("404"), std::string::npos);
  EXPECT_FALSE(client.is_open());
}

TEST(websocket, gives_the_admission_the_fields_of_the_client) {
  WebSocketHandler handler = echo_on("/ws");
  handler.admit = [](const Request& request) -> std::optional<Response> {
    if (request.header("Authorization") == "Bearer k") return std::nullopt;
    return problem(401, make_error(ErrorCode::unauthorized));
  };
  const auto server = start({}, handler);
  WebSocketClient client({});
  EXPECT_FALSE(client.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  EXPECT_TRUE(client.connect(url_of(*server, "/ws"), {{"Authorization", "Bearer k"}}, kTimeout).ok());
  EXPECT_EQ(client.connect(url_of(*server, "/ws"), {{"X", "a\r\nb"}}, kTimeout).error().code, ErrorCode::invalid_value);
}

TEST(websocket, refuses_malformed_upgrades_with_a_problem) {
  const auto server = start({}, echo_on("/ws"));
  const std::string head = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::vector<std::pair<std::string, int>> forms = {
      {head + "Sec-WebSocket-Version: 12\r\n" + key + "\r\n", 426},
      {head + key + "\r\n", 426},
      {head + "Sec-WebSocket-Version: 13\r\n\r\n", 400},
      {head + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n", 400},
      {head + "Sec-WebSocket-Version: 13\r\n" + key + "\r\nearly frame", 400},
      {head + "Transfer-Encoding: chunked\r\nSec-WebSocket-Version: 13\r\n" + key + "\r\n", 400},
  };
  for (const auto& [form, status] : forms) {
    RawSocket socket(server->port());
    ASSERT_TRUE(socket.send(form));
    const std::string answer = socket.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(status))) << form << answer;
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
  }
  RawSocket socket(server->port());
  ASSERT_TRUE(socket.send(head + "Sec-WebSocket-Version: 13\r\n" + key + "\r\n"));
  const std::string answer = socket.read_until("\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
  EXPECT_NE(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << answer;  // RFC 6455, section 1.3
}

TEST(websocket, sends_from_another_thread_in_order) {
  std::promise<WebSocketHandler::Session> opened;
  WebSocketHandler handler = echo_on("/ws");
  handler.on_open = [&](const WebSocketHandler::Session& session) { opened.set_value(session); };
  const auto server = start({}, handler);
  WebSocketClient client({});
  ASSERT_TRUE(client.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  const auto session = opened.get_future().get();
  EXPECT_EQ(session->request().path(), "/ws");
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(session->send(std::to_string(i)));
  session->close();
  EXPECT_FALSE(session->send("late"));
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.receive(kTimeout).value(), std::to_string(i));
  EXPECT_EQ(client.receive(kTimeout).error().code, ErrorCode::unreachable);
}

TEST(websocket, loses_nothing_when_a_receive_times_out) {
  std::promise<WebSocketHandler::Session> opened;
  WebSocketHandler handler = echo_on("/ws");
  handler.on_open = [&](const WebSocketHandler::Session& session) { opened.set_value(session); };
  const auto server = start({}, handler);
  WebSocketClient client({});
  ASSERT_TRUE(client.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  EXPECT_EQ(client.receive(Millis{50}).error().code, ErrorCode::timed_out);
  EXPECT_EQ(client.receive(Millis{0}).error().code, ErrorCode::timed_out);
  opened.get_future().get()->send("here");
  EXPECT_EQ(client.receive(kTimeout).value(), "here");
  ASSERT_TRUE(client.send_text("x", kTimeout).ok());
  EXPECT_EQ(client.receive(kTimeout).value(), "echo:x");
}

TEST(websocket, drops_a_consumer_that_does_not_keep_up) {
  std::promise<WebSocketHandler::Session> opened;
  std::promise<void> closed;
  WebSocketHandler handler = echo_on("/ws");
  handler.on_open = [&](const WebSocketHandler::Session& session) { opened.set_value(session); };
  handler.on_close = [&](const WebSocketHandler::Session&) { closed.set_value(); };
  ServerOptions options;
  options.websocket_queue_bytes_max = 1U << 20;
  const auto server = start(options, handler);
  WebSocketClient client({});
  ASSERT_TRUE(client.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  const auto session = opened.get_future().get();
  int sent = 0;
  while (sent < 2'000 && session->send(std::string(100'000, 'x'))) ++sent;
  EXPECT_LT(sent, 2'000);
  EXPECT_EQ(closed.get_future().wait_for(kTimeout), std::future_status::ready);
  EXPECT_FALSE(session->is_open());
}

TEST(websocket, closes_on_messages_that_are_too_large_for_either_side) {
  ServerOptions options;
  options.websocket_message_bytes_max = 1'000;
  const auto server = start(options, echo_on("/ws"));
  WebSocketClient client({});
  ASSERT_TRUE(client.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  ASSERT_TRUE(client.send_text(std::string(1'001, 'x'), kTimeout).ok());
  EXPECT_EQ(client.receive(kTimeout).error().code, ErrorCode::unreachable);

  WebSocketClient small({.message_bytes_max = 100});
  ASSERT_TRUE(small.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  ASSERT_TRUE(small.send_text(std::string(200, 'x'), kTimeout).ok());
  EXPECT_EQ(small.receive(kTimeout).error().code, ErrorCode::too_large);
}

TEST(websocket, survives_the_end_of_the_server_on_both_sides) {
  std::promise<WebSocketHandler::Session> opened;
  std::atomic<int> closed = 0;
  WebSocketHandler handler = echo_on("/ws");
  handler.on_open = [&](const WebSocketHandler::Session& session) { opened.set_value(session); };
  handler.on_close = [&](const WebSocketHandler::Session&) { ++closed; };
  auto server = start({}, handler);
  WebSocketClient client({});
  ASSERT_TRUE(client.connect(url_of(*server, "/ws"), {}, kTimeout).ok());
  const auto session = opened.get_future().get();
  server.reset();
  EXPECT_EQ(closed, 1);
  EXPECT_FALSE(session->send("x"));
  session->close();
  EXPECT_EQ(session->request().path(), "/ws");
  EXPECT_EQ(client.receive(kTimeout).error().code, ErrorCode::unreachable);
  EXPECT_EQ(client.connect(parse_url("ws://127.0.0.1:1/").value(), {}, kTimeout).error().code, ErrorCode::unreachable);
}

}  // namespace
}  // namespace clearspan::transport
