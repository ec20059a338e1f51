#include "tools/clearspan/bench/events.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <span>
#include <thread>
#include <vector>

#include "actors/submitter/submitter.hpp"
#include "codecs/json/writer.hpp"
#include "tools/clearspan/bench/failure.hpp"
#include "tools/clearspan/bench/figures.hpp"
#include "tools/clearspan/bench/injected_world.hpp"
#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/bench/waiting.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Millis kBeforeDeadline{10'000};  // for all its trades to be there before
constexpr Millis kToGather{1'000};         // for what was asked for to have reached its queue

double ms_since(SteadyClock::time_point from) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - from).count();
}

class EventsBench {
 public:
  explicit EventsBench(const EventsBenchOptions& options)
      : options_(options), has_moved_(options.created()), world_(options.created(), options.data_dir) {}

  Status start() {
    CLEARSPAN_CHECK_OK(world_.start(options_.shards, [this](const PhaseChange& change) { on_phase_change(change); }));
    return world_.create(options_.trades, Placement::payer);
  }

  Result<double> block() {
    world_.source().place_holds(std::span(world_.plans()).first(options_.touched));
    CLEARSPAN_TRY(const double waited, until_all_moved(SteadyClock::now()));
    CLEARSPAN_CHECK_OK(until_all_ended(options_.touched));
    return waited;
  }

  Result<double> answer() {
    world_.source().fall_silent();
    CLEARSPAN_CHECK_OK(world_.create(options_.touched, Placement::engine));
    std::this_thread::sleep_for(kToGather);
    CLEARSPAN_CHECK_OK(nothing_moved());
    const auto from = SteadyClock::now();
    world_.source().answer_again();
    CLEARSPAN_CHECK_OK(until([this] { return world_.source().kept() == options_.touched; }, "holds are not sent"));
    const double waited = ms_since(from);
    world_.source().include_all();
    CLEARSPAN_CHECK_OK(until_all_ended(options_.touched));
    return waited;
  }

  // Sets deadline_ms and ended_ms.
  Status deadline(EventsBenchReport& report) {
    const auto from = SteadyClock::now() + kBeforeDeadline;
    world_.source().fall_silent();
    CLEARSPAN_CHECK_OK(world_.create(options_.touched, Placement::engine, SystemClock().now() + kBeforeDeadline));
    CLEARSPAN_CHECK_OK(nothing_moved());
    if (SteadyClock::now() > from) return make_error(ErrorCode::timed_out, "the deadline passed before all were there");
    CLEARSPAN_TRY(report.deadline_ms, until_all_moved(from));
    const auto under_way = [this] {
      return world_.engine().ledgers().front().txns_outstanding * actors::kMovementsPerTxnMax;
    };
    CLEARSPAN_CHECK_OK(until([&] { return ended_ + under_way() >= options_.touched; }, "trades do not end"));
    report.ended_ms = ms_since(from);
    world_.source().answer_again();
    world_.source().include_all();  // the holds that were on their way to it are refunded
    return until_all_ended(0);
  }

 private:
  void on_phase_change(const PhaseChange& change) {
    if (!std::exchange(has_moved_[OrderTaker::number_of(change.trade)], true)) ++moved_;
    if (is_terminal(change.phase)) ++ended_;
    if (change.phase == Phase::settled) ++settled_;
  }

  [[nodiscard]] Status nothing_moved() const {
    if (moved_ == 0) return Done{};
    return make_error(ErrorCode::check_failed, fmt::format("{} trades moved before the event", moved_.load()));
  }

  // In milliseconds.
  Result<double> until_all_moved(SteadyClock::time_point from) {
    CLEARSPAN_CHECK_OK(until([this] { return moved_ == options_.touched; }, "trades do not move"));
    return ms_since(from);
  }

  Status until_all_ended(std::uint32_t settled) {
    CLEARSPAN_CHECK_OK(until([this] { return ended_ == options_.touched; }, "trades do not end"));
    if (settled_ != settled) {
      return make_error(ErrorCode::check_failed, fmt::format("{} trades were settled", settled_.load()));
    }
    moved_ = ended_ = settled_ = 0;
    return Done{};
  }

  const EventsBenchOptions& options_;
  std::vector<std::uint8_t> has_moved_;  // by number
  std::atomic<std::uint32_t> moved_{0};  // these three since the last event
  std::atomic<std::uint32_t> ended_{0};
  std::atomic<std::uint32_t> settled_{0};
  InjectedWorld world_;  // ends first
};

}  // namespace

Result<EventsBenchReport> bench_events(const EventsBenchOptions& options) {
  EventsBench bench(options);
  EventsBenchReport report;
  CLEARSPAN_CHECK_OK(bench.start());
  CLEARSPAN_TRY(report.block_ms, bench.block());
  CLEARSPAN_TRY(report.answer_ms, bench.answer());
  CLEARSPAN_CHECK_OK(bench.deadline(report));
  return report;
}

int run_bench_events(const EventsBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  const Result<EventsBenchReport> report = bench_events(options);
  if (!report) return say_why_not("events", report.error(), err);
  if (!options.json) {
    out << fmt::format("  {} live trades; of {} touched by one event, all are durable\n", options.trades,
                       options.touched);
    out << fmt::format("    after a final block with their holds:    {:>6.0f} ms\n", report->block_ms);
    out << fmt::format("    after a silent node answers again:       {:>6.0f} ms, their holds signed and sent\n",
                       report->answer_ms);
    out << fmt::format("    after their deadline, the node silent:   {:>6.0f} ms, and {:.0f} until they have ended\n",
                       report->deadline_ms, report->ended_ms);
    print_reserved(out);
  }
  json::Writer json;
  json.begin_object().field("bench", "events").field("trades", options.trades).field("touched", options.touched);
  put_reserved(json);
  json.field("block_ms", report->block_ms).field("answer_ms", report->answer_ms);
  json.field("deadline_ms", report->deadline_ms).field("ended_ms", report->ended_ms).end_object();
  out << json.take() << "\n";
  return kExitOk;
}

}  // namespace clearspan::tools
