#include "tools/clearspan/bench/engine.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "codecs/json/writer.hpp"
#include "ledgers/thread_name.hpp"
#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/data_folder.hpp"
#include "tools/clearspan/demo/audit.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(60);  // without any trade settling
constexpr auto kLook = std::chrono::milliseconds(1);
constexpr Millis kIndexPatience{600'000};

double seconds_between(SteadyClock::time_point from, SteadyClock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// Submits the trades, each at its time, and notes when they are over.
class Load {
 public:
  Load(const EngineBenchOptions& options, const SimulatedWorld& world)
      : options_(options), world_(world), ended_(options.trades), due_(options.trades) {
    plans_.reserve(options.trades);
  }

  // For the engine; any thread.
  void on_phase_change(const PhaseChange& change) {
    const bool is_settled = change.phase == Phase::settled;
    if (!is_settled && change.phase != Phase::refunded && change.phase != Phase::rejected) return;
    ended_[OrderTaker::number_of(change.trade)] = SteadyClock::now();
    if (!is_settled) ++failed_;
    ++over_;
  }

  // Until all trades are over. Errors: of the plan or of create; timed_out when nothing moves any more.
  Status run(Engine& engine) {
    begin_ = SteadyClock::now();
    SteadyClock::time_point moved = begin_;
    std::uint32_t seen_over = 0;
    while (over_ < options_.trades) {
      const auto now = SteadyClock::now();
      const std::uint32_t allowed = std::min(submittable(now), submitted() + options_.batch);
      if (allowed > submitted()) {
        CLEARSPAN_CHECK_OK(submit(engine, allowed, now));
      } else {
        std::this_thread::sleep_for(kLook);
      }
      if (over_ != std::exchange(seen_over, over_.load())) moved = now;
      if (now - moved > kPatience) return make_error(ErrorCode::timed_out, "no trade has ended for a minute");
    }
    return Done{};
  }

  [[nodiscard]] const std::vector<Plan>& plans() const { return plans_; }

  [[nodiscard]] bool all_settled() const { return over_ == options_.trades && failed_ == 0 && refused_ == 0; }

  [[nodiscard]] Latencies latencies() const {
    Latencies all;
    for (std::size_t i = 0; i < ended_.size(); ++i) {
      all.add(std::chrono::duration_cast<Latencies::Micros>(ended_[i] - due_[i]));
    }
    return all;
  }

  [[nodiscard]] double seconds() const {
    return seconds_between(begin_, *std::max_element(ended_.begin(), ended_.end()));
  }

 private:
  [[nodiscard]] std::uint32_t submitted() const { return static_cast<std::uint32_t>(plans_.size()); }

  // How many trades may have been submitted by now.
  [[nodiscard]] std::uint32_t submittable(SteadyClock::time_point now) const {
    const double wanted = options_.rate > 0 ? seconds_between(begin_, now) * options_.rate + 1
                                            : static_cast<double>(over_) + options_.in_flight;
    return static_cast<std::uint32_t>(std::min(wanted, static_cast<double>(options_.trades)));
  }

  Status submit(Engine& engine, std::uint32_t until, SteadyClock::time_point now) {
    const OrderTaker orders(engine, world_.engine_tag(), world_.profile_for(Misfortune::none), world_.timing());
    std::vector<NewTrade> trades;
    trades.reserve(until - submitted());
    for (std::uint32_t number = submitted(); number < until; ++number) {
      const auto offset = std::chrono::duration<double>(options_.rate > 0 ? number / options_.rate : 0);
      due_[number] = options_.rate > 0 ? begin_ + std::chrono::duration_cast<SteadyClock::duration>(offset) : now;
      CLEARSPAN_TRY(Plan plan, orders.plan(number, world_.payment(number, Misfortune::none)));
      plans_.push_back(plan);
      trades.emplace_back().plan = std::move(plan);
    }
    engine.create(std::move(trades), [this](const std::vector<Result<TradeId>>& answers) {
      for (const auto& answer : answers) {
        if (answer.ok()) continue;
        ++refused_;
        ++over_;
      }
    });
    return Done{};
  }

  const EngineBenchOptions& options_;
  const SimulatedWorld& world_;
  std::vector<Plan> plans_;
  std::vector<SteadyClock::time_point> ended_;  // by number, as is due_
  std::vector<SteadyClock::time_point> due_;
  std::atomic<std::uint32_t> over_{0};
  std::atomic<std::uint32_t> failed_{0};
  std::atomic<std::uint32_t> refused_{0};
  SteadyClock::time_point begin_;
};

void print_table(const EngineBenchReport& report, std::ostream& out) {
  const auto ms = [](Latencies::Micros latency) { return static_cast<double>(latency.count()) / 1e3; };
  out << fmt::format("  {} trades settled in {:.2f} s: {:.0f} settlements per second\n", report.trades, report.seconds,
                     report.settlements_per_second);
  out << fmt::format("  latency, ledgers' blocks included: p50 {:.0f} ms, p99 {:.0f} ms, longest {:.0f} ms\n",
                     ms(report.latency.quantile(0.5)), ms(report.latency.quantile(0.99)), ms(report.latency.max()));
  out << fmt::format(
      "  {} records durable in {} groups; {:.1f} MB of blocks verified; the index had all {:.2f} s later\n",
      report.records, report.groups, static_cast<double>(report.bytes_verified) / 1e6, report.index_lag_seconds);
  out << fmt::format("  CPU per settlement: {:.1f} us\n", report.cpu_us_total);
  for (const auto& [name, cpu_us] : report.cpu_us) out << fmt::format("    {:<16} {:>7.2f} us\n", name, cpu_us);
}

void print_json(const EngineBenchOptions& options, const EngineBenchReport& report, std::ostream& out) {
  json::Writer json;
  json.begin_object().field("bench", "engine").field("trades", report.trades).field("rate", options.rate);
  json.field("in_flight", options.in_flight).field("batch", options.batch);
  json.field("block_interval_ms", options.block_interval).field("seconds", report.seconds);
  json.field("settlements_per_second", report.settlements_per_second);
  json.key("latency_us").begin_object();
  for (const auto& [name, share] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}) {
    json.field(name, report.latency.quantile(share).count());
  }
  json.field("max", report.latency.max().count()).end_object();
  json.field("cpu_us_per_settlement", report.cpu_us_total).key("cpu_us_by_thread").begin_object();
  for (const auto& [name, cpu_us] : report.cpu_us) json.field(name, cpu_us);
  json.end_object().field("records", report.records).field("groups", report.groups);
  json.field("block_bytes_verified", report.bytes_verified).field("index_lag_seconds", report.index_lag_seconds);
  json.end_object();
  out << json.take() << "\n";
}

}  // namespace

Result<EngineBenchReport> bench_engine(const EngineBenchOptions& options) {
  name_this_thread("bench");
  CLEARSPAN_TRY(const auto world, SimulatedWorld::make(options.trades, 1, Millis{options.block_interval}));
  const DataFolder data("clearspan-bench", options.data_dir);
  Load load(options, *world);
  EngineOptions engine_options;
  engine_options.data_dir = data.path();
  engine_options.tag = world->engine_tag();
  engine_options.shards = options.shards;
  engine_options.on_phase_change = [&load](const PhaseChange& change) { load.on_phase_change(change); };
  CLEARSPAN_TRY(const auto engine, Engine::start(std::move(engine_options), world->connectors()));
  while (!engine->ready()) std::this_thread::sleep_for(kLook);

  const auto threads_before = cpu_by_thread();
  const double cpu_before = cpu_of_process();
  CLEARSPAN_CHECK_OK(load.run(*engine));
  const auto done = SteadyClock::now();
  EngineBenchReport report;
  report.trades = options.trades;
  CLEARSPAN_CHECK_OK(engine->sync_index(kIndexPatience));
  report.index_lag_seconds = seconds_between(done, SteadyClock::now());
  const double cpu = cpu_of_process() - cpu_before;

  CLEARSPAN_TRY(const auto books, world->read_books());
  const AuditReport checked = audit(load.plans(), books);
  if (!load.all_settled() || !checked.violations.empty()) {
    return make_error(ErrorCode::final_block_conflict,
                      checked.violations.empty() ? "not every trade settled" : checked.violations.front());
  }
  const double per_settlement = 1e6 / options.trades;
  for (const auto& [name, seconds] : cpu_by_thread()) {
    const auto before = threads_before.find(name);
    const double used = seconds - (before == threads_before.end() ? 0 : before->second);
    report.cpu_us[name] = used * per_settlement;
  }
  report.cpu_us_total = cpu * per_settlement;
  report.seconds = load.seconds();
  report.settlements_per_second = options.trades / report.seconds;
  report.latency = load.latencies();
  const EngineStats stats = engine->stats();
  report.records = stats.records_durable;
  report.groups = stats.groups_durable;
  for (const LedgerStatus& ledger : engine->ledgers()) report.bytes_verified += ledger.bytes_verified;
  return report;
}

int run_bench_engine(const EngineBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  const Result<EngineBenchReport> report = bench_engine(options);
  if (!report) {
    err << "clearspan bench engine: " << describe(report.error()) << "\n";
    return report.error().code == ErrorCode::final_block_conflict ? kExitNegative : kExitUsage;
  }
  if (!options.json) print_table(*report, out);
  print_json(options, *report, out);
  return kExitOk;
}

}  // namespace clearspan::tools
