// POST /v1/trades. Either all items of a request are acceptable and go to the engine together, or nothing is created.
//
//   requests -> waiting -> worker: many at a time: form, keys, plans -> engine (durable, one group) -> 201 each
//
// With an Idempotency-Key, what the log already holds for the key is answered again and only what is missing is
// created: the engine can refuse some items of an array (overloaded), and a crash can come between two shards' records.
// The answer is a function of the recorded plans, so a repeat gets the same text for the trade's whole life.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "actors/engine.hpp"
#include "actors/gateway/create_order.hpp"
#include "actors/gateway/planner.hpp"
#include "actors/gateway/recent_keys.hpp"
#include "actors/gateway/reply.hpp"
#include "actors/gateway/worker_pool.hpp"

namespace clearspan::gateway {

class CreateTrades : public std::enable_shared_from_this<CreateTrades> {
 public:
  // All outlive this object, except what the engine's callbacks still hold of it.
  CreateTrades(Engine& engine, const Planner& planner, const Clock& clock, WorkerPool& workers);

  // Never waits; the reply comes later, from another thread.
  void take(const RequestPtr& request, const Reply& reply);

  // Looks at the engine no more. The workers have stopped.
  void stop() { keys_.stop(); }

 private:
  struct Waiting {
    RequestPtr request;
    Reply reply;
  };

  // An order that goes to the engine, and who waits for it.
  struct Pending {
    CreateOrder order;
    Reply reply;
  };

  using Batch = std::vector<Pending>;

  // What the orders of one group are planned with.
  struct Desk {
    CreateOrder::Tools& tools;
    PlanningRound& round;
  };

  void work();
  std::vector<Waiting> take_some();
  CreateOrder::Tools take_tools();
  void create_all(const std::vector<Waiting>& requests);
  void prepare(const Waiting& waiting, const Desk& desk, Batch& batch);
  Status recall(CreateOrder& order, bool is_again);
  void answer_all(Batch& batch, const std::vector<Result<TradeId>>& results);
  void finish(const CreateOrder& order, transport::Response response, const Reply& reply);

  Engine& engine_;
  const Planner& planner_;
  const Clock& clock_;
  WorkerPool& workers_;
  RecentKeys keys_;
  std::atomic<bool> has_index_caught_up_{false};  // once, after the start

  std::mutex mutex_;
  std::deque<Waiting> waiting_;
  std::size_t working_ = 0;                // workers that look at waiting_
  std::vector<CreateOrder::Tools> tools_;  // idle ones
};

}  // namespace clearspan::gateway
