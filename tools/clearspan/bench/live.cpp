#include "tools/clearspan/bench/live.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "actors/engine.hpp"
#include "codecs/json/writer.hpp"
#include "tools/clearspan/bench/failure.hpp"
#include "tools/clearspan/bench/figures.hpp"
#include "tools/clearspan/bench/moments.hpp"
#include "tools/clearspan/bench/parked.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/bench/waiting.hpp"
#include "tools/clearspan/data_folder.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kIndexPatience{600'000};
constexpr Millis kBeforeStorm{10'000};  // for all its trades to be there before
constexpr Millis kBlockInterval{1'000};

double ms_between(Moment from, Moment to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// One engine's life on the world's ledgers.
class LiveBench {
 public:
  LiveBench(const LiveBenchOptions& options, const SimulatedWorld& world, const std::string& data_dir)
      : options_(options), world_(world), data_dir_(data_dir) {}

  Status start() {
    EngineOptions engine_options;
    engine_options.data_dir = data_dir_;
    engine_options.tag = world_.engine_tag();
    engine_options.shards = options_.shards;
    engine_options.live_trades_max = options_.trades + 1ULL;
    engine_options.on_phase_change = [this](const PhaseChange&) { ++changes_; };
    CLEARSPAN_TRY(engine_, Engine::start(std::move(engine_options), world_.connectors()));
    return until([this] { return engine_->ready(); }, "the engine is not ready");
  }

  void stop() { engine_.reset(); }

  // Numbered trades; returns when all are durable.
  Status create(std::uint32_t first, std::uint32_t count, Timestamp prepare_until) {
    return park_trades(*engine_, world_, first, count, prepare_until, {});
  }

  [[nodiscard]] Engine& engine() { return *engine_; }

  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  const LiveBenchOptions& options_;
  const SimulatedWorld& world_;
  const std::string data_dir_;
  std::atomic<std::uint64_t> changes_{0};
  std::unique_ptr<Engine> engine_;
};

void print_table(const LiveBenchOptions& options, const LiveBenchReport& report, std::ostream& out) {
  out << fmt::format("  {} live trades, created durably at {:.0f} per second\n", options.trades,
                     report.creates_per_second);
  if (report.bytes_per_trade) {
    out << fmt::format("  each takes {:.0f} bytes of resident memory\n", *report.bytes_per_trade);
  } else {
    print_reserved(out);
  }
  out << fmt::format("  one more trade durable beside them after {:.2f} ms\n", report.still_serving_ms);
  out << fmt::format("  one deadline of {} trades: all durable after {:.0f} ms\n", options.storm, report.storm_ms);
  out << fmt::format("  started again with all of them: serving after {:.2f} s\n", report.start_seconds);
}

void print_json(const LiveBenchOptions& options, const LiveBenchReport& report, std::ostream& out) {
  json::Writer json;
  json.begin_object().field("bench", "live").field("trades", options.trades).field("storm", options.storm);
  json.field("creates_per_second", report.creates_per_second);
  put_reserved(json);
  if (report.bytes_per_trade) json.field("bytes_per_live_trade", *report.bytes_per_trade);
  json.field("still_serving_ms", report.still_serving_ms).field("storm_ms", report.storm_ms);
  json.field("start_seconds", report.start_seconds).end_object();
  out << json.take() << "\n";
}

}  // namespace

Result<LiveBenchReport> bench_live(const LiveBenchOptions& options) {
  CLEARSPAN_TRY(const auto world, SimulatedWorld::make(options.trades, 1, kBlockInterval));
  const DataFolder data("clearspan-bench", options.data_dir);
  LiveBench bench(options, *world, data.path());
  LiveBenchReport report;
  CLEARSPAN_CHECK_OK(bench.start());

  const std::uint64_t bytes_before = resident_bytes();
  const auto create_from = SteadyClock::now();
  CLEARSPAN_CHECK_OK(bench.create(options.storm, options.trades - options.storm, SystemClock().now() + kCalm));
  report.creates_per_second = (options.trades - options.storm) * 1e3 / ms_between(create_from, SteadyClock::now());
  CLEARSPAN_CHECK_OK(bench.engine().sync_index(kIndexPatience));
  if (reserved_memory().mebibytes == 0) {
    report.bytes_per_trade = static_cast<double>(resident_bytes() - bytes_before) / (options.trades - options.storm);
  }

  const auto one_from = SteadyClock::now();
  CLEARSPAN_CHECK_OK(bench.create(options.trades, 1, SystemClock().now() + kCalm));
  report.still_serving_ms = ms_between(one_from, SteadyClock::now());

  bench.stop();
  const auto start_from = SteadyClock::now();
  CLEARSPAN_CHECK_OK(bench.start());
  report.start_seconds = ms_between(start_from, SteadyClock::now()) / 1e3;
  if (bench.engine().stats().live != options.trades - options.storm + 1) {
    return make_error(ErrorCode::check_failed, "not every trade is live again");
  }

  const Timestamp deadline = SystemClock().now() + kBeforeStorm;
  const auto storm_from = SteadyClock::now() + kBeforeStorm;
  CLEARSPAN_CHECK_OK(bench.create(0, options.storm, deadline));
  if (SteadyClock::now() > storm_from || bench.changes() != 0) {
    return make_error(ErrorCode::timed_out, "the deadline passed before all its trades were there");
  }
  CLEARSPAN_CHECK_OK(until([&] { return bench.changes() >= options.storm; }, "the storm does not end"));
  report.storm_ms = ms_between(storm_from, SteadyClock::now());
  return report;
}

int run_bench_live(const LiveBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  const Result<LiveBenchReport> report = bench_live(options);
  if (!report) return say_why_not("live", report.error(), err);
  if (!options.json) print_table(options, *report, out);
  print_json(options, *report, out);
  return kExitOk;
}

}  // namespace clearspan::tools
