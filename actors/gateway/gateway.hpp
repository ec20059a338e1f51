// The gateway: the engine as a REST API (docs/rest-api.md), behind the strict gate, with a bearer key.
//
//   server thread:  request -> route -> key -> worker            (never waits)
//   worker:         form, plans, index -> engine -> ... reply    (may wait for the index)
//
// Every error is a problem (RFC 9457) with our code and the offending field.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "actors/gateway/witness_client.hpp"
#include "core/scenario/profile.hpp"
#include "ledgers/transport/http_server.hpp"

namespace prometheus {
class Registry;
}

namespace clearspan::gateway {

// How others check this engine's evidence.
struct EvidenceOptions {
  bool public_entries = false;     // entries and attachments are served without the key
  std::vector<Witness> witnesses;  // who signs the checkpoints besides this engine
  Millis witness_interval{1'000};  // between two looks for a new checkpoint
};

struct GatewayOptions {
  transport::ServerOptions server;  // its body limit is set by the gateway
  std::string bearer_key;           // asked for on every /v1 route; not empty
  std::vector<Profile> profiles;
  std::vector<std::shared_ptr<Connector>> ledgers;  // the engine's
  TimingPolicy timing;
  EngineTag engine_tag;  // the engine's
  EvidenceOptions evidence;
  std::shared_ptr<prometheus::Registry> registry;  // may be empty
};

class Gateway {
 public:
  // Checks the profiles against the ledgers and starts to listen. `engine` and `clock` outlive it. Errors:
  // config_invalid.
  static Result<std::unique_ptr<Gateway>> start(Engine& engine, const Clock& clock, GatewayOptions options);

  // Stops, too.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  // Takes no more requests and finishes those under way.
  void stop();

 private:
  class Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clearspan::gateway
