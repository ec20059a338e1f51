// POST /v1/trades. Either all items of a request are acceptable and go to the engine together, or nothing is created.
//
//   body -> form -> plans -> engine (durable) -> 201
//
// With an Idempotency-Key, what the log already holds for the key is answered again and only what is missing is
// created: the engine can refuse some items of an array (overloaded), and a crash can come between two shards' records.
// The answer is a function of the recorded plans, so a repeat gets the same text for the trade's whole life.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/engine.hpp"
#include "actors/gateway/keys_in_flight.hpp"
#include "actors/gateway/planner.hpp"
#include "actors/gateway/reply.hpp"

namespace clearspan::gateway {

class CreateTrades : public std::enable_shared_from_this<CreateTrades> {
 public:
  // All outlive this object, except what the engine's callbacks still hold of it.
  CreateTrades(Engine& engine, const Planner& planner, const Clock& clock);

  // Waits for the index where the request has a key; the reply may come later, from an engine thread.
  void handle(const RequestPtr& request, const Reply& reply);

 private:
  struct Item;
  struct Batch;
  using BatchPtr = std::shared_ptr<Batch>;

  Status read(Batch& batch);
  Status recall(Batch& batch);
  Status plan_missing(Batch& batch);
  void create(const BatchPtr& batch, const Reply& reply);
  void answer(Batch& batch, const Reply& reply);
  void fail(const Batch& batch, const Error& error, const Reply& reply);
  void finish(const Batch& batch, transport::Response response, const Reply& reply);

  Engine& engine_;
  const Planner& planner_;
  const Clock& clock_;
  KeysInFlight keys_;
};

}  // namespace clearspan::gateway
