#include "actors/gateway/gateway.hpp"

#include <prometheus/registry.h>

#include <chrono>
#include <utility>

#include "actors/gateway/create_trades.hpp"
#include "actors/gateway/evidence_resources.hpp"
#include "actors/gateway/limits.hpp"
#include "actors/gateway/metrics.hpp"
#include "actors/gateway/problem.hpp"
#include "actors/gateway/resources.hpp"
#include "actors/gateway/route.hpp"
#include "ledgers/transport/bearer.hpp"

namespace clearspan::gateway {
namespace {

using std::chrono::steady_clock;

transport::Response text_answer(int status, std::string body, std::string content_type) {
  transport::Response answer;
  answer.status = status;
  answer.body = std::move(body);
  answer.content_type = std::move(content_type);
  return answer;
}

transport::Response readiness(const Engine& engine) {
  if (engine.ready()) return text_answer(200, "{\"ready\":true}", {});
  return problem_answer(make_error(ErrorCode::not_ready), "/readyz");
}

}  // namespace

class Gateway::Impl {
 public:
  Impl(Engine& engine, const Clock& clock, GatewayOptions options, Planner planner)
      : planner_(std::move(planner)),
        around_{engine, planner_, clock},
        bearer_key_(std::move(options.bearer_key)),
        public_entries_(options.evidence.public_entries),
        metrics_(std::make_shared<Metrics>(
            engine, options.registry ? options.registry : std::make_shared<prometheus::Registry>())),
        workers_(std::make_shared<WorkerPool>(kWorkers, kWaitingRequestsMax)),
        create_(std::make_shared<CreateTrades>(engine, planner_, clock, *workers_)) {}

  ~Impl() { stop(); }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status add_witnesses(const EvidenceOptions& options) {
    for (const Witness& witness : options.witnesses) CLEARSPAN_CHECK_OK(witness_keys_.add(witness.key));
    for (const Witness& witness : options.witnesses) {
      witnesses_.push_back(
          std::make_unique<WitnessClient>(around_.engine.archive(), witness, options.witness_interval));
    }
    return Done{};
  }

  Status listen(transport::ServerOptions options) {
    options.gate.body_bytes_max = kBodyBytesMax;
    CLEARSPAN_TRY(server_, transport::HttpServer::start(std::move(options), [this](transport::Request request,
                                                                                   const transport::Respond& respond) {
                    handle(std::move(request), respond);
                  }));
    port_ = server_->port();
    return Done{};
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  void stop() {
    if (server_) server_->stop();
    workers_->stop();
    create_->stop();
    witnesses_.clear();
  }

 private:
  // On the server's thread.
  void handle(transport::Request request, const transport::Respond& respond) {
    const auto shared = std::make_shared<const transport::Request>(std::move(request));
    const Match match = match_route(shared->method(), shared->path());
    const auto* matched = std::get_if<Matched>(&match);
    const Reply reply = observed(matched == nullptr ? Route::none : matched->route, respond);

    if (needs_key(shared->path(), public_entries_) &&
        !transport::is_bearer_of(shared->header("authorization"), bearer_key_)) {
      return reply(problem_answer(make_error(ErrorCode::unauthorized, {}, "Authorization"), shared->path()));
    }
    if (matched != nullptr) return dispatch(*matched, shared, reply);
    if (const auto* method = std::get_if<NoSuchMethod>(&match)) {
      transport::Response answer = problem_answer(make_error(ErrorCode::method_not_allowed), shared->path());
      answer.headers.emplace_back("Allow", method->allowed);
      return reply(std::move(answer));
    }
    reply(problem_answer(make_error(ErrorCode::not_found), shared->path()));
  }

  // The reply, counted and timed.
  [[nodiscard]] Reply observed(Route route, const transport::Respond& respond) const {
    return [route, respond, metrics = metrics_, start = steady_clock::now()](transport::Response response) {
      metrics->observe(route, response.status, steady_clock::now() - start);
      respond(std::move(response));
    };
  }

  void dispatch(const Matched& matched, const RequestPtr& request, const Reply& reply) {
    switch (matched.route) {
      case Route::live:
        return reply(text_answer(200, "{\"live\":true}", {}));
      case Route::ready:
        return reply(readiness(around_.engine));
      case Route::create_trades:
        return create_->take(request, reply);
      case Route::list_trades:
        return work(request, reply, [=, this] { reply(list_trades(around_, *request)); });
      case Route::show_trade:
        return work(request, reply, [=, this] { reply(show_trade(around_, matched.trade, request->path())); });
      case Route::cancel_trade:
        return work(request, reply, [=, this] { cancel_trade(around_, request, matched.trade, workers_, reply); });
      case Route::trade_evidence:
        return work(request, reply, [=, this] { reply(trade_evidence(around_, matched.trade, request->path())); });
      case Route::list_ledgers:
        return work(request, reply, [=, this] { reply(list_ledgers(around_)); });
      case Route::list_profiles:
        return work(request, reply, [=, this] { reply(list_profiles(around_)); });
      case Route::evidence_keys:
        return work(request, reply, [=, this] { reply(evidence_keys(around_)); });
      case Route::evidence_checkpoint:
        return work(request, reply, [=, this] { reply(evidence_checkpoint(around_, matched.log, request->path())); });
      case Route::evidence_tile:
        return work(request, reply, [=, this] { reply(tile(matched, true, request->path())); });
      case Route::evidence_entries:
        return work(request, reply, [=, this] { reply(tile(matched, public_entries_, request->path())); });
      case Route::evidence_attachment:
        return work(request, reply, [=, this] {
          reply(evidence_attachment(around_, matched.log, matched.rest, public_entries_, request->path()));
        });
      case Route::evidence_cosign:
        return work(request, reply, [=, this] {
          reply(evidence_cosign(around_, matched.log, request->body(), witness_keys_, request->path()));
        });
      case Route::metrics:
        return work(request, reply, [=, this] { reply(figures()); });
      case Route::none:
        return reply(problem_answer(make_error(ErrorCode::not_found), request->path()));
    }
  }

  [[nodiscard]] transport::Response tile(const Matched& matched, bool is_public, std::string_view path) const {
    return evidence_tile(around_, matched.log, matched.rest, is_public, path);
  }

  [[nodiscard]] transport::Response figures() const {
    std::vector<WitnessStatus> witnesses;
    for (const auto& witness : witnesses_) witnesses.push_back(witness->status());
    return text_answer(200, metrics_->text(witnesses), "text/plain; version=0.0.4");
  }

  void work(const RequestPtr& request, const Reply& reply, std::function<void()> task) {
    if (workers_->post(std::move(task))) return;
    reply(problem_answer(make_error(ErrorCode::overloaded, "too many requests are waiting"), request->path()));
  }

  const Planner planner_;
  const Surroundings around_;
  const std::string bearer_key_;
  const bool public_entries_;
  tlog::TrustedKeys witness_keys_;
  std::vector<std::unique_ptr<WitnessClient>> witnesses_;
  const std::shared_ptr<Metrics> metrics_;
  const std::shared_ptr<WorkerPool> workers_;
  const std::shared_ptr<CreateTrades> create_;
  std::unique_ptr<transport::HttpServer> server_;
  std::uint16_t port_ = 0;
};

Result<std::unique_ptr<Gateway>> Gateway::start(Engine& engine, const Clock& clock, GatewayOptions options) {
  if (options.bearer_key.empty()) return make_error(ErrorCode::config_invalid, "the bearer key is empty");
  CLEARSPAN_TRY(Planner planner, Planner::make({std::move(options.profiles), std::move(options.ledgers), options.timing,
                                                options.engine_tag}));
  transport::ServerOptions server = options.server;
  const EvidenceOptions evidence = options.evidence;
  auto impl = std::make_unique<Impl>(engine, clock, std::move(options), std::move(planner));
  CLEARSPAN_CHECK_OK(impl->add_witnesses(evidence));
  CLEARSPAN_CHECK_OK(impl->listen(std::move(server)));
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gateway::~Gateway() = default;

std::uint16_t Gateway::port() const {
  return impl_->port();
}

void Gateway::stop() {
  impl_->stop();
}

}  // namespace clearspan::gateway
