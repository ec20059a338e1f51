#include "ledgers/transport/websocket_client.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "ledgers/transport/client_socket.hpp"

namespace clearspan::transport {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

template <class Stream>
PlainStream& socket_of(websocket::stream<Stream>& stream) {
  if constexpr (std::is_same_v<Stream, PlainStream>) {
    return stream.next_layer();
  } else {
    return stream.next_layer().next_layer();
  }
}

bool is_field(const std::pair<std::string, std::string>& field) {
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f' && c != ':'; };
  const auto is_text = [](char c) { return c >= ' ' && c < '\x7f'; };
  return !field.first.empty() && std::all_of(field.first.begin(), field.first.end(), is_visible) &&
         std::all_of(field.second.begin(), field.second.end(), is_text);
}

}  // namespace

class WebSocketClient::Impl {
 public:
  explicit Impl(ClientLimits limits) : limits_(std::move(limits)), opener_(limits_.ca_file) {}

  ~Impl() { drop(); }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status connect(const Url& url, const Headers& headers, Millis timeout) {
    if (url.scheme != "ws" && url.scheme != "wss") {
      return make_error(ErrorCode::invalid_value, "not a WebSocket address: " + url.text(), "url");
    }
    for (const auto& field : headers) {
      if (!is_field(field)) return make_error(ErrorCode::invalid_value, "the field cannot be sent", field.first);
    }
    drop();
    url_ = url;
    const Deadline deadline = deadline_in(timeout);
    CLEARSPAN_TRY(auto opened, opener_.open(io_, url, deadline));
    std::visit(
        [this]<class Stream>(Stream& stream) {
          stream_.emplace<std::unique_ptr<websocket::stream<Stream>>>(
              std::make_unique<websocket::stream<Stream>>(std::move(stream)));
        },
        opened);
    return with_stream([&](auto& stream) { return upgrade(stream, headers, deadline); });
  }

  Status send_text(std::string_view text, Millis timeout) {
    if (!is_open()) return closed();
    return with_stream([&](auto& stream) -> Status {
      Outcome outcome;
      stream.async_write(asio::buffer(text.data(), text.size()),
                         [&](const beast::error_code& failure, std::size_t) { outcome.set(failure); });
      return conclude(outcome, "sending a message", deadline_in(timeout));
    });
  }

  Result<std::string> receive(Millis timeout) {
    if (!is_open()) return closed();
    if (!is_reading_) start_read();
    if (!run_until(io_, read_.is_done, deadline_in(timeout))) return timed_out(url_, "waiting for a message");
    is_reading_ = false;
    if (read_.failure) {
      Error error = read_error();
      drop();
      return error;
    }
    std::string message = beast::buffers_to_string(input_.data());
    input_.consume(input_.size());
    return message;
  }

  void close(Millis timeout) {
    if (!is_open()) return;
    (void)with_stream([&](auto& stream) -> Status {
      Outcome outcome;
      stream.async_close(websocket::close_code::normal,
                         [&](const beast::error_code& failure) { outcome.set(failure); });
      return conclude(outcome, "closing", deadline_in(timeout));
    });
    drop();
  }

  [[nodiscard]] bool is_open() const { return !std::holds_alternative<std::monostate>(stream_); }

 private:
  struct Outcome {
    bool is_done = false;
    beast::error_code failure;

    void set(const beast::error_code& result) {
      failure = result;
      is_done = true;
    }
  };

  template <class Stream>
  using Owned = std::unique_ptr<websocket::stream<Stream>>;

  template <class Action>
  Status with_stream(Action action) {
    if (auto* plain = std::get_if<Owned<PlainStream>>(&stream_)) return action(**plain);
    if (auto* tls = std::get_if<Owned<TlsStream>>(&stream_)) return action(**tls);
    return closed();
  }

  template <class Stream>
  Status upgrade(websocket::stream<Stream>& stream, const Headers& headers, Deadline deadline) {
    stream.read_message_max(limits_.message_bytes_max);
    stream.text(true);
    stream.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
      for (const auto& [name, value] : headers) request.set(name, value);
    }));
    Outcome outcome;
    websocket::response_type response;
    stream.async_handshake(response, url_.authority(), url_.target,
                           [&](const beast::error_code& failure) { outcome.set(failure); });
    run_until(io_, outcome.is_done, deadline);
    if (outcome.is_done && outcome.failure == websocket::error::upgrade_declined) {
      drop();
      return make_error(ErrorCode::remote_refused,
                        url_.authority() + ": no WebSocket here: status " + std::to_string(response.result_int()));
    }
    return conclude(outcome, "the WebSocket handshake", deadline);
  }

  // Waits for an operation. When it fails or takes too long, the connection is dropped.
  Status conclude(Outcome& outcome, std::string_view doing, Deadline deadline) {
    const bool is_done = run_until(io_, outcome.is_done, deadline);
    const beast::error_code failure = outcome.failure;
    if (is_done && !failure) return Done{};
    drop();
    if (!is_done) return timed_out(url_, doing);
    return unreachable(url_, doing, failure);
  }

  [[nodiscard]] Error read_error() const {
    if (read_.failure == websocket::error::message_too_big || read_.failure == websocket::error::buffer_overflow) {
      return make_error(ErrorCode::too_large, url_.authority() + ": the message is larger than the limit");
    }
    if (read_.failure == websocket::condition::protocol_violation) {
      return make_error(ErrorCode::remote_malformed, url_.authority() + ": " + read_.failure.message());
    }
    return unreachable(url_, "waiting for a message", read_.failure);
  }

  // The read goes on over calls of receive(): one that has timed out has lost nothing.
  void start_read() {
    is_reading_ = true;
    read_ = Outcome{};
    (void)with_stream([this](auto& stream) -> Status {
      stream.async_read(input_, [this](const beast::error_code& failure, std::size_t) { read_.set(failure); });
      return Done{};
    });
  }

  [[nodiscard]] Error closed() const { return make_error(ErrorCode::unreachable, "the WebSocket is not open"); }

  void drop() {
    (void)with_stream([](auto& stream) -> Status {
      boost::system::error_code ignored;
      socket_of(stream).close(ignored);
      return Done{};
    });
    run_remaining(io_);
    stream_.emplace<std::monostate>();
    input_.clear();
    is_reading_ = false;
  }

  ClientLimits limits_;
  Url url_;
  asio::io_context io_{1};
  StreamOpener opener_;
  std::variant<std::monostate, Owned<PlainStream>, Owned<TlsStream>> stream_;
  beast::flat_buffer input_;
  bool is_reading_ = false;
  Outcome read_;
};

WebSocketClient::WebSocketClient(ClientLimits limits) : impl_(std::make_unique<Impl>(std::move(limits))) {}

WebSocketClient::~WebSocketClient() = default;
WebSocketClient::WebSocketClient(WebSocketClient&&) noexcept = default;
WebSocketClient& WebSocketClient::operator=(WebSocketClient&&) noexcept = default;

Status WebSocketClient::connect(const Url& url, const Headers& headers, Millis timeout) {
  return impl_->connect(url, headers, timeout);
}

Status WebSocketClient::send_text(std::string_view text, Millis timeout) {
  return impl_->send_text(text, timeout);
}

Result<std::string> WebSocketClient::receive(Millis timeout) {
  return impl_->receive(timeout);
}

void WebSocketClient::close(Millis timeout) {
  impl_->close(timeout);
}

bool WebSocketClient::is_open() const {
  return impl_->is_open();
}

}  // namespace clearspan::transport
