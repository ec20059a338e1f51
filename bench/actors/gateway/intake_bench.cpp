// A request for trades from its bytes to its plans and the text of its answer: the gate, the form, the idempotency
// digest, the plans and the JSON, on one thread, without the engine behind it. Each answer is checked before anything
// is timed.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "actors/gateway/create_order.hpp"
#include "actors/gateway/limits.hpp"
#include "codecs/json/document.hpp"
#include "ledgers/transport/http_gate.hpp"
#include "tools/clearspan/bench/http_orders.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"

namespace clearspan::gateway {
namespace {

struct Surroundings {
  explicit Surroundings(const tools::SimulatedWorld& world)
      : planner(
            Planner::make(
                {{world.profile_for(tools::Misfortune::none)}, world.connectors(), TimingPolicy{}, world.engine_tag()})
                .value()),
        board(statuses(world)) {}

  static std::vector<LedgerStatus> statuses(const tools::SimulatedWorld& world) {
    std::vector<LedgerStatus> all;
    for (const auto& connector : world.connectors()) {
      LedgerStatus status;
      status.traits = connector->traits();
      status.seen = SystemClock().now();
      status.time = LedgerTime{1'000};
      all.push_back(std::move(status));
    }
    return all;
  }

  Planner planner;
  LedgerBoard board;
};

RequestPtr read_request(const std::string& bytes) {
  auto head = std::get<transport::RequestHead>(transport::read_head(bytes, 0, {}));
  static const auto peer = std::make_shared<const std::string>("127.0.0.1:1");
  return std::make_shared<const transport::Request>(std::move(head), bytes, peer);
}

// The answer, as if the engine had created everything.
Result<transport::Response> answer(const std::string& bytes, CreateOrder::Tools& tools, const Surroundings& around) {
  CLEARSPAN_TRY(CreateOrder order, CreateOrder::open(read_request(bytes)));
  PlanningRound round(around.planner, around.board, SystemClock().now());
  CLEARSPAN_CHECK_OK(order.plan(tools, round));
  std::vector<NewTrade> trades;
  order.hand_over(trades);
  benchmark::DoNotOptimize(trades.data());
  return order.answer();
}

bool is_right(const Result<transport::Response>& response, std::uint32_t trades) {
  if (!response.ok() || response->status != 201) return false;
  std::size_t found = 0;
  constexpr std::string_view kPhase = R"("phase":"preparing")";
  for (std::size_t at = response->body.find(kPhase); at != std::string::npos;
       at = response->body.find(kPhase, at + 1)) {
    ++found;
  }
  json::Document document;
  return document.parse(response->body).ok() && found == trades;
}

void take_in(benchmark::State& state) {
  const auto trades = static_cast<std::uint32_t>(state.range(0));
  const auto world = tools::SimulatedWorld::make(1, 1).value();
  const Surroundings around(*world);
  tools::HttpOrders orders{
      trades, trades, 100, 40, world->profile_for(tools::Misfortune::none).name, "0123456789abcdef"};
  const std::string bytes = orders.bytes(0);
  CreateOrder::Tools tools{json::Document(json::Limits{kBodyBytesMax, kBodyDepthMax}), {}};
  if (!is_right(answer(bytes, tools, around), trades)) return state.SkipWithError("the answer is wrong");
  for (auto _ : state) benchmark::DoNotOptimize(answer(bytes, tools, around));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

BENCHMARK(take_in)->Arg(1)->Arg(1000);

}  // namespace
}  // namespace clearspan::gateway

BENCHMARK_MAIN();
