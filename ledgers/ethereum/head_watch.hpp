// Learns soon that there may be a new block: from a node's WebSocket (eth_subscribe, newHeads), and by polling where
// there is none, it broke, or it is suspiciously quiet. What it says is a hint.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "codecs/json/document.hpp"
#include "core/base/clock.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/ethereum/endpoints.hpp"
#include "ledgers/transport/websocket_client.hpp"

namespace clearspan::ethereum {

class HeadWatch {
 public:
  // `url` empty: polling alone. `quiet_max`: after that long without a message the node is polled all the same.
  HeadWatch(std::string url, const transport::ClientLimits& limits, Millis poll_interval, Millis quiet_max);

  // Asks a node for its newest height; none when it cannot tell.
  using Poll = std::function<std::optional<std::uint64_t>(Millis timeout)>;

  // Returns once a block above `height` is announced, or the timeout has passed.
  void wait(Height height, Millis timeout, const Poll& poll);

  [[nodiscard]] bool is_subscribed() const { return socket_.is_open(); }

 private:
  bool subscribe(const Deadline& deadline);
  // The height of an announced block; none when the message is anything else or none came.
  std::optional<std::uint64_t> next_announced(const Deadline& deadline);

  std::string url_;
  Millis poll_interval_;
  Millis quiet_max_;
  transport::WebSocketClient socket_;
  json::Document document_;
  std::chrono::steady_clock::time_point retry_at_{};
};

}  // namespace clearspan::ethereum
