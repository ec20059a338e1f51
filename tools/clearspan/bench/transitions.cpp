#include "tools/clearspan/bench/transitions.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <span>

#include "codecs/json/writer.hpp"
#include "tools/clearspan/bench/failure.hpp"
#include "tools/clearspan/bench/figures.hpp"
#include "tools/clearspan/bench/injected_world.hpp"
#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/bench/waiting.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

class TransitionsBench {
 public:
  explicit TransitionsBench(const TransitionsBenchOptions& options)
      : options_(options), shown_(options.trades), waited_(options.trades), world_(options.trades, options.data_dir) {}

  Status start() {
    CLEARSPAN_CHECK_OK(world_.start(options_.shards, [this](const PhaseChange& change) { on_phase_change(change); }));
    return world_.create(options_.trades, Placement::payer);
  }

  // Shows the payers' holds, a block of them whenever there is room, until all trades are settled.
  Result<TransitionsBenchReport> settle_all() {
    const auto begin = SteadyClock::now();
    CpuMeter cpu;
    const std::uint64_t records_before = world_.engine().stats().records_durable;
    std::uint32_t placed = 0;
    while (placed < options_.trades) {
      CLEARSPAN_CHECK_OK(until([&] { return placed - settled_ < options_.in_flight; }, "no trade settles"));
      const std::uint32_t count = std::min(options_.block, options_.trades - placed);
      std::fill_n(shown_.begin() + placed, count, SteadyClock::now());
      world_.source().place_holds(std::span(world_.plans()).subspan(placed, count));
      placed += count;
    }
    CLEARSPAN_CHECK_OK(until([&] { return settled_ == options_.trades; }, "no trade settles"));
    TransitionsBenchReport report;
    report.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    report.cpu = cpu.per(options_.trades);
    report.transitions_per_second = static_cast<double>(changes_) / report.seconds;
    const std::uint64_t records = world_.engine().stats().records_durable - records_before;
    report.records_per_second = static_cast<double>(records) / report.seconds;
    for (const auto waited : waited_) report.latency.add(waited);
    return report;
  }

 private:
  void on_phase_change(const PhaseChange& change) {
    ++changes_;
    if (change.phase == Phase::deciding) {
      const std::uint64_t number = OrderTaker::number_of(change.trade);
      waited_[number] = std::chrono::duration_cast<Latencies::Micros>(SteadyClock::now() - shown_[number]);
    }
    if (change.phase == Phase::settled) ++settled_;
  }

  const TransitionsBenchOptions& options_;
  std::vector<SteadyClock::time_point> shown_;  // by number, as is waited_
  std::vector<Latencies::Micros> waited_;
  std::atomic<std::uint64_t> changes_{0};
  std::atomic<std::uint32_t> settled_{0};
  InjectedWorld world_;  // ends first
};

}  // namespace

Result<TransitionsBenchReport> bench_transitions(const TransitionsBenchOptions& options) {
  TransitionsBench bench(options);
  CLEARSPAN_CHECK_OK(bench.start());
  return bench.settle_all();
}

int run_bench_transitions(const TransitionsBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  const Result<TransitionsBenchReport> report = bench_transitions(options);
  if (!report) return say_why_not("transitions", report.error(), err);
  const auto p50 = report->latency.quantile(0.5).count();
  const auto p99 = report->latency.quantile(0.99).count();
  if (!options.json) {
    out << fmt::format("  {} live trades settled in {:.2f} s: {:.0f} durable transitions per second, {:.0f} records\n",
                       options.trades, report->seconds, report->transitions_per_second, report->records_per_second);
    out << fmt::format("  from a hold shown to the next phase durable: p50 {} us, p99 {} us\n", p50, p99);
    print_reserved(out);
    print_cpu("trade", report->cpu, out);
  }
  json::Writer json;
  json.begin_object().field("bench", "transitions").field("trades", options.trades).field("block", options.block);
  json.field("in_flight", options.in_flight).field("seconds", report->seconds);
  json.field("transitions_per_second", report->transitions_per_second);
  json.field("records_per_second", report->records_per_second);
  json.key("latency_us").begin_object().field("p50", p50).field("p99", p99).end_object();
  put_reserved(json);
  put_cpu(json, "trade", report->cpu);
  json.end_object();
  out << json.take() << "\n";
  return kExitOk;
}

}  // namespace clearspan::tools
