#include "actors/engine.hpp"

#include "actors/supervisor/node.hpp"

namespace clearspan {

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options, std::vector<std::shared_ptr<Connector>> ledgers) {
  auto node = std::make_unique<actors::Node>(std::move(options), std::move(ledgers));
  CLEARSPAN_CHECK_OK(node->start());
  return std::unique_ptr<Engine>(std::move(node));
}

}  // namespace clearspan
