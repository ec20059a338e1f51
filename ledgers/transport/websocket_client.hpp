// A blocking WebSocket client (RFC 6455) with a deadline on each call; one owner at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/transport/http_client.hpp"

namespace clearspan::transport {

class WebSocketClient {
 public:
  explicit WebSocketClient(ClientLimits limits);
  ~WebSocketClient();
  WebSocketClient(WebSocketClient&&) noexcept;
  WebSocketClient& operator=(WebSocketClient&&) noexcept;

  // Opens the connection to a ws or wss URL; one that is open is dropped first. `headers` go into the upgrade request.
  // Errors: unreachable, timed_out, remote_refused (no upgrade), invalid_value.
  Status connect(const Url& url, const Headers& headers, Millis timeout);

  // Errors: unreachable, timed_out; the connection is closed then.
  Status send_text(std::string_view text, Millis timeout);

  // The next message. timed_out leaves the connection open and loses nothing: the call can be repeated. Errors besides:
  // unreachable, too_large, remote_malformed; the connection is closed then.
  Result<std::string> receive(Millis timeout);

  // Says goodbye and waits for at most the timeout; never fails.
  void close(Millis timeout);

  [[nodiscard]] bool is_open() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clearspan::transport
