// The one HTTP and WebSocket server of Clearspan: one thread of its own, asynchronous, the strict gate (http_gate.hpp)
// in front, a deadline on every phase of a connection and a limit on everything that waits.
//
//   bytes -> gate -> Handler(Request, Respond) -> ... any thread ... -> Respond(Response) -> bytes, in request order
//
// Requests may be pipelined; their answers leave in order, many per write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/transport/http_gate.hpp"
#include "ledgers/transport/request.hpp"
#include "ledgers/transport/response.hpp"

namespace clearspan::transport {

// The answer to one request, to be given once, from any thread, also after the connection or the server is gone. Copies
// stand for the same answer: the first call counts. When the last copy is dropped without a call, the answer is 500.
class Respond {
 public:
  struct Ticket;

  explicit Respond(std::shared_ptr<Ticket> ticket) : ticket_(std::move(ticket)) {}

  void operator()(Response response) const;

 private:
  std::shared_ptr<Ticket> ticket_;
};

// Called on the server's thread, so it must not wait.
using Handler = std::function<void(Request, Respond)>;

// One open WebSocket. Every function may be called from any thread.
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;

  // Queues one text message. False when the session has ended, which includes the case that the queue is full: a
  // consumer that does not keep up is dropped.
  virtual bool send(std::string text) = 0;

  // Ends the session after what was sent so far.
  virtual void close() = 0;

  [[nodiscard]] virtual bool is_open() const = 0;

  // The upgrade request.
  [[nodiscard]] virtual const Request& request() const = 0;
};

// All are called on the server's thread. `admit` must be set for a server with WebSockets; the others may be empty.
struct WebSocketHandler {
  using Session = std::shared_ptr<WebSocketSession>;

  std::function<std::optional<Response>(const Request&)> admit;  // none lets the upgrade through; else the refusal
  std::function<void(const Session&)> on_open;
  std::function<void(const Session&, std::string_view)> on_message;  // text messages only
  std::function<void(const Session&)> on_close;                      // once for each session that was opened
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  GateLimits gate;

  std::size_t connections_max = 1024;
  std::size_t pipeline_max = 64;  // requests of one connection that may wait for their answers

  Millis idle_timeout{60'000};    // between two requests
  Millis head_timeout{10'000};    // from a request's first byte to the end of its head
  Millis body_timeout{30'000};    // from the end of the head to the end of the body
  Millis answer_timeout{60'000};  // from the request to Respond; 503 after that
  Millis write_timeout{30'000};   // for one write to be taken by the other side

  std::size_t websocket_message_bytes_max = 1U << 20;
  std::size_t websocket_queue_messages_max = 1024;
  std::size_t websocket_queue_bytes_max = 16U << 20;
};

class HttpServer {
 public:
  // Binds, listens and starts the thread. Errors: config_invalid (address in use or not valid).
  static Result<std::unique_ptr<HttpServer>> start(ServerOptions options, Handler handler,
                                                   WebSocketHandler websocket_handler = {});

  // Stops, too.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  // Closes every connection and joins the thread. No handler runs after it has returned. Not from a handler.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clearspan::transport
