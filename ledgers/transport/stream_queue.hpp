// The text of one Stream between its producers (any thread) and the connection that serves it (the server's thread).
// Private to this folder.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "ledgers/transport/response.hpp"

namespace clearspan::transport {

struct Stream::Queue {
  explicit Queue(std::size_t bytes_max_of_queue) : bytes_max(bytes_max_of_queue) {}

  enum class State : std::uint8_t { open, closing, ended };

  // What the connection has to do next.
  struct Work {
    std::string text;
    State state;
  };

  // Connects the queue with its consumer; `wake` is called, from any thread, when there is something to do.
  void attach(std::function<void()> wake_consumer) {
    const std::lock_guard lock(mutex);
    wake = std::move(wake_consumer);
  }

  // Takes all waiting text.
  Work take() {
    const std::lock_guard lock(mutex);
    return {std::exchange(waiting, {}), state};
  }

  // The consumer's last word. Calls the callback of on_end, once.
  void end() {
    std::function<void()> callback;
    {
      const std::lock_guard lock(mutex);
      state = State::ended;
      has_ended = true;
      waiting.clear();
      wake = {};
      callback = std::exchange(on_end, {});
    }
    if (callback) callback();
  }

  const std::size_t bytes_max;
  mutable std::mutex mutex;
  State state = State::open;
  bool has_ended = false;  // the consumer is gone; `state` is `ended` already when it is to be dropped
  std::string waiting;
  std::function<void()> wake;
  std::function<void()> on_end;
};

}  // namespace clearspan::transport
