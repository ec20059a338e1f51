// A blocking HTTP/1.1 client for one server. It keeps one connection alive and opens it again when needed; one owner at
// a time.
//
// Its rule: a request that may have reached the server and got no whole answer is reported as `unreachable` or
// `timed_out`, which prove nothing about its effect, and is never sent again behind the caller's back. The one
// exception is a request marked idempotent on a kept-alive connection that the server closed before the first byte of
// an answer.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/transport/response.hpp"
#include "ledgers/transport/url.hpp"

namespace clearspan::transport {

struct ClientLimits {
  std::size_t answer_bytes_max = 64U << 20;  // a block with all its receipts is below 16 MB
  std::uint32_t answer_head_bytes_max = 64U << 10;
  std::size_t message_bytes_max = 64U << 20;  // one WebSocket message
  std::string ca_file = {};  // certificates to trust instead of the system's (PEM); for https and wss only
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";
  Headers headers = {};  // further fields; Host, Content-Length and Connection are the client's own
  std::string body = {};
  bool idempotent = false;
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

class HttpClient {
 public:
  HttpClient(Url url, ClientLimits limits);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Sends a request and waits for the whole answer. Any status is a success of this call; redirects are not followed.
  // The timeout covers everything: name lookup, connecting, TLS, sending and receiving. Errors: unreachable, timed_out,
  // remote_malformed (not HTTP, or an answer without a stated length), too_large (the answer), invalid_value (a request
  // that cannot be put in a head). After an error the connection is closed; the next call opens another.
  Result<HttpResponse> request(const HttpRequest& request, Millis timeout);

  // POST of a JSON text to the URL's own target. A status other than 200 is remote_refused with the start of the body.
  Result<std::string> post_json(std::string body, bool idempotent, Millis timeout);

  [[nodiscard]] const Url& url() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clearspan::transport
