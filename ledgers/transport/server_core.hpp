// What the connections of one server share. Everything but the mailbox is touched by the server's thread alone. Private
// to this folder.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "ledgers/transport/http_server.hpp"
#include "ledgers/transport/mailbox.hpp"

namespace clearspan::transport {

namespace asio = boost::asio;

// With the executor's own type: the type-erased default costs a virtual call and a reference count per operation.
using ServerSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
using SteadyTime = std::chrono::steady_clock::time_point;

// What the server keeps alive until it is closed: an HTTP connection or a WebSocket session.
class Channel {
 public:
  virtual ~Channel() = default;

  // Looks at the deadlines.
  virtual void tick(SteadyTime now) = 0;

  // Closes at once; safe to call again. The server forgets the channel.
  virtual void abort() = 0;
};

struct ServerCore {
  ServerOptions options;
  Handler handler;
  WebSocketHandler websocket;
  asio::io_context io{1};
  std::shared_ptr<Mailbox> mailbox;
  std::thread::id thread;  // set before the first connection
  std::unordered_set<std::shared_ptr<Channel>> channels;
  std::string date_field;  // "Date: ...\r\n", renewed each second
};

// Reads one HTTP connection from its first byte to its end.
void serve_http(ServerCore& core, ServerSocket socket);

// Answers the upgrade request on the socket and serves the session.
void serve_websocket(ServerCore& core, ServerSocket socket, Request request);

}  // namespace clearspan::transport
