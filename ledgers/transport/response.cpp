#include "ledgers/transport/response.hpp"

#include <utility>

#include "codecs/json/writer.hpp"
#include "ledgers/transport/stream_queue.hpp"

namespace clearspan::transport {

Stream::Stream(std::size_t queue_bytes_max) : queue_(std::make_shared<Queue>(queue_bytes_max)) {}

Stream::~Stream() {
  close();
}

bool Stream::send(std::string_view text) {
  const std::lock_guard lock(queue_->mutex);
  if (queue_->state != Queue::State::open) return false;
  const bool fits = queue_->waiting.size() + text.size() <= queue_->bytes_max;
  const bool was_idle = queue_->waiting.empty();
  if (fits) {
    queue_->waiting.append(text);
  } else {
    queue_->state = Queue::State::ended;
  }
  if (queue_->wake && (was_idle || !fits)) queue_->wake();
  return fits;
}

void Stream::close() {
  const std::lock_guard lock(queue_->mutex);
  if (queue_->state != Queue::State::open) return;
  queue_->state = Queue::State::closing;
  if (queue_->wake) queue_->wake();
}

bool Stream::is_open() const {
  const std::lock_guard lock(queue_->mutex);
  return queue_->state == Queue::State::open;
}

void Stream::on_end(std::function<void()> callback) {
  {
    const std::lock_guard lock(queue_->mutex);
    if (!queue_->has_ended) {
      queue_->on_end = std::move(callback);
      return;
    }
  }
  if (callback) callback();
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 207:
      return "Multi-Status";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Other";
  }
}

Response problem(int status, const Error& error) {
  json::Writer out;
  out.begin_object()
      .field("type", "about:blank")
      .field("title", reason_phrase(status))
      .field("status", status)
      .field("code", to_string(error.code))
      .field("detail", error.detail.empty() ? meaning_of(error.code) : std::string_view(error.detail));
  if (!error.field.empty()) out.field("field", error.field);
  out.end_object();

  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = out.take();
  return response;
}

Response event_stream(std::size_t queue_bytes_max) {
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.stream = std::make_shared<Stream>(queue_bytes_max);
  return response;
}

}  // namespace clearspan::transport
