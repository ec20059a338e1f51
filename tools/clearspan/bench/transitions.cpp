#include "tools/clearspan/bench/transitions.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>

#include "codecs/json/writer.hpp"
#include "tools/clearspan/bench/figures.hpp"
#include "tools/clearspan/bench/injected_ledger.hpp"
#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/bench/waiting.hpp"
#include "tools/clearspan/data_folder.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint32_t kCreateBatch = 1'000;
constexpr std::uint32_t kBatchesUnanswered = 16;
constexpr Millis kCalm{86'400'000};  // nothing ends by itself while it is measured
constexpr Millis kIndexPatience{600'000};

Profile make_profile() {
  Profile profile;
  profile.name = "bench";
  profile.source_ledger = LedgerId{"a-coin"};
  profile.source_asset = AssetId{"ACN"};
  profile.source_account = AccountId{"carol"};
  profile.destination_ledger = LedgerId{"b-coin"};
  profile.destination_asset = AssetId{"BCN"};
  profile.destination_account = AccountId{"carol"};
  profile.rate = {3, 2};
  profile.amount_min = Amount(1);
  profile.amount_max = Amount(1'000'000);
  return profile;
}

PaymentRequest payment(std::uint64_t number) {
  PaymentRequest request;
  request.payer = AccountId{"alice-" + std::to_string(number % 1'000)};
  request.merchant = AccountId{"bob-" + std::to_string(number % 100)};
  request.amount = Amount(100 + number % 10'000);
  request.placed_by = Placement::payer;
  return request;
}

class TransitionsBench {
 public:
  explicit TransitionsBench(const TransitionsBenchOptions& options)
      : options_(options),
        data_("clearspan-bench", options.data_dir),
        source_(std::make_shared<InjectedLedger>(profile_.source_ledger, profile_.source_asset)),
        destination_(std::make_shared<InjectedLedger>(profile_.destination_ledger, profile_.destination_asset)),
        shown_(options.trades),
        waited_(options.trades) {
    tag_.bytes = {'b', 'e', 'n', 'c', 'h'};
    plans_.reserve(options.trades);
  }

  Status start() {
    EngineOptions engine_options;
    engine_options.data_dir = data_.path();
    engine_options.tag = tag_;
    engine_options.shards = options_.shards;
    engine_options.live_trades_max = options_.trades;
    engine_options.on_phase_change = [this](const PhaseChange& change) { on_phase_change(change); };
    CLEARSPAN_TRY(engine_, Engine::start(std::move(engine_options), {source_, destination_}));
    return until([this] { return engine_->ready(); }, "the engine is not ready");
  }

  Status create() {
    TimingPolicy timing;
    timing.prepare_window = kCalm;
    timing.pivot_window = kCalm;
    OrderTaker orders(*engine_, tag_, profile_, timing);
    while (plans_.size() < options_.trades) {
      CLEARSPAN_CHECK_OK(until([this] { return unanswered_ < kBatchesUnanswered; }, "trades are not durable"));
      std::vector<NewTrade> trades;
      for (std::uint32_t i = 0; i < kCreateBatch && plans_.size() < options_.trades; ++i) {
        CLEARSPAN_TRY(Plan plan, orders.plan(plans_.size(), payment(plans_.size())));
        plans_.push_back(plan);
        trades.emplace_back().plan = std::move(plan);
      }
      ++unanswered_;
      engine_->create(std::move(trades), [this](const auto& answers) {
        for (const auto& answer : answers) refused_ += !answer.ok();
        --unanswered_;
      });
    }
    CLEARSPAN_CHECK_OK(until([this] { return unanswered_ == 0; }, "trades are not durable"));
    if (refused_ != 0) return make_error(ErrorCode::overloaded, fmt::format("{} trades were refused", refused_.load()));
    return engine_->sync_index(kIndexPatience);
  }

  // Shows the payers' holds, a block of them whenever there is room, until all trades are settled.
  Result<TransitionsBenchReport> settle_all() {
    const auto begin = SteadyClock::now();
    const CpuMeter cpu;
    const std::uint64_t records_before = engine_->stats().records_durable;
    std::uint32_t placed = 0;
    while (placed < options_.trades) {
      CLEARSPAN_CHECK_OK(until([&] { return placed - settled_ < options_.in_flight; }, "no trade settles"));
      const std::uint32_t end = std::min(placed + options_.block, options_.trades);
      std::vector<const Plan*> plans;
      const auto now = SteadyClock::now();
      for (; placed < end; ++placed) {
        shown_[placed] = now;
        plans.push_back(&plans_[placed]);
      }
      source_->place_holds(plans);
    }
    CLEARSPAN_CHECK_OK(until([&] { return settled_ == options_.trades; }, "no trade settles"));
    TransitionsBenchReport report;
    report.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
    report.cpu_us_total = cpu.total_us_per(options_.trades);
    report.cpu_us = cpu.us_by_thread_per(options_.trades);
    report.transitions_per_second = static_cast<double>(changes_) / report.seconds;
    const std::uint64_t records = engine_->stats().records_durable - records_before;
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
  const DataFolder data_;
  const Profile profile_ = make_profile();
  EngineTag tag_;
  std::shared_ptr<InjectedLedger> source_;
  std::shared_ptr<InjectedLedger> destination_;
  std::vector<Plan> plans_;
  std::vector<SteadyClock::time_point> shown_;  // by number, as is waited_
  std::vector<Latencies::Micros> waited_;
  std::atomic<std::uint32_t> unanswered_{0};
  std::atomic<std::uint32_t> refused_{0};
  std::atomic<std::uint64_t> changes_{0};
  std::atomic<std::uint32_t> settled_{0};
  std::unique_ptr<Engine> engine_;  // ends first
};

}  // namespace

Result<TransitionsBenchReport> bench_transitions(const TransitionsBenchOptions& options) {
  TransitionsBench bench(options);
  CLEARSPAN_CHECK_OK(bench.start());
  CLEARSPAN_CHECK_OK(bench.create());
  return bench.settle_all();
}

int run_bench_transitions(const TransitionsBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  const Result<TransitionsBenchReport> report = bench_transitions(options);
  if (!report) {
    err << "clearspan bench transitions: " << describe(report.error()) << "\n";
    return report.error().code == ErrorCode::timed_out ? kExitNegative : kExitUsage;
  }
  const auto p50 = report->latency.quantile(0.5).count();
  const auto p99 = report->latency.quantile(0.99).count();
  if (!options.json) {
    out << fmt::format("  {} live trades settled in {:.2f} s: {:.0f} durable transitions per second, {:.0f} records\n",
                       options.trades, report->seconds, report->transitions_per_second, report->records_per_second);
    out << fmt::format("  from a hold shown to the next phase durable: p50 {} us, p99 {} us\n", p50, p99);
    print_reserved(out);
    print_cpu("trade", report->cpu_us_total, report->cpu_us, out);
  }
  json::Writer json;
  json.begin_object().field("bench", "transitions").field("trades", options.trades).field("block", options.block);
  json.field("in_flight", options.in_flight).field("seconds", report->seconds);
  json.field("transitions_per_second", report->transitions_per_second);
  json.field("records_per_second", report->records_per_second);
  json.key("latency_us").begin_object().field("p50", p50).field("p99", p99).end_object();
  put_reserved(json);
  json.field("cpu_us_per_trade", report->cpu_us_total);
  put_cpu(json, report->cpu_us);
  json.end_object();
  out << json.take() << "\n";
  return kExitOk;
}

}  // namespace clearspan::tools
