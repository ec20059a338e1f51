#include "ledgers/transport/http_connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "ledgers/transport/answer_writer.hpp"

namespace clearspan::transport {
namespace {

constexpr std::size_t kInputBytes = 16U << 10;      // at rest; grows for a large body and shrinks afterwards
constexpr std::size_t kInputRoomBytes = 4U << 10;   // at least this much is offered to each read
constexpr std::size_t kInputBytesKept = 64U << 10;  // a larger buffer is given back when it is empty
constexpr std::size_t kOutputBytesHigh = 1U << 20;  // no more requests are taken while this much waits to be written
constexpr Millis kDrainTimeout{2'000};              // for the other side to read a refusal and close

std::shared_ptr<const std::string> name_of_peer(const ServerSocket& socket) {
  boost::system::error_code failure;
  const auto endpoint = socket.remote_endpoint(failure);
  if (failure) return std::make_shared<const std::string>("unknown");
  const std::string address = endpoint.address().to_string();
  return std::make_shared<const std::string>((endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
                                             std::to_string(endpoint.port()));
}

}  // namespace

void serve_http(ServerCore& core, ServerSocket socket) {
  const auto connection = std::make_shared<HttpConnection>(core, std::move(socket));
  core.channels.insert(connection);
  connection->start();
}

HttpConnection::HttpConnection(ServerCore& core, ServerSocket socket)
    : core_(core), socket_(std::move(socket)), peer_(name_of_peer(socket_)), input_(kInputBytes, '\0') {}

void HttpConnection::start() {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  await(Awaiting::request, core_.options.idle_timeout);
  start_read();
}

void HttpConnection::tick(SteadyTime now) {
  if (is_writing_ && now >= write_deadline_) return abort();
  if (phase_ == Phase::draining && now >= read_deadline_) return abort();
  if (!slots_.empty() && !slots_.front().is_ready && now >= slots_.front().since + core_.options.answer_timeout) {
    Response response = problem(503, make_error(ErrorCode::timed_out, "the request was not answered in time"));
    response.close = true;
    return answer(first_number_, std::move(response));
  }
  if (phase_ != Phase::open || now < read_deadline_) return;
  switch (awaiting_) {
    case Awaiting::nothing:
      break;
    case Awaiting::request:
      abort();
      break;
    case Awaiting::head:
      refuse({408, make_error(ErrorCode::timed_out, "the request's head did not arrive in time")});
      pump();
      break;
    case Awaiting::body:
      refuse({408, make_error(ErrorCode::timed_out, "the request's body did not arrive in time")});
      pump();
      break;
  }
}

void HttpConnection::abort() {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  phase_ = Phase::closed;
  boost::system::error_code ignored;
  socket_.close(ignored);
  core_.channels.erase(self);
  for (const Slot& slot : slots_) {
    if (slot.response.stream) slot.response.stream->queue()->end();
  }
  slots_.clear();
  if (const auto stream = std::exchange(stream_, nullptr)) stream->end();
}

void HttpConnection::await(Awaiting what, Millis timeout) {
  awaiting_ = what;
  read_deadline_ = std::chrono::steady_clock::now() + timeout;
}

// --- requests -------------------------------------------------------------------------------------------------------

bool HttpConnection::may_take_requests() const {
  return phase_ == Phase::open && slots_.size() < core_.options.pipeline_max && output_.size() < kOutputBytesHigh;
}

void HttpConnection::read_requests() {
  is_taking_ = true;
  while (may_take_requests() && begin_ != end_ && read_one_request()) {
  }
  is_taking_ = false;
}

// Takes one whole request from the input. False when more bytes are needed or none will be taken any more.
bool HttpConnection::read_one_request() {
  if (!head_) {
    auto outcome = read_head(input(), scanned_, core_.options.gate);
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
      refuse(*refusal);
      return false;
    }
    if (const auto* incomplete = std::get_if<Incomplete>(&outcome)) {
      scanned_ = incomplete->scanned;
      if (awaiting_ != Awaiting::head) await(Awaiting::head, core_.options.head_timeout);
      return false;
    }
    head_ = std::get<RequestHead>(std::move(outcome));
    scanned_ = 0;
    if (input().size() < std::size_t{head_->size} + head_->body_size) {
      await(Awaiting::body, core_.options.body_timeout);
      // The interim answer may be left out (RFC 9110, section 10.1.1), which is done while other answers are due before
      // it.
      if (head_->expects_continue && input().size() == head_->size && slots_.empty()) {
        output_.text() += "HTTP/1.1 100 Continue\r\n\r\n";
      }
    }
  }
  if (input().size() < std::size_t{head_->size} + head_->body_size) return false;
  awaiting_ = Awaiting::nothing;
  dispatch(*std::exchange(head_, std::nullopt));
  return true;
}

void HttpConnection::dispatch(RequestHead head) {
  const std::size_t size = std::size_t{head.size} + head.body_size;
  std::string bytes(input().substr(0, size));
  begin_ += size;
  const bool wants_close = head.wants_close;
  const bool is_head_request = head.method.of(bytes) == "HEAD";
  const bool wants_websocket = head.wants_websocket && core_.websocket.admit;
  Request request(std::move(head), std::move(bytes), peer_);
  if (wants_websocket) return ask_for_upgrade(std::move(request));

  if (wants_close) phase_ = Phase::finishing;
  Slot& slot = slots_.emplace_back();
  slot.is_head_request = is_head_request;
  slot.since = std::chrono::steady_clock::now();
  const std::uint64_t number = first_number_ + slots_.size() - 1;
  core_.handler(std::move(request), make_respond(weak_from_this(), number, core_));
}

void HttpConnection::refuse(const Refusal& refusal) {
  Slot& slot = slots_.emplace_back();
  slot.is_ready = true;
  slot.response = problem(refusal.status, refusal.error);
  slot.response.close = true;
  phase_ = Phase::finishing;
  append_ready_answers();
}

std::optional<Refusal> HttpConnection::check_upgrade(const Request& request) const {
  constexpr std::size_t kKeyLength = 24;  // 16 bytes in base64 (RFC 6455, section 4.1)
  if (request.header("Sec-WebSocket-Version") != "13") {
    return Refusal{426, make_error(ErrorCode::bad_request, "the version is not 13", "Sec-WebSocket-Version")};
  }
  const auto key = request.header("Sec-WebSocket-Key");
  if (!key || key->size() != kKeyLength || !key->ends_with("==")) {
    return Refusal{400, make_error(ErrorCode::bad_request, "the key is not 16 bytes in base64", "Sec-WebSocket-Key")};
  }
  if (begin_ != end_) {
    return Refusal{400, make_error(ErrorCode::bad_request, "bytes follow an upgrade request before its answer")};
  }
  return std::nullopt;
}

void HttpConnection::ask_for_upgrade(Request request) {
  if (const auto refusal = check_upgrade(request)) return refuse(*refusal);
  if (auto refused = core_.websocket.admit(request)) {
    Slot& slot = slots_.emplace_back();
    slot.is_ready = true;
    slot.response = *std::move(refused);
    return append_ready_answers();
  }
  upgrade_ = std::move(request);
  phase_ = Phase::upgrading;
}

// --- answers --------------------------------------------------------------------------------------------------------

void HttpConnection::answer(std::uint64_t number, Response response) {
  const bool is_late = phase_ == Phase::closed || number < first_number_ || number - first_number_ >= slots_.size() ||
                       slots_[number - first_number_].is_ready;
  if (is_late) {
    if (response.stream) response.stream->queue()->end();
    return;
  }
  Slot& slot = slots_[number - first_number_];
  slot.is_ready = true;
  slot.response = std::move(response);
  if (number != first_number_) return;
  const auto self = shared_from_this();
  append_ready_answers();
  if (!is_taking_) pump();
}

void HttpConnection::append_ready_answers() {
  while (!slots_.empty() && slots_.front().is_ready) {
    Slot slot = std::move(slots_.front());
    slots_.pop_front();
    ++first_number_;
    append_answer(slot);
    const bool ends_here = slot.response.close || slot.response.stream;
    if (!ends_here) continue;
    for (const Slot& unanswered : slots_) {
      if (unanswered.response.stream) unanswered.response.stream->queue()->end();
    }
    first_number_ += slots_.size();
    slots_.clear();
    if (slot.response.stream && !slot.is_head_request) return begin_stream(slot.response.stream);
    if (slot.response.stream) slot.response.stream->queue()->end();
    phase_ = Phase::finishing;
  }
}

void HttpConnection::append_answer(Slot& slot) {
  if (!is_writable(slot.response)) {
    if (slot.response.stream) slot.response.stream->queue()->end();
    slot.response = problem(500, make_error(ErrorCode::no_answer, "the answer had a field that cannot be sent"));
  }
  const bool is_last = slot.response.close || slot.response.stream || (phase_ == Phase::finishing && slots_.empty());
  if (write_head(output_.text(), slot.response, {core_.date_field, is_last, slot.is_head_request})) {
    output_.add_body(std::move(slot.response.body));
  }
}

void HttpConnection::begin_stream(const std::shared_ptr<Stream>& stream) {
  phase_ = Phase::streaming;
  stream_ = stream->queue();
  stream_->attach([connection = weak_from_this(), mailbox = core_.mailbox] {
    mailbox->post([connection] {
      if (const auto alive = connection.lock()) alive->pump();
    });
  });
}

void HttpConnection::serve_stream() {
  if (is_writing_) return;
  auto work = stream_->take();
  output_.text() += work.text;
  switch (work.state) {
    case Stream::Queue::State::open:
      break;
    case Stream::Queue::State::closing:
      phase_ = Phase::finishing;
      std::exchange(stream_, nullptr)->end();
      break;
    case Stream::Queue::State::ended:
      abort();
      break;
  }
}

// --- the socket -----------------------------------------------------------------------------------------------------

// Does whatever is due: takes requests, writes, reads on, or ends.
void HttpConnection::pump() {
  const auto self = shared_from_this();
  if (phase_ == Phase::open) read_requests();
  if (phase_ == Phase::streaming) serve_stream();
  if (phase_ == Phase::closed) return;
  start_write();
  if (phase_ == Phase::closed) return;
  const bool is_quiet = !is_writing_ && output_.empty() && slots_.empty();
  if (is_quiet && phase_ == Phase::finishing) return finish();
  if (is_quiet && phase_ == Phase::upgrading && !is_reading_) return hand_over();
  if (is_quiet && has_input_ended_ && phase_ == Phase::open) return abort();
  if (is_quiet && phase_ == Phase::open && awaiting_ == Awaiting::nothing) {
    await(Awaiting::request, core_.options.idle_timeout);
  }
  if (may_take_requests() || phase_ == Phase::streaming) start_read();
}

void HttpConnection::make_room() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (input_.size() > kInputBytesKept) input_ = std::string(kInputBytes, '\0');
  }
  if (input_.size() - end_ >= kInputRoomBytes) return;
  input_.erase(0, begin_);
  end_ -= begin_;
  begin_ = 0;
  // Grows with what has arrived, not with what was announced; bounded by the gate's limits.
  input_.resize(std::max(kInputBytes, end_ * 2 + kInputRoomBytes));
}

void HttpConnection::start_read() {
  if (is_reading_ || has_input_ended_) return;
  make_room();
  is_reading_ = true;
  socket_.async_read_some(asio::buffer(input_.data() + end_, input_.size() - end_),
                          [self = shared_from_this()](const boost::system::error_code& failure, std::size_t bytes) {
                            self->is_reading_ = false;
                            if (self->phase_ == Phase::closed) return;
                            if (failure == asio::error::eof) return self->on_end_of_input();
                            if (failure) return self->abort();
                            self->on_read(bytes);
                          });
}

void HttpConnection::on_read(std::size_t bytes) {
  switch (phase_) {
    case Phase::open:
      end_ += bytes;
      pump();
      break;
    case Phase::finishing:
      break;  // what follows the last request is not looked at
    case Phase::draining:
      start_read();
      break;
    case Phase::streaming:
    case Phase::upgrading:
      abort();
      break;  // nothing may be said before the answer, or while it lasts
    case Phase::closed:
      break;
  }
}

// The other side sends no more. What it has asked for completely is still answered.
void HttpConnection::on_end_of_input() {
  has_input_ended_ = true;
  switch (phase_) {
    case Phase::open:
    case Phase::finishing:
      pump();
      break;
    case Phase::streaming:
    case Phase::upgrading:
    case Phase::draining:
      abort();
      break;
    case Phase::closed:
      break;
  }
}

void HttpConnection::start_write() {
  if (is_writing_ || output_.empty()) return;
  is_writing_ = true;
  std::swap(output_, writing_);
  write_deadline_ = std::chrono::steady_clock::now() + core_.options.write_timeout;
  asio::async_write(socket_, writing_.buffers(),
                    [self = shared_from_this()](const boost::system::error_code& failure, std::size_t) {
                      self->is_writing_ = false;
                      self->writing_.clear();
                      if (self->phase_ == Phase::closed) return;
                      if (failure) return self->abort();
                      self->pump();
                    });
}

// Says that no more is coming and waits for the other side to close first: closing with unread bytes in the socket
// would make the system throw away an answer that is still on its way.
void HttpConnection::finish() {
  if (has_input_ended_) return abort();
  phase_ = Phase::draining;
  boost::system::error_code failure;
  socket_.shutdown(asio::socket_base::shutdown_send, failure);
  if (failure) return abort();
  begin_ = end_ = 0;
  await(Awaiting::nothing, kDrainTimeout);
  start_read();
}

void HttpConnection::hand_over() {
  const auto self = shared_from_this();
  phase_ = Phase::closed;
  core_.channels.erase(self);
  serve_websocket(core_, std::move(socket_), *std::exchange(upgrade_, std::nullopt));
}

}  // namespace clearspan::transport
