// The way of an answer from whoever gives it, on whatever thread, to the connection that waits for it.
#include <atomic>
#include <utility>

#include "ledgers/transport/http_connection.hpp"

namespace clearspan::transport {

struct Respond::Ticket {
  Ticket(std::weak_ptr<HttpConnection> target, std::uint64_t request_number, const ServerCore& core)
      : connection(std::move(target)), number(request_number), mailbox(core.mailbox), server_thread(core.thread) {}

  ~Ticket() {
    if (!is_used) give(problem(500, make_error(ErrorCode::no_answer)));
  }

  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  void give(Response response) {
    if (is_used.exchange(true)) return;
    if (std::this_thread::get_id() == server_thread) {
      deliver(connection, number, std::move(response));
      return;
    }
    mailbox->post([connection = connection, number = number, response = std::move(response)]() mutable {
      deliver(connection, number, std::move(response));
    });
  }

  static void deliver(const std::weak_ptr<HttpConnection>& target, std::uint64_t number, Response response) {
    if (const auto alive = target.lock()) {
      alive->answer(number, std::move(response));
    } else if (response.stream) {
      response.stream->queue()->end();
    }
  }

  std::weak_ptr<HttpConnection> connection;
  std::uint64_t number;
  std::shared_ptr<Mailbox> mailbox;
  std::thread::id server_thread;
  std::atomic<bool> is_used = false;
};

void Respond::operator()(Response response) const {
  ticket_->give(std::move(response));
}

Respond make_respond(std::weak_ptr<HttpConnection> connection, std::uint64_t number, const ServerCore& core) {
  return Respond(std::make_shared<Respond::Ticket>(std::move(connection), number, core));
}

}  // namespace clearspan::transport
