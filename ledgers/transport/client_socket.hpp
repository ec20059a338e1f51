// A client's connection to one server, plain or TLS, used in a blocking way with deadlines: each operation is started
// asynchronously and the event loop runs until it is done or its time is over. Private to this folder.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <string>
#include <variant>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/transport/url.hpp"

namespace clearspan::transport {

namespace asio = boost::asio;

using PlainStream = asio::ip::tcp::socket;
using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;
using Deadline = std::chrono::steady_clock::time_point;

inline Deadline deadline_in(Millis timeout) {
  return std::chrono::steady_clock::now() + timeout;
}

// Runs handlers until `is_done` or the deadline. Whether it is done.
bool run_until(asio::io_context& io, const bool& is_done, Deadline deadline);

// Runs what is left after the sockets were closed, so that no handler outlives what it refers to.
void run_remaining(asio::io_context& io);

// Both errors leave the outcome of what was sent unknown.
Error unreachable(const Url& url, std::string_view doing, const boost::system::error_code& failure);
Error timed_out(const Url& url, std::string_view doing);

// A context that verifies the server's certificate against the system's authorities, or those of `ca_file`.
// Errors: config_invalid.
Result<asio::ssl::context> make_tls_context(const std::string& ca_file);

// Opens streams to a URL. The context lives as long as the streams made with it.
class StreamOpener {
 public:
  explicit StreamOpener(std::string ca_file) : tls_(asio::ssl::context::tls_client), ca_file_(std::move(ca_file)) {}

  using AnyStream = std::variant<PlainStream, TlsStream>;

  // Looks the name up, connects and, for https and wss, completes the TLS handshake.
  Result<AnyStream> open(asio::io_context& io, const Url& url, Deadline deadline);

 private:
  Result<PlainStream> connect(asio::io_context& io, const Url& url, Deadline deadline);
  Result<TlsStream> secure(asio::io_context& io, PlainStream plain, const Url& url, Deadline deadline);

  asio::ssl::context tls_;
  std::string ca_file_;
  bool is_tls_ready_ = false;
};

}  // namespace clearspan::transport
