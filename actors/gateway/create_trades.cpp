#include "actors/gateway/create_trades.hpp"

#include <utility>

#include "actors/gateway/limits.hpp"
#include "actors/gateway/problem.hpp"
#include "core/base/kill_point.hpp"
#include "core/base/verify.hpp"

namespace clearspan::gateway {
namespace {

void refuse_as_overloaded(const Reply& reply) {
  reply(problem_answer(make_error(ErrorCode::overloaded, "too many requests are waiting"), kTradesPath));
}

}  // namespace

CreateTrades::CreateTrades(Engine& engine, const Planner& planner, const Clock& clock, WorkerPool& workers)
    : engine_(engine), planner_(planner), clock_(clock), workers_(workers), keys_([&engine] {
        return engine.sync_index(kIndexTimeout);
      }) {}

// --- waiting requests ---

void CreateTrades::take(const RequestPtr& request, const Reply& reply) {
  bool is_taken = false;
  bool needs_worker = false;
  {
    const std::lock_guard lock(mutex_);
    is_taken = waiting_.size() < kWaitingRequestsMax;
    if (is_taken) waiting_.push_back({request, reply});
    needs_worker = is_taken && working_ < kWorkers;
    if (needs_worker) ++working_;
  }
  if (!is_taken) return refuse_as_overloaded(reply);
  if (needs_worker) work();
}

// One task takes some of what waits and asks for the next one behind everybody else's tasks.
void CreateTrades::work() {
  const bool is_posted = workers_.post([self = shared_from_this()] {
    const std::vector<Waiting> requests = self->take_some();
    if (requests.empty()) return;
    self->create_all(requests);
    self->work();
  });
  if (is_posted) return;
  std::deque<Waiting> abandoned;  // when no worker is left that will look at them
  {
    const std::lock_guard lock(mutex_);
    if (--working_ == 0) abandoned.swap(waiting_);
  }
  for (const Waiting& waiting : abandoned) refuse_as_overloaded(waiting.reply);
}

std::vector<CreateTrades::Waiting> CreateTrades::take_some() {
  std::vector<Waiting> some;
  std::size_t bytes = 0;
  const std::lock_guard lock(mutex_);
  while (!waiting_.empty() && some.size() < kRequestsPerGroup && bytes < kRequestBytesPerGroup) {
    bytes += waiting_.front().request->body().size();
    some.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (some.empty()) --working_;
  return some;
}

// --- on a worker ---

CreateOrder::Tools CreateTrades::take_tools() {
  const std::lock_guard lock(mutex_);
  if (tools_.empty()) return {json::Document(json::Limits{kBodyBytesMax, kBodyDepthMax}), {}};
  CreateOrder::Tools tools = std::move(tools_.back());
  tools_.pop_back();
  return tools;
}

void CreateTrades::create_all(const std::vector<Waiting>& requests) {
  const auto batch = std::make_shared<Batch>();
  batch->reserve(requests.size());
  CreateOrder::Tools tools = take_tools();
  const LedgerBoard board(engine_.ledgers());
  PlanningRound round(planner_, board, clock_.now());
  for (const Waiting& waiting : requests) prepare(waiting, {tools, round}, *batch);
  {
    const std::lock_guard lock(mutex_);
    tools_.push_back(std::move(tools));
  }
  std::vector<NewTrade> trades;
  for (Pending& pending : *batch) pending.order.hand_over(trades);
  if (trades.empty()) return;
  engine_.create(std::move(trades), [self = shared_from_this(), batch](const std::vector<Result<TradeId>>& results) {
    self->answer_all(*batch, results);
  });
}

// Answers what can be answered at once; the rest joins the batch.
void CreateTrades::prepare(const Waiting& waiting, const Desk& desk, Batch& batch) {
  const Reply& reply = waiting.reply;
  const auto refuse = [&](ErrorCode code, const char* detail, const char* field) {
    reply(problem_answer(make_error(code, detail, field), kTradesPath));
  };
  Result<CreateOrder> opened = CreateOrder::open(waiting.request);
  if (!opened.ok()) return reply(problem_answer(opened.error(), kTradesPath));
  CreateOrder& order = *opened;
  bool is_again = false;
  if (!order.key().empty()) {
    switch (keys_.enter(order.key(), order.digest(), reply)) {
      case RecentKeys::Turn::first:
        break;
      case RecentKeys::Turn::again:
        is_again = true;
        break;
      case RecentKeys::Turn::waiting:
        return;
      case RecentKeys::Turn::conflict:
        return refuse(ErrorCode::idempotency_conflict, "", "Idempotency-Key");
      case RecentKeys::Turn::full:
        return refuse(ErrorCode::overloaded, "too many requests are waiting with a key", "");
    }
  }
  Status status = recall(order, is_again);
  if (status.ok()) status = order.plan(desk.tools, desk.round);
  if (!status.ok()) {
    const bool is_of_trades = !order.problems().empty();
    return finish(
        order,
        is_of_trades ? problems_answer(order.problems(), kTradesPath) : problem_answer(status.error(), kTradesPath),
        reply);
  }
  if (order.new_trades() == 0) return finish(order, order.answer(), reply);
  batch.push_back({std::move(order), reply});
}

// What the log already holds for the key.
Status CreateTrades::recall(CreateOrder& order, bool is_again) {
  if (order.key().empty()) return Done{};
  if (is_again || !has_index_caught_up_) {
    CLEARSPAN_CHECK_OK(engine_.sync_index(kIndexTimeout));
    has_index_caught_up_ = true;
  }
  CLEARSPAN_TRY(const std::optional<evidence::IdempotencyEntry> entry,
                engine_.index().find_by_idempotency_key(order.key()));
  if (!entry) return Done{};
  if (entry->request_digest != order.digest()) {
    return make_error(ErrorCode::idempotency_conflict, {}, "Idempotency-Key");
  }
  for (const auto& known : entry->items) {
    CLEARSPAN_TRY(const std::optional<evidence::TradeSummary> trade, engine_.index().summary(known.trade));
    if (!trade) return make_error(ErrorCode::storage_failed, "the index names a trade that it does not hold");
    order.remember(known.request_item, trade->plan);
  }
  return Done{};
}

// --- on an engine thread ---

void CreateTrades::answer_all(Batch& batch, const std::vector<Result<TradeId>>& results) {
  std::size_t at = 0;
  for (Pending& pending : batch) {
    CreateOrder& order = pending.order;
    for (std::size_t nth = 0; nth < order.new_trades(); ++nth, ++at) {
      CLEARSPAN_VERIFY(at < results.size());
      if (!results[at].ok()) order.refuse(nth, results[at].error());
    }
    finish(order, order.answer(), pending.reply);
  }
}

void CreateTrades::finish(const CreateOrder& order, transport::Response response, const Reply& reply) {
  kill_point(KillPoint::answer_ready);
  if (!order.key().empty()) keys_.finish(order.key(), response, order.is_on_record());
  reply(std::move(response));
}

}  // namespace clearspan::gateway
