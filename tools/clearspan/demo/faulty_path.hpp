// The path between the engine and a real EVM node, with faults: it loses or holds up the txns of chosen senders, and
// can break altogether. The node itself stays as it is, so the demo works with any node that speaks JSON-RPC.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "codecs/ethereum/types.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "ledgers/transport/http_client.hpp"
#include "ledgers/transport/http_server.hpp"

namespace clearspan::tools {

class FaultyPath {
 public:
  enum class Fate : std::uint8_t { passed, dropped, held_up };

  // Forwards to the node at `url`.
  static Result<std::unique_ptr<FaultyPath>> open(const std::string& url);

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  // What becomes of so many of a thousand txns that this account signed, each time that they are sent; the others pass.
  // Held-up ones are passed on by release_held_up().
  void set_fate(const ethereum::Address& sender, Fate fate, std::uint32_t per_mille);
  void clear_fates();
  void release_held_up();

  static constexpr std::uint32_t kAlways = 1000;

  // A broken path answers every request with 503.
  void set_broken(bool broken);

 private:
  explicit FaultyPath(transport::Url url) : client_(std::move(url), {}) {}

  void answer(const transport::Request& request, const transport::Respond& respond);
  [[nodiscard]] Fate fate_of(std::string_view body);

  std::mutex mutex_;
  transport::HttpClient client_;

  struct SenderFate {
    Fate fate = Fate::passed;
    std::uint32_t per_mille = 0;
  };

  std::map<ethereum::Address, SenderFate> fates_;
  std::minstd_rand dice_;
  std::vector<std::string> held_up_;  // request bodies
  bool broken_ = false;
  std::unique_ptr<transport::HttpServer> server_;
};

}  // namespace clearspan::tools
