// What a handler answers: a status with a whole body, or a stream of text that goes on until one side closes it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"

namespace clearspan::transport {

using Headers = std::vector<std::pair<std::string, std::string>>;

// An answer without an end, such as server-sent events. Every function may be called from any thread. A consumer that
// does not keep up is dropped: its queue is bounded, and the producer never waits.
class Stream {
 public:
  // Bytes that may wait for one consumer.
  static constexpr std::size_t kQueueBytesMax = 4U << 20;

  explicit Stream(std::size_t queue_bytes_max = kQueueBytesMax);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Appends text, for events in the form "data: ...\n\n". False when the stream has ended, which includes the case that
  // this text did not fit: the consumer is dropped then.
  bool send(std::string_view text);

  // Ends the stream after what was sent so far.
  void close();

  [[nodiscard]] bool is_open() const;

  // Called once, on the server's thread, when the consumer is gone, was dropped or the stream was closed; at once when
  // that has happened already.
  void on_end(std::function<void()> callback);

  // The server's side; of no use to handlers.
  struct Queue;

  [[nodiscard]] const std::shared_ptr<Queue>& queue() const { return queue_; }

 private:
  std::shared_ptr<Queue> queue_;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type;  // empty: application/json
  Headers headers;           // further fields; not Content-Length, Content-Type, Connection or Date
  bool close = false;        // close the connection after this answer

  // When set, the body is empty, the fields are sent at once, and the connection serves the stream until its end.
  std::shared_ptr<Stream> stream;
};

// "Not Found" for 404.
std::string_view reason_phrase(int status);

// The answer to a failed request as application/problem+json (RFC 9457): type, title and status, and as extensions the
// code, the detail and, where there is one, the offending field.
Response problem(int status, const Error& error);

// A stream of server-sent events, ready to be answered; keep `response.stream` to send on it.
Response event_stream(std::size_t queue_bytes_max = Stream::kQueueBytesMax);

}  // namespace clearspan::transport
