// Figures for Prometheus: of the engine, read when they are asked for, and of the requests, counted as they are
// answered.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "actors/gateway/route.hpp"
#include "actors/gateway/witness_client.hpp"

namespace prometheus {
class Registry;
}

namespace clearspan::gateway {

class Metrics {
 public:
  using Elapsed = std::chrono::duration<double>;  // seconds

  // `registry` may hold figures of others, which are shown too.
  Metrics(const Engine& engine, std::shared_ptr<prometheus::Registry> registry);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Any thread.
  void observe(Route route, int status, Elapsed elapsed);

  // All of them in the text format 0.0.4.
  [[nodiscard]] std::string text(const std::vector<WitnessStatus>& witnesses) const;

 private:
  struct Families;

  const Engine& engine_;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Families> families_;
};

}  // namespace clearspan::gateway
