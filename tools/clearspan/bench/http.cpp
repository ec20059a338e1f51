#include "tools/clearspan/bench/http.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "actors/engine.hpp"
#include "actors/gateway/gateway.hpp"
#include "codecs/json/writer.hpp"
#include "tools/clearspan/bench/figures.hpp"
#include "tools/clearspan/bench/http_checks.hpp"
#include "tools/clearspan/bench/http_load.hpp"
#include "tools/clearspan/bench/http_orders.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/data_folder.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint32_t kPayers = 100;  // of the simulated world
constexpr std::uint32_t kMerchants = 40;
constexpr std::uint32_t kArrayConnections = 8;
constexpr std::size_t kArrayPipeline = 2;  // requests of one connection; an answer is close to a megabyte
constexpr std::uint64_t kLiveTradesMax = 10'000'000;
constexpr Millis kIndexTimeout{600'000};  // to catch up with everything
constexpr const char* kKey = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// One load, measured and checked.
struct Figure {
  std::string name;
  HttpOrders orders;
  HttpLoadResult load;
  double engine_seconds = 0;             // processor time of everything but the client
  std::map<std::string, double> stages;  // the same by threads' names; the client's is among them
  double index_seconds = 0;              // after the last answer, until the trade index showed every trade
  std::uint64_t groups = 0;              // writes of the logs
  HttpChecks checks;

  [[nodiscard]] double per_second() const { return orders.trades / load.seconds; }

  [[nodiscard]] double micros_per_trade(double seconds) const { return seconds * 1e6 / orders.trades; }
};

gateway::GatewayOptions gateway_options(const SimulatedWorld& world) {
  gateway::GatewayOptions options;
  options.bearer_key = kKey;
  options.profiles = {world.profile_for(Misfortune::none)};
  options.ledgers = world.connectors();
  options.engine_tag = world.engine_tag();
  options.timing.prepare_window = Millis{3'600'000};  // no trade ends while it is measured
  return options;
}

EngineOptions engine_options(const SimulatedWorld& world, const HttpBenchOptions& options, const std::string& folder) {
  EngineOptions made;
  made.data_dir = folder;
  made.tag = world.engine_tag();
  made.shards = options.shards;
  made.live_trades_max = kLiveTradesMax;
  return made;
}

HttpLoad load_of(const HttpOrders& orders, const HttpBenchOptions& options, std::uint16_t port) {
  HttpLoad load;
  load.port = port;
  const bool is_array = orders.per_request != 1;
  load.connections = is_array ? std::min(options.connections, kArrayConnections) : options.connections;
  load.pipeline = is_array ? kArrayPipeline : options.pipeline;
  load.keep_every = std::max<std::size_t>(orders.requests() / 50, 1);
  for (std::uint32_t request = 0; request < orders.requests(); ++request) {
    load.requests.push_back(orders.bytes(request));
  }
  return load;
}

Result<Figure> measure(Figure figure, const HttpBenchOptions& options, const std::string& folder) {
  CLEARSPAN_TRY(const auto world, SimulatedWorld::make(figure.orders.trades, 1));
  figure.orders.profile = world->profile_for(Misfortune::none).name;
  CLEARSPAN_TRY(auto engine, Engine::start(engine_options(*world, options, folder), world->connectors()));
  while (!engine->ready()) std::this_thread::sleep_for(Millis{5});
  const SystemClock clock;
  CLEARSPAN_TRY(const auto gateway, gateway::Gateway::start(*engine, clock, gateway_options(*world)));
  const HttpLoad load = load_of(figure.orders, options, gateway->port());

  std::map<std::string, double> threads_before = cpu_by_thread();
  const double cpu_before = cpu_of_process();
  CLEARSPAN_TRY(figure.load, run_http_load(load));
  figure.engine_seconds = cpu_of_process() - cpu_before - figure.load.client_seconds;
  for (const auto& [name, seconds] : cpu_by_thread()) figure.stages[name] = seconds - threads_before[name];
  figure.groups = engine->stats().writes.count();
  const auto answered_at = std::chrono::steady_clock::now();
  CLEARSPAN_CHECK_OK(engine->sync_index(kIndexTimeout));
  figure.index_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - answered_at).count();

  check_answers(figure.orders, figure.load, gateway->port(), figure.checks);
  gateway->stop();
  const std::uint16_t shards = engine->archive().log_count();
  engine.reset();
  check_logs(figure.orders, folder, world->engine_tag(), shards, figure.checks);
  return figure;
}

std::string stages_of(const Figure& figure) {
  constexpr double kWorthNaming = 0.01;  // us per trade
  std::string text;
  for (const auto& [name, seconds] : figure.stages) {
    const double micros = figure.micros_per_trade(seconds);
    if (micros >= kWorthNaming) text += fmt::format("{}{} {:.2f}", text.empty() ? "" : ", ", name, micros);
  }
  return text;
}

void print_table(const std::vector<Figure>& figures, std::ostream& out) {
  out << fmt::format("  {:<6}{:>10}{:>14}{:>10}{:>10}{:>10}{:>12}{:>12}{:>10}\n", "load", "trades", "trades/s", "MB/s",
                     "p50 ms", "p99 ms", "engine us", "client us", "index s");
  for (const Figure& one : figures) {
    out << fmt::format(
        "  {:<6}{:>10}{:>14.0f}{:>10.0f}{:>10.1f}{:>10.1f}{:>12.2f}{:>12.2f}{:>10.1f}\n", one.name, one.orders.trades,
        one.per_second(), static_cast<double>(one.load.answer_bytes) / 1e6 / one.load.seconds,
        static_cast<double>(one.load.latencies.quantile(0.5).count()) / 1e3,
        static_cast<double>(one.load.latencies.quantile(0.99).count()) / 1e3, one.micros_per_trade(one.engine_seconds),
        one.micros_per_trade(one.load.client_seconds), one.index_seconds);
  }
  out << "\n  A trade counts when its 201 has arrived: it is durable. Processor time per trade, on all cores; the "
         "engine's\n"
         "  holds the server, the checks of each trade, its actor, the evidence logs and the trade index as far as it "
         "came;\n"
         "  index s: how much longer it took until the index showed every trade.\n\n";
  print_reserved(out);
  for (const Figure& one : figures) out << fmt::format("  {}, us per trade by thread: {}\n", one.name, stages_of(one));
  for (const Figure& one : figures) {
    out << fmt::format(
        "  {}: {} trades read back from the logs, {} repeats with the same bytes, {} bad requests refused\n", one.name,
        one.checks.in_logs, one.checks.repeats, one.checks.refusals);
  }
}

std::string to_json(const std::vector<Figure>& figures) {
  json::Writer out;
  out.begin_object().field("bench", "http");
  put_reserved(out);
  out.key("loads").begin_array();
  for (const Figure& one : figures) {
    out.begin_object().field("load", one.name).field("trades", one.orders.trades);
    out.field("per_request", one.orders.per_request).field("seconds", one.load.seconds);
    out.field("trades_per_second", one.per_second());
    out.field("p50_ms", static_cast<double>(one.load.latencies.quantile(0.5).count()) / 1e3);
    out.field("p99_ms", static_cast<double>(one.load.latencies.quantile(0.99).count()) / 1e3);
    out.field("engine_us_per_trade", one.micros_per_trade(one.engine_seconds));
    out.field("client_us_per_trade", one.micros_per_trade(one.load.client_seconds));
    out.key("us_per_trade_by_thread").begin_object();
    for (const auto& [name, seconds] : one.stages) out.field(name, one.micros_per_trade(seconds));
    out.end_object();
    out.field("index_seconds", one.index_seconds).field("log_writes", one.groups).field("in_logs", one.checks.in_logs);
    out.field("repeats", one.checks.repeats).field("refusals", one.checks.refusals);
    out.field("wrong", one.checks.wrong.size()).end_object();
  }
  out.end_array().end_object();
  return out.take();
}

Result<std::vector<Figure>> measure_all(const HttpBenchOptions& options, const std::string& folder) {
  std::vector<Figure> figures;
  const auto add = [&](const char* name, std::uint32_t trades, std::uint32_t per_request) -> Status {
    if (options.load != "both" && options.load != name) return Done{};
    Figure figure;
    figure.name = name;
    figure.orders = {trades, per_request, kPayers, kMerchants, {}, kKey};
    CLEARSPAN_TRY(Figure measured, measure(std::move(figure), options, folder + "/" + name));
    figures.push_back(std::move(measured));
    return Done{};
  };
  CLEARSPAN_CHECK_OK(add("one", options.trades, 1));
  CLEARSPAN_CHECK_OK(add("many", options.array_trades, options.array_size));
  return figures;
}

}  // namespace

int run_bench_http(const HttpBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);  // standard output is for the figures
  const DataFolder data("clearspan-bench", options.data_dir);
  const Result<std::vector<Figure>> figures = measure_all(options, data.path());
  if (!figures) {
    err << "clearspan bench http: " << describe(figures.error()) << '\n';
    return kExitNegative;
  }
  std::size_t wrong = 0;
  for (const Figure& one : *figures) {
    for (const std::string& text : one.checks.wrong) err << one.name << ": " << text << '\n';
    wrong += one.checks.wrong.size();
  }
  if (wrong == 0 && !options.json) print_table(*figures, out);
  out << to_json(*figures) << '\n';
  out << fmt::format("verdict: {} ({} wrong)\n", wrong == 0 ? "passed" : "FAILED", wrong);
  return wrong == 0 ? kExitOk : kExitNegative;
}

}  // namespace clearspan::tools
