#include "actors/gateway/create_trades.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "actors/gateway/limits.hpp"
#include "actors/gateway/problem.hpp"
#include "actors/gateway/trade_json.hpp"
#include "codecs/crypto/sha256.hpp"
#include "codecs/json/document.hpp"
#include "core/base/kill_point.hpp"

namespace clearspan::gateway {
namespace {

constexpr std::string_view kPath = "/v1/trades";

Status check_content_type(const transport::Request& request) {
  constexpr std::string_view kJson = "application/json";
  const std::optional<std::string_view> stated = request.header("content-type");
  const std::string_view media_type = stated ? stated->substr(0, stated->find_first_of("; \t")) : std::string_view{};
  if (transport::is_same_name(media_type, kJson)) return Done{};
  return make_error(ErrorCode::unsupported_media_type, "send Content-Type: application/json", "Content-Type");
}

Result<std::string> idempotency_key(const transport::Request& request) {
  const std::optional<std::string_view> key = request.header("idempotency-key");
  if (!key) return std::string{};
  const bool visible = std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!key->empty() && key->size() <= kIdempotencyKeyBytesMax && visible) return std::string(*key);
  return make_error(ErrorCode::invalid_value,
                    "a key has 1 to " + std::to_string(kIdempotencyKeyBytesMax) + " visible ASCII characters",
                    "Idempotency-Key");
}

}  // namespace

// One trade of a request: on record already, planned, created just now, or impossible.
struct CreateTrades::Item {
  TradeId id;
  std::string json;            // the trade, once it is on record or planned
  std::optional<Plan> plan;    // to be created
  std::optional<Error> error;  // why it was not created
};

struct CreateTrades::Batch {
  RequestPtr request;
  std::string key;  // empty: none
  Hash32 digest;
  std::optional<json::Document> document;
  json::Value root;
  bool is_array = false;
  bool was_known = false;  // at least one trade of this request was on record before
  std::vector<Item> items;
  std::optional<LedgerBoard> board;
};

CreateTrades::CreateTrades(Engine& engine, const Planner& planner, const Clock& clock)
    : engine_(engine), planner_(planner), clock_(clock) {}

void CreateTrades::handle(const RequestPtr& request, const Reply& reply) {
  const auto batch = std::make_shared<Batch>();
  batch->request = request;
  if (const Status type = check_content_type(*request); !type.ok()) return reply(problem_answer(type.error(), kPath));
  Result<std::string> key = idempotency_key(*request);
  if (!key.ok()) return reply(problem_answer(key.error(), kPath));
  batch->digest = crypto::sha256(as_bytes(request->body()));
  if (!key->empty()) {
    const Error busy = make_error(ErrorCode::overloaded, "too many requests are waiting with a key");
    const Error conflict = make_error(ErrorCode::idempotency_conflict, {}, "Idempotency-Key");
    switch (keys_.enter(*key, batch->digest, reply)) {
      case KeysInFlight::Turn::first:
        break;
      case KeysInFlight::Turn::waiting:
        return;
      case KeysInFlight::Turn::conflict:
        return reply(problem_answer(conflict, kPath));
      case KeysInFlight::Turn::full:
        return reply(problem_answer(busy, kPath));
    }
    batch->key = std::move(key).value();
  }
  batch->board.emplace(engine_.ledgers());
  for (const auto step : {&CreateTrades::read, &CreateTrades::recall, &CreateTrades::plan_missing}) {
    if (const Status status = (this->*step)(*batch); !status.ok()) return fail(*batch, status.error(), reply);
  }
  batch->document.reset();
  create(batch, reply);
}

// How many trades the body asks for; what they are is read when it is known which are missing.
Status CreateTrades::read(Batch& batch) {
  batch.document.emplace(json::Limits{kBodyBytesMax, kBodyDepthMax});
  CLEARSPAN_TRY(batch.root, batch.document->parse(batch.request->body()));
  CLEARSPAN_TRY(const BodyShape shape, shape_of(batch.root));
  batch.is_array = shape.is_array;
  batch.items.resize(shape.trades);
  return Done{};
}

// What the log already holds for the key. Without the index being current nothing may be created.
Status CreateTrades::recall(Batch& batch) {
  if (batch.key.empty()) return Done{};
  CLEARSPAN_CHECK_OK(engine_.sync_index(kIndexTimeout));
  CLEARSPAN_TRY(const std::optional<evidence::IdempotencyEntry> entry,
                engine_.index().find_by_idempotency_key(batch.key));
  if (!entry) return Done{};
  if (entry->request_digest != batch.digest) {
    return make_error(ErrorCode::idempotency_conflict, {}, "Idempotency-Key");
  }
  for (const auto& known : entry->items) {
    CLEARSPAN_TRY(const std::optional<evidence::TradeSummary> trade, engine_.index().summary(known.trade));
    if (!trade || known.request_item >= batch.items.size()) {
      return make_error(ErrorCode::storage_failed, "the index names a trade that it does not hold");
    }
    Item& item = batch.items[known.request_item];
    item.id = known.trade;
    item.json = created_trade_json(*trade->plan, *batch.board);
    batch.was_known = true;
  }
  return Done{};
}

// Plans every trade that is not on record. A request of which nothing is on record is refused whole at its first
// unacceptable item; of one that was begun, each item has its own answer.
Status CreateTrades::plan_missing(Batch& batch) {
  const Timestamp now = clock_.now();
  const auto plan_item = [&](std::size_t index, const json::Value& value) -> Status {
    Item& item = batch.items[index];
    if (!item.json.empty()) return Done{};
    CLEARSPAN_TRY(const TradeBody body, read_trade_body(value, batch.is_array ? "/" + std::to_string(index) : ""));
    CLEARSPAN_TRY(item.plan, planner_.plan(body, *batch.board, now));
    item.id = item.plan->id;
    item.json = created_trade_json(*item.plan, *batch.board);
    return Done{};
  };
  if (!batch.is_array) return plan_item(0, batch.root);
  std::size_t index = 0;
  CLEARSPAN_TRY(const json::Array values, batch.root.array());
  for (const json::Value value : values) {
    const Status planned = plan_item(index, value);
    if (!planned.ok() && !batch.was_known) return planned;
    if (!planned.ok()) batch.items[index].error = planned.error();
    ++index;
  }
  return Done{};
}

void CreateTrades::create(const BatchPtr& batch, const Reply& reply) {
  std::vector<NewTrade> trades;
  std::vector<std::size_t> places;  // of each new trade among the items
  for (std::size_t i = 0; i < batch->items.size(); ++i) {
    Item& item = batch->items[i];
    if (!item.plan) continue;
    trades.push_back({std::move(*item.plan), batch->key, batch->digest, static_cast<std::uint32_t>(i)});
    item.plan.reset();
    places.push_back(i);
  }
  if (trades.empty()) return answer(*batch, reply);
  engine_.create(std::move(trades), [self = shared_from_this(), batch, places = std::move(places),
                                     reply](std::vector<Result<TradeId>> results) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      Item& item = batch->items[places[i]];
      if (i >= results.size())
        item.error = make_error(ErrorCode::not_ready, "the engine did not answer for this trade");
      else if (!results[i].ok())
        item.error = results[i].error();
    }
    self->answer(*batch, reply);
  });
}

void CreateTrades::answer(Batch& batch, const Reply& reply) {
  const auto failed =
      std::count_if(batch.items.begin(), batch.items.end(), [](const Item& item) { return item.error; });
  if (failed == static_cast<std::ptrdiff_t>(batch.items.size())) return fail(batch, *batch.items.front().error, reply);
  transport::Response response;
  response.status = failed == 0 ? 201 : 207;
  if (!batch.is_array) {
    response.body = std::move(batch.items.front().json);
    response.headers.emplace_back("Location", std::string(kPath) + "/" + to_string(batch.items.front().id));
  } else {
    json::Writer out;
    out.begin_object().key("trades").begin_array();
    for (const Item& item : batch.items) {
      if (!item.error) {
        out.raw(item.json);
        continue;
      }
      out.begin_object().key("problem");
      write_problem(out, *item.error, kPath);
      out.end_object();
    }
    out.end_array().end_object();
    response.body = out.take();
  }
  if (batch.was_known && failed == 0) response = replayed(std::move(response));
  finish(batch, std::move(response), reply);
}

void CreateTrades::fail(const Batch& batch, const Error& error, const Reply& reply) {
  finish(batch, problem_answer(error, kPath), reply);
}

void CreateTrades::finish(const Batch& batch, transport::Response response, const Reply& reply) {
  kill_point(KillPoint::answer_ready);
  if (!batch.key.empty()) keys_.finish(batch.key, response);
  reply(std::move(response));
}

}  // namespace clearspan::gateway
