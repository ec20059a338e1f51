// One HTTP connection of the server. Private to this folder.
//
//   open ──▶ finishing ──▶ draining ──▶ closed        a refusal, "close", the client's end or a deadline
//    ├─────▶ streaming ───────▲
//    └─────▶ upgrading ──▶ (socket handed over)
//
// Bytes are read into input_, and each complete request takes a slot. Answers fill their slots in any order; what is
// complete at the front is written out together. One read and one write are in flight at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledgers/transport/output_queue.hpp"
#include "ledgers/transport/server_core.hpp"
#include "ledgers/transport/stream_queue.hpp"

namespace clearspan::transport {

class HttpConnection final : public Channel, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(ServerCore& core, ServerSocket socket);

  void start();
  void tick(SteadyTime now) override;
  void abort() override;

  // The answer to the request with that number; on the server's thread. Late ones are dropped.
  void answer(std::uint64_t number, Response response);

 private:
  enum class Phase : std::uint8_t { open, finishing, streaming, upgrading, draining, closed };
  enum class Awaiting : std::uint8_t { nothing, request, head, body };

  struct Slot {
    bool is_ready = false;
    bool is_head_request = false;
    SteadyTime since;
    Response response;
  };

  void read_requests();
  bool read_one_request();
  void dispatch(RequestHead head);
  void refuse(const Refusal& refusal);
  std::optional<Refusal> check_upgrade(const Request& request) const;
  void ask_for_upgrade(Request request);
  void append_ready_answers();
  void append_answer(Slot& slot);
  void begin_stream(const std::shared_ptr<Stream>& stream);
  void serve_stream();

  void pump();
  void start_read();
  void start_write();
  void on_read(std::size_t bytes);
  void on_end_of_input();
  void finish();
  void hand_over();
  void make_room();
  void await(Awaiting what, Millis timeout);

  [[nodiscard]] bool may_take_requests() const;

  [[nodiscard]] std::string_view input() const { return {input_.data() + begin_, end_ - begin_}; }

  ServerCore& core_;
  ServerSocket socket_;
  std::shared_ptr<const std::string> peer_;
  Phase phase_ = Phase::open;

  std::string input_;  // the buffer; bytes from begin_ to end_ are read and not yet taken
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;          // how far the gate has searched for the end of the head
  std::optional<RequestHead> head_;  // complete, waiting for its body

  std::deque<Slot> slots_;
  std::uint64_t first_number_ = 0;  // of slots_.front()
  OutputQueue output_;              // waiting
  OutputQueue writing_;             // in flight
  std::optional<Request> upgrade_;
  std::shared_ptr<Stream::Queue> stream_;

  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_taking_ = false;  // inside read_requests: answers wait for its end, to leave in one write
  bool has_input_ended_ = false;

  Awaiting awaiting_ = Awaiting::nothing;
  SteadyTime read_deadline_;
  SteadyTime write_deadline_;
};

// The right to answer the request with that number.
Respond make_respond(std::weak_ptr<HttpConnection> connection, std::uint64_t number, const ServerCore& core);

}  // namespace clearspan::transport
