#include "tools/clearspan/bench/engine.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "codecs/json/writer.hpp"
#include "ledgers/this_thread.hpp"
#include "tools/clearspan/bench/failure.hpp"
#include "tools/clearspan/bench/figures.hpp"
#include "tools/clearspan/bench/load.hpp"
#include "tools/clearspan/bench/parked.hpp"
#include "tools/clearspan/bench/timed_ledger.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/bench/waiting.hpp"
#include "tools/clearspan/data_folder.hpp"
#include "tools/clearspan/demo/audit.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kIndexPatience{600'000};

constexpr std::array kStageNames = {"due to hold sent", "hold final to payment sent", "payment final to release sent",
                                    "release final to settled"};
constexpr std::array kStageKeys = {"due_to_hold_sent", "hold_final_to_payment_sent", "payment_final_to_release_sent",
                                   "release_final_to_settled"};

void print_share(const EngineShare& share, std::ostream& out) {
  out << "  of it added by the engine: " << describe(share.whole) << "\n";
  for (std::size_t i = 0; i < share.stages.size(); ++i) {
    out << fmt::format("    {:<32} {}\n", kStageNames[i], describe(share.stages[i]));
    const Latencies& first = i == 0 ? share.until_taken : share.until_bytes_read[i - 1];
    const std::string_view name = i == 0 ? "until the order was given" : "until the block was read";
    out << fmt::format("      {:<30} {}\n", name, describe(first));
  }
  out << fmt::format("    of the {:.0f} per cent during which the cores had their full speed: {}\n",
                     share.at_full_speed_share() * 100, describe(share.at_full_speed));
  out << "  and by the ledgers: " << describe(share.ledgers) << "\n";
}

// "0.13 ms": what this share of the writes did not exceed, up to the next bound of the histogram.
std::string write_bound(const WriteTimes& writes, double share) {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(writes.count())));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < WriteTimes::kBounds; ++i) {
    seen += writes.counts[i];
    if (seen >= wanted) return fmt::format("{:.2f} ms", in_ms(WriteTimes::bound(i)));
  }
  return "no bound";
}

void print_table(const EngineBenchOptions& options, const EngineBenchReport& report, std::ostream& out) {
  out << fmt::format("  {} trades settled in {:.2f} s: {:.0f} settlements per second; {} others live\n", report.trades,
                     report.seconds, report.settlements_per_second, options.live);
  out << "  latency, ledgers' blocks included: " << describe(report.latency) << "\n";
  if (report.share) print_share(*report.share, out);
  out << fmt::format("  {} records durable in {} groups, written within {} (half of them), {} (99 in 100), {} (all)\n",
                     report.records, report.writes.count(), write_bound(report.writes, 0.5),
                     write_bound(report.writes, 0.99), write_bound(report.writes, 1));
  out << fmt::format("  {:.1f} MB of blocks verified; the index had all {:.2f} s later\n",
                     static_cast<double>(report.bytes_verified) / 1e6, report.index_lag_seconds);
  print_reserved(out);
  print_cpu("settlement", report.cpu, out);
  out << fmt::format("    {:<16} {:>7.2f} us\n", "of it for noting", report.cpu_us_of_noting);
}

void put_share(json::Writer& json, const EngineShare& share) {
  put_latencies(json, "engine_latency_us", share.whole);
  json.field("at_full_speed_share", share.at_full_speed_share());
  put_latencies(json, "engine_latency_at_full_speed_us", share.at_full_speed);
  json.key("engine_stages_us").begin_object();
  for (std::size_t i = 0; i < share.stages.size(); ++i) put_latencies(json, kStageKeys[i], share.stages[i]);
  put_latencies(json, "until_taken", share.until_taken);
  put_latencies(json, "until_hold_block_read", share.until_bytes_read[0]);
  put_latencies(json, "until_payment_block_read", share.until_bytes_read[1]);
  put_latencies(json, "until_release_block_read", share.until_bytes_read[2]);
  json.end_object();
  put_latencies(json, "ledgers_latency_us", share.ledgers);
}

// How many took at most so many microseconds, and longer than the bound before.
void put_writes(json::Writer& json, const WriteTimes& writes) {
  json.key("writes_by_us").begin_object();
  for (std::size_t i = 0; i < WriteTimes::kBounds; ++i) {
    json.field(std::to_string(WriteTimes::bound(i).count()), writes.counts[i]);
  }
  json.field("longer", writes.counts.back()).end_object();
}

void print_json(const EngineBenchOptions& options, const EngineBenchReport& report, std::ostream& out) {
  json::Writer json;
  json.begin_object().field("bench", "engine").field("trades", report.trades).field("rate", options.rate);
  json.field("in_flight", options.in_flight).field("batch", options.batch).field("live", options.live);
  json.field("block_interval_ms", options.block_interval).field("seconds", report.seconds);
  json.field("settlements_per_second", report.settlements_per_second);
  put_reserved(json);
  put_latencies(json, "latency_us", report.latency);
  if (report.share) put_share(json, *report.share);
  json.field("cpu_ns_per_settlement", std::llround(report.cpu.us * 1e3));
  put_cpu(json, "settlement", report.cpu);
  json.field("cpu_us_of_noting", report.cpu_us_of_noting);
  json.field("records", report.records).field("groups", report.writes.count());
  put_writes(json, report.writes);
  json.field("block_bytes_verified", report.bytes_verified).field("index_lag_seconds", report.index_lag_seconds);
  json.end_object();
  out << json.take() << "\n";
}

}  // namespace

Result<EngineBenchReport> bench_engine(const EngineBenchOptions& options) {
  name_this_thread("bench");
  CLEARSPAN_TRY(const auto world,
                SimulatedWorld::make(options.trades + options.live, 1, Millis{options.block_interval}));
  const DataFolder data("clearspan-bench", options.data_dir);
  Moments moments(options.trades);
  std::vector<std::shared_ptr<TimedLedger>> ledgers;
  ledgers.reserve(world->ledgers().size());
  for (std::size_t i = 0; i < world->ledgers().size(); ++i) {
    world->ledgers()[i]->reserve(std::size_t{options.trades} + options.live);
    ledgers.push_back(std::make_shared<TimedLedger>(world->connectors()[i], world->ledgers()[i], moments));
  }
  Load load({options.trades, options.rate, options.in_flight, options.batch}, *world, moments);
  EngineOptions engine_options;
  engine_options.data_dir = data.path();
  engine_options.tag = world->engine_tag();
  engine_options.shards = options.shards;
  engine_options.live_trades_max = std::uint64_t{options.trades} + options.live;
  engine_options.on_phase_change = [&load](const PhaseChange& change) { load.on_phase_change(change); };
  CLEARSPAN_TRY(const auto engine, Engine::start(std::move(engine_options), {ledgers.begin(), ledgers.end()}));
  CLEARSPAN_CHECK_OK(until([&] { return engine->ready(); }, "the engine is not ready"));
  CLEARSPAN_CHECK_OK(park_trades(*engine, *world, options.trades, options.live, SystemClock().now() + kCalm, {}));
  CLEARSPAN_CHECK_OK(engine->sync_index(kIndexPatience));

  CpuMeter cpu;
  const EngineStats before = engine->stats();
  CLEARSPAN_CHECK_OK(load.run(*engine));
  const Moment done = SteadyClock::now();
  EngineBenchReport report;
  report.trades = options.trades;
  CLEARSPAN_CHECK_OK(engine->sync_index(kIndexPatience));
  report.index_lag_seconds = std::chrono::duration<double>(SteadyClock::now() - done).count();
  report.cpu = cpu.per(options.trades);

  CLEARSPAN_CHECK_OK(load.check());
  CLEARSPAN_TRY(const auto books, world->read_books());
  const AuditReport checked = audit(load.plans(), books);
  if (!checked.violations.empty()) return make_error(ErrorCode::check_failed, checked.violations.front());
  if (options.rate > 0) {
    CLEARSPAN_TRY(report.share, moments.engine_share(ledgers[0]->block_moments(), ledgers[1]->block_moments(),
                                                     report.cpu.core_speeds));
  }
  report.cpu_us_of_noting = std::chrono::duration<double>(moments.cost()).count() * 1e6 / options.trades;
  report.seconds = load.seconds();
  report.settlements_per_second = options.trades / report.seconds;
  report.latency = load.latencies();
  const EngineStats stats = engine->stats();
  report.records = stats.records_durable - before.records_durable;
  report.writes = stats.writes - before.writes;
  for (const LedgerStatus& ledger : engine->ledgers()) report.bytes_verified += ledger.bytes_verified;
  return report;
}

int run_bench_engine(const EngineBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  const Result<EngineBenchReport> report = bench_engine(options);
  if (!report) return say_why_not("engine", report.error(), err);
  if (!options.json) print_table(options, *report, out);
  print_json(options, *report, out);
  return kExitOk;
}

}  // namespace clearspan::tools
