#include "ledgers/transport/http_client.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <utility>

#include "core/base/kill_point.hpp"
#include "ledgers/transport/client_socket.hpp"
#include "ledgers/transport/request.hpp"

namespace clearspan::transport {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kReadBytes = 64U << 10;
constexpr std::size_t kRefusalBytesShown = 200;  // of the body of an unexpected answer, in our error

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool is_word(std::string_view text) {
  return !text.empty() && is_plain(text) && text.find_first_of(" :") == std::string_view::npos;
}

bool is_own_field(std::string_view name) {
  return is_same_name(name, "Host") || is_same_name(name, "Content-Length") || is_same_name(name, "Connection") ||
         is_same_name(name, "Transfer-Encoding");
}

Result<std::string> write_head(const HttpRequest& request, const Url& url) {
  if (!is_word(request.method)) return make_error(ErrorCode::invalid_value, "the method is not a word", "method");
  if (!request.target.starts_with('/') || !is_plain(request.target) || request.target.find(' ') != std::string::npos) {
    return make_error(ErrorCode::invalid_value, "the target is not a path of visible characters", "target");
  }
  std::string bytes;
  bytes.reserve(256 + request.body.size());
  bytes += request.method + " " + request.target + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n";
  for (const auto& [name, value] : request.headers) {
    if (!is_word(name) || !is_plain(value) || is_own_field(name)) {
      return make_error(ErrorCode::invalid_value, "the field cannot be sent", name);
    }
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  const bool has_body = request.method != "GET" && request.method != "HEAD";
  if (!has_body && !request.body.empty()) {
    return make_error(ErrorCode::invalid_value, "a " + request.method + " has no body", "body");
  }
  if (has_body) bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  bytes += "\r\n";
  return bytes;
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (is_same_name(key, name)) return value;
  }
  return std::nullopt;
}

class HttpClient::Impl {
 public:
  Impl(Url url, ClientLimits limits) : url_(std::move(url)), limits_(std::move(limits)), opener_(limits_.ca_file) {}

  Result<HttpResponse> request(const HttpRequest& request, Millis timeout) {
    CLEARSPAN_TRY(std::string bytes, write_head(request, url_));
    bytes += request.body;
    const Deadline deadline = deadline_in(timeout);
    if (stream_ && is_stale()) stream_.reset();
    const bool is_reused = stream_.has_value();
    auto response = attempt(request, bytes, deadline);
    if (!response.ok() && is_reused && request.idempotent && was_closed_before_answer_) {
      response = attempt(request, bytes, deadline);
    }
    return response;
  }

  [[nodiscard]] const Url& url() const { return url_; }

 private:
  struct Transfer {
    bool is_done = false;  // false: the deadline has passed
    boost::system::error_code failure;
  };

  // Sends the request and receives its answer once. After an error, or when the answer ends it, the connection is
  // closed.
  Result<HttpResponse> attempt(const HttpRequest& request, std::string_view bytes, Deadline deadline) {
    was_closed_before_answer_ = false;
    if (!stream_) {
      input_.clear();
      CLEARSPAN_TRY(auto opened, opener_.open(io_, url_, deadline));
      stream_.emplace(std::move(opened));
    }
    auto response = send_and_receive(request, bytes, deadline);
    if (!response.ok()) close();
    return response;
  }

  Result<HttpResponse> send_and_receive(const HttpRequest& request, std::string_view bytes, Deadline deadline) {
    const Transfer sent = write(bytes, deadline);
    if (!sent.is_done) return timed_out(url_, "sending the request");
    if (request.method == "POST") kill_point(KillPoint::post_sent);
    // A server may refuse a request before it has read all of it, so a failed write is followed by a look for the
    // answer.
    bool has_begun = false;
    while (true) {
      Parser parser;
      CLEARSPAN_CHECK_OK(receive(parser, request.method == "HEAD", has_begun, deadline));
      const bool is_interim = parser.get().result_int() < 200;
      if (is_interim && parser.get().result_int() != 101) continue;
      if (sent.failure || !parser.keep_alive() || input_.size() != 0) close();
      return take(parser);
    }
  }

  // Reads one whole answer, an interim one included.
  Status receive(Parser& parser, bool has_no_body, bool& has_begun, Deadline deadline) {
    parser.eager(true);
    parser.header_limit(limits_.answer_head_bytes_max);
    parser.body_limit(limits_.answer_bytes_max);
    parser.skip(has_no_body);
    while (true) {
      CLEARSPAN_CHECK_OK(parse_input(parser));
      if (parser.is_done()) return Done{};
      const Transfer received = read(deadline);
      if (!received.is_done) return timed_out(url_, "waiting for the answer");
      if (received.failure) {
        was_closed_before_answer_ = !has_begun;
        return unreachable(url_, has_begun ? "the connection ended within the answer" : "waiting for the answer",
                           received.failure);
      }
      has_begun = true;
    }
  }

  Status parse_input(Parser& parser) {
    while (input_.size() != 0 && !parser.is_done()) {
      beast::error_code failure;
      const std::size_t used = parser.put(input_.data(), failure);
      input_.consume(used);
      if (failure == http::error::body_limit || failure == http::error::header_limit ||
          failure == http::error::buffer_overflow) {
        return make_error(ErrorCode::too_large, url_.authority() + ": the answer is larger than the limit");
      }
      if (failure && failure != http::error::need_more) {
        return make_error(ErrorCode::remote_malformed, url_.authority() + ": not an HTTP answer: " + failure.message());
      }
      if (parser.is_header_done() && parser.need_eof()) {
        return make_error(
            ErrorCode::remote_malformed,
            url_.authority() + ": the answer states no length, so its end could not be told from a break");
      }
      if (failure || used == 0) break;
    }
    return Done{};
  }

  static HttpResponse take(Parser& parser) {
    auto message = parser.release();
    HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.body = std::move(message.body());
    return response;
  }

  template <class Start>
  Transfer run(Deadline deadline, Start start) {
    Transfer transfer;
    start([&transfer](const boost::system::error_code& failure, std::size_t) {
      transfer.failure = failure;
      transfer.is_done = true;
    });
    if (!run_until(io_, transfer.is_done, deadline)) {
      close();  // runs the handler, too
      transfer.is_done = false;
    }
    return transfer;
  }

  Transfer write(std::string_view bytes, Deadline deadline) {
    return run(deadline, [&](auto handler) {
      std::visit([&](auto& stream) { asio::async_write(stream, asio::buffer(bytes.data(), bytes.size()), handler); },
                 *stream_);
    });
  }

  Transfer read(Deadline deadline) {
    const auto room = input_.prepare(kReadBytes);
    std::size_t received = 0;
    const Transfer transfer = run(deadline, [&](auto handler) {
      const auto count_and_handle = [handler, &received](const boost::system::error_code& failure, std::size_t bytes) {
        received = bytes;
        handler(failure, bytes);
      };
      std::visit([&](auto& stream) { stream.async_read_some(room, count_and_handle); }, *stream_);
    });
    input_.commit(received);
    return transfer;
  }

  static PlainStream& socket_of(StreamOpener::AnyStream& stream) {
    if (auto* plain = std::get_if<PlainStream>(&stream)) return *plain;
    return std::get<TlsStream>(stream).next_layer();
  }

  // Whether the server has closed the kept-alive connection, or said something unasked, before anything was sent on it.
  bool is_stale() {
    char byte = 0;
    const auto seen = ::recv(socket_of(*stream_).native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    const bool may_be_tls_ticket = std::holds_alternative<TlsStream>(*stream_);
    return seen == 0 || !may_be_tls_ticket;
  }

  // The stream stays in place until its handlers have run.
  void close() {
    if (!stream_) return;
    boost::system::error_code ignored;
    socket_of(*stream_).close(ignored);
    run_remaining(io_);
    stream_.reset();
  }

  Url url_;
  ClientLimits limits_;
  asio::io_context io_{1};
  StreamOpener opener_;
  std::optional<StreamOpener::AnyStream> stream_;
  beast::flat_buffer input_;
  bool was_closed_before_answer_ = false;
};

HttpClient::HttpClient(Url url, ClientLimits limits)
    : impl_(std::make_unique<Impl>(std::move(url), std::move(limits))) {}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

const Url& HttpClient::url() const {
  return impl_->url();
}

Result<HttpResponse> HttpClient::request(const HttpRequest& request, Millis timeout) {
  return impl_->request(request, timeout);
}

Result<std::string> HttpClient::post_json(std::string body, bool idempotent, Millis timeout) {
  const HttpRequest request{.method = "POST",
                            .target = url().target,
                            .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                            .body = std::move(body),
                            .idempotent = idempotent};
  CLEARSPAN_TRY(HttpResponse response, impl_->request(request, timeout));
  if (response.status != 200) {
    return make_error(ErrorCode::remote_refused, url().authority() + ": status " + std::to_string(response.status) +
                                                     ": " + response.body.substr(0, kRefusalBytesShown));
  }
  return std::move(response.body);
}

}  // namespace clearspan::transport
