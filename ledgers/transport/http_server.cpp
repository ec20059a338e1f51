#include "ledgers/transport/http_server.hpp"

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <ctime>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/verify.hpp"
#include "ledgers/this_thread.hpp"
#include "ledgers/transport/server_core.hpp"

namespace clearspan::transport {
namespace {

// How exactly deadlines are kept. One timer looks at all connections: cheaper than a timer per read and write.
constexpr Millis kTick{50};

std::string make_date_field() {
  std::array<char, 48> text{};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  const std::size_t size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  return {text.data(), size};
}

}  // namespace

class HttpServer::Impl {
 public:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                           asio::io_context::executor_type>;

  Impl(ServerOptions options, Handler handler, WebSocketHandler websocket_handler)
      : acceptor_(core_.io), timer_(core_.io) {
    core_.options = std::move(options);
    core_.handler = std::move(handler);
    core_.websocket = std::move(websocket_handler);
    core_.date_field = make_date_field();
    core_.mailbox = std::make_shared<Mailbox>(
        [this] { asio::post(core_.io, [mailbox = core_.mailbox.get()] { mailbox->run(); }); });
  }

  Status listen() {
    boost::system::error_code failure;
    const auto address = asio::ip::make_address(core_.options.address, failure);
    if (failure) return make_error(ErrorCode::config_invalid, "not an IP address: " + core_.options.address, "address");
    const asio::ip::tcp::endpoint endpoint(address, core_.options.port);
    acceptor_.open(endpoint.protocol(), failure);
    if (!failure) acceptor_.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure) acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
    if (!failure) port_ = acceptor_.local_endpoint(failure).port();
    if (failure) {
      return make_error(ErrorCode::config_invalid,
                        "cannot listen on " + core_.options.address + " port " + std::to_string(core_.options.port) +
                            ": " + failure.message(),
                        "port");
    }
    return Done{};
  }

  void run() {
    accept();
    wait_for_tick();
    thread_ = std::thread([this] {
      name_this_thread("http");
      core_.thread = std::this_thread::get_id();
      core_.io.run();
    });
  }

  void stop() {
    if (!thread_.joinable()) return;
    CLEARSPAN_VERIFY(std::this_thread::get_id() != thread_.get_id());
    asio::post(core_.io, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      abort_all();
      core_.io.stop();
    });
    thread_.join();
    core_.mailbox->close();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& failure, ServerSocket socket) {
      if (failure == asio::error::operation_aborted) return;
      if (failure) {  // such as no file descriptors left: try again when some may have been closed
        is_accepting_ = false;
        return;
      }
      if (core_.channels.size() < core_.options.connections_max) {
        serve_http(core_, std::move(socket));
      } else {
        turn_away(std::move(socket));
      }
      accept();
    });
    is_accepting_ = true;
  }

  // Beyond the limit nothing is waited for: the short answer goes into the socket's empty buffer, or nowhere.
  static void turn_away(ServerSocket socket) {
    const Response response = problem(503, make_error(ErrorCode::overloaded, "the server has too many connections"));
    const std::string bytes = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: " + response.content_type +
                              "\r\nContent-Length: " + std::to_string(response.body.size()) +
                              "\r\nConnection: close\r\n\r\n" + response.body;
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(bytes), ignored);
    socket.shutdown(asio::socket_base::shutdown_both, ignored);
  }

  void wait_for_tick() {
    timer_.expires_after(kTick);
    timer_.async_wait([this](const boost::system::error_code& failure) {
      if (failure) return;
      tick();
      wait_for_tick();
    });
  }

  void tick() {
    const SteadyTime now = std::chrono::steady_clock::now();
    core_.date_field = make_date_field();
    due_.assign(core_.channels.begin(), core_.channels.end());  // a channel may leave the set in its tick
    for (const auto& channel : due_) channel->tick(now);
    due_.clear();
    if (!is_accepting_) accept();
  }

  void abort_all() {
    due_.assign(core_.channels.begin(), core_.channels.end());
    for (const auto& channel : due_) channel->abort();
    due_.clear();
  }

  ServerCore core_;
  Acceptor acceptor_;
  Timer timer_;
  std::thread thread_;
  std::uint16_t port_ = 0;
  bool is_accepting_ = false;
  std::vector<std::shared_ptr<Channel>> due_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  stop();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, Handler handler,
                                                      WebSocketHandler websocket_handler) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler), std::move(websocket_handler));
  CLEARSPAN_CHECK_OK(impl->listen());
  impl->run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const {
  return impl_->port();
}

void HttpServer::stop() {
  impl_->stop();
}

}  // namespace clearspan::transport
