// What the trades of a shard ask of one other actor of the shard, gathered until that actor has its turn: one message
// for all of it. All actors of a shard run on its one worker thread, so nobody else is ever in here.
#pragma once

#include <thread>
#include <utility>
#include <vector>

#include "actors/messages.hpp"
#include "core/base/verify.hpp"

namespace clearspan::actors {

template <class Ask>
class Outbox {
 public:
  // True when the one who is asked must be told to look (TakeAsks). What is put while it has not looked yet is taken
  // with the rest, before messages that were sent meanwhile.
  bool put(Ask ask) {
    asks_.push_back(std::move(ask));
    return asks_.size() == 1;
  }

  // In the order in which they were put. Good until the next call.
  [[nodiscard]] std::vector<Ask>& take() {
    taken_.clear();
    if (taken_.capacity() > kKeptMax) taken_.shrink_to_fit();
    taken_.swap(asks_);
    return taken_;
  }

 private:
  static constexpr std::size_t kKeptMax = 4096;  // asks for which there is room without a new allocation

  std::vector<Ask> asks_;
  std::vector<Ask> taken_;
};

struct Outboxes {
  Outbox<WriterAsk> writer;
  std::vector<Outbox<TradeAsk>> monitors;  // by ledger index

  // An actor of the shard that a message has brought to another thread finds itself here.
  void check_thread() {
    if (worker_ == std::thread::id{}) worker_ = std::this_thread::get_id();
    CLEARSPAN_VERIFY(worker_ == std::this_thread::get_id());
  }

 private:
  std::thread::id worker_;
};

}  // namespace clearspan::actors
