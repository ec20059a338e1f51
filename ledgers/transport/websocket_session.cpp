// The server's side of one WebSocket (RFC 6455), after the gate has let its upgrade request through.
//
//   any thread: Outbox (what the engine holds) -- wake --> the server's thread: Session (owns the socket)
//
// The two are apart so that the engine may keep its end for as long as it likes, also after the server is gone.
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <mutex>
#include <utility>

#include "ledgers/transport/server_core.hpp"

namespace clearspan::transport {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

constexpr Millis kHandshakeTimeout{10'000};  // also for the goodbye

class Outbox final : public WebSocketSession {
 public:
  // `closing` sends what waits and then says goodbye; `ended` sends nothing.
  enum class State : std::uint8_t { open, closing, ended };

  struct Work {
    State state;
    std::optional<std::string> message;
  };

  Outbox(Request request, const ServerCore& core)
      : messages_max_(core.options.websocket_queue_messages_max),
        bytes_max_(core.options.websocket_queue_bytes_max),
        mailbox_(core.mailbox),
        request_(std::move(request)) {}

  // Before the first use: what the server's thread does when there is work.
  void attach(std::function<void()> work) { work_ = std::move(work); }

  bool send(std::string text) override {
    const std::lock_guard lock(mutex_);
    if (state_ != State::open) return false;
    const bool fits = queue_.size() < messages_max_ && queued_bytes_ + text.size() <= bytes_max_;
    if (fits) {
      queued_bytes_ += text.size();
      queue_.push_back(std::move(text));
    } else {
      state_ = State::ended;
    }
    wake();
    return fits;
  }

  void close() override {
    const std::lock_guard lock(mutex_);
    if (state_ != State::open) return;
    state_ = State::closing;
    wake();
  }

  [[nodiscard]] bool is_open() const override {
    const std::lock_guard lock(mutex_);
    return state_ == State::open;
  }

  [[nodiscard]] const Request& request() const override { return request_; }

  // The state, and the next message unless `is_busy` with one.
  Work take(bool is_busy) {
    const std::lock_guard lock(mutex_);
    is_woken_ = false;
    if (state_ == State::ended || is_busy || queue_.empty()) return {state_, std::nullopt};
    Work work{state_, std::move(queue_.front())};
    queue_.pop_front();
    queued_bytes_ -= work.message->size();
    return work;
  }

  void end() {
    const std::lock_guard lock(mutex_);
    state_ = State::ended;
    queue_.clear();
    queued_bytes_ = 0;
  }

 private:
  void wake() {
    if (!std::exchange(is_woken_, true)) mailbox_->post(work_);
  }

  const std::size_t messages_max_;
  const std::size_t bytes_max_;
  const std::shared_ptr<Mailbox> mailbox_;
  const Request request_;
  std::function<void()> work_;

  mutable std::mutex mutex_;  // guards what follows
  State state_ = State::open;
  bool is_woken_ = false;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
};

class Session final : public Channel, public std::enable_shared_from_this<Session> {
 public:
  Session(ServerCore& core, ServerSocket socket, Request request)
      : core_(core), stream_(std::move(socket)), outbox_(std::make_shared<Outbox>(std::move(request), core)) {}

  void start();

  void tick(SteadyTime) override {}  // Beast keeps this stream's deadlines

  void abort() override;

 private:
  void on_accept(const boost::system::error_code& failure);
  void read();
  void on_read(const boost::system::error_code& failure);
  void work();

  ServerCore& core_;
  websocket::stream<ServerSocket> stream_;
  std::shared_ptr<Outbox> outbox_;
  beast::flat_buffer buffer_;
  std::string writing_;
  bool is_busy_ = false;       // a message or the goodbye is in flight
  bool is_announced_ = false;  // on_open was called, so that on_close is due
  bool is_gone_ = false;
};

void Session::start() {
  stream_.set_option(websocket::stream_base::timeout{kHandshakeTimeout, core_.options.idle_timeout, true});
  stream_.read_message_max(core_.options.websocket_message_bytes_max);
  stream_.text(true);
  outbox_->attach([session = weak_from_this()] {
    if (const auto alive = session.lock()) alive->work();
  });

  beast::http::request<beast::http::empty_body> upgrade(beast::http::verb::get, "/", 11);
  for (const char* name : {"Host", "Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
    if (const auto value = outbox_->request().header(name)) {
      upgrade.set(name, beast::string_view(value->data(), value->size()));
    }
  }
  stream_.async_accept(upgrade, [self = shared_from_this()](const boost::system::error_code& failure) {
    if (!self->is_gone_) self->on_accept(failure);
  });
}

void Session::on_accept(const boost::system::error_code& failure) {
  if (failure) return abort();
  is_announced_ = true;
  if (core_.websocket.on_open) core_.websocket.on_open(outbox_);
  work();
  if (!is_gone_) read();
}

void Session::abort() {
  if (std::exchange(is_gone_, true)) return;
  const auto self = shared_from_this();
  outbox_->end();
  boost::system::error_code ignored;
  stream_.next_layer().close(ignored);
  core_.channels.erase(self);
  if (is_announced_ && core_.websocket.on_close) core_.websocket.on_close(outbox_);
}

void Session::read() {
  stream_.async_read(buffer_, [self = shared_from_this()](const boost::system::error_code& failure, std::size_t) {
    if (!self->is_gone_) self->on_read(failure);
  });
}

void Session::on_read(const boost::system::error_code& failure) {
  if (failure || !stream_.got_text()) return abort();
  const auto data = buffer_.cdata();
  const std::string_view text(static_cast<const char*>(data.data()), data.size());
  if (core_.websocket.on_message) core_.websocket.on_message(outbox_, text);
  buffer_.consume(buffer_.size());
  read();
}

// Writes the next message, says goodbye or drops the consumer, as the outbox asks.
void Session::work() {
  if (is_gone_ || !is_announced_) return;
  Outbox::Work next = outbox_->take(is_busy_);
  if (next.state == Outbox::State::ended) return abort();
  if (next.message) {
    is_busy_ = true;
    writing_ = *std::move(next.message);
    stream_.async_write(asio::buffer(writing_),
                        [self = shared_from_this()](const boost::system::error_code& failure, std::size_t) {
                          self->is_busy_ = false;
                          if (self->is_gone_) return;
                          if (failure) return self->abort();
                          self->work();
                        });
  } else if (next.state == Outbox::State::closing && !is_busy_) {
    is_busy_ = true;
    stream_.async_close(websocket::close_code::normal,
                        [self = shared_from_this()](const boost::system::error_code&) { self->abort(); });
  }
}

}  // namespace

void serve_websocket(ServerCore& core, ServerSocket socket, Request request) {
  const auto session = std::make_shared<Session>(core, std::move(socket), std::move(request));
  core.channels.insert(session);
  session->start();
}

}  // namespace clearspan::transport
