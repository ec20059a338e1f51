// Trades that wait for holds that their payers never place.
#pragma once

#include <functional>

#include "actors/engine.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"

namespace clearspan::tools {

// Creates trades with the numbers first to first + count - 1; returns when all are durable. `on_plan` is told of each,
// and may be empty. Errors: of the plan or of create; timed_out.
Status park_trades(Engine& engine, const SimulatedWorld& world, std::uint32_t first, std::uint32_t count,
                   Timestamp prepare_until, const std::function<void(const Plan&)>& on_plan);

}  // namespace clearspan::tools
