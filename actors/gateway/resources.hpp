// The resources that are read, and the cancelling of a trade. Each may wait for the index, so each runs on a worker.
#pragma once

#include <string_view>

#include "actors/engine.hpp"
#include "actors/gateway/planner.hpp"
#include "actors/gateway/reply.hpp"
#include "actors/gateway/worker_pool.hpp"

namespace clearspan::gateway {

// What every resource needs; it all outlives the gateway's workers.
struct Surroundings {
  Engine& engine;
  const Planner& planner;
  const Clock& clock;
};

// GET /v1/trades/{id}
transport::Response show_trade(const Surroundings& around, std::string_view id, std::string_view path);

// GET /v1/trades?phase=&scenario=&ledger=&account=&created_after=&created_before=&limit=&cursor=
transport::Response list_trades(const Surroundings& around, const transport::Request& request);

// GET /v1/ledgers
transport::Response list_ledgers(const Surroundings& around);

// GET /v1/profiles
transport::Response list_profiles(const Surroundings& around);

// POST /v1/trades/{id}/cancel. The reply comes later; `workers` reads what became of the trade.
void cancel_trade(const Surroundings& around, const RequestPtr& request, std::string_view id,
                  const std::shared_ptr<WorkerPool>& workers, const Reply& reply);

}  // namespace clearspan::gateway
