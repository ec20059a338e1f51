#include "tools/clearspan/bench/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace clearspan::tools {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);  // without any trade settling
constexpr auto kLook = std::chrono::milliseconds(1);

// Between two calls of create() at a given rate. What an order waits for the call counts. With a tenth of it, giving
// the orders takes a tenth of all that two cores do at 25,000 per second.
constexpr auto kPause = std::chrono::milliseconds(1);

double seconds_between(Moment from, Moment to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Load::Load(const LoadOptions& options, const SimulatedWorld& world, Moments& moments)
    : options_(options), world_(world), moments_(moments) {
  plans_.reserve(options.trades);
}

void Load::on_phase_change(const PhaseChange& change) {
  const bool is_settled = change.phase == Phase::settled;
  if (!is_settled && change.phase != Phase::refunded && change.phase != Phase::rejected) return;
  const std::uint64_t number = OrderTaker::number_of(change.trade);
  if (number >= options_.trades) return;
  moments_.note_settled(number, SteadyClock::now());
  if (!is_settled) ++failed_;
  ++over_;
}

Status Load::run(Engine& engine) {
  OrderTaker orders(engine, world_.engine_tag(), world_.profile_for(Misfortune::none), world_.timing());
  begin_ = SteadyClock::now();
  Moment moved = begin_;
  std::uint32_t seen_over = 0;
  while (over_ < options_.trades) {
    const Moment now = SteadyClock::now();
    const std::uint32_t allowed = std::min(submittable(now), submitted() + options_.batch);
    if (allowed > submitted()) {
      CLEARSPAN_CHECK_OK(submit(engine, orders, allowed, now));
    } else {
      wait(now);
    }
    if (over_ != std::exchange(seen_over, over_.load())) moved = now;
    if (now - moved > kPatience) return make_error(ErrorCode::timed_out, "no trade has ended for a minute");
  }
  return Done{};
}

std::uint32_t Load::submittable(Moment now) const {
  const double wanted = options_.rate > 0 ? seconds_between(begin_, now) * options_.rate + 1
                                          : static_cast<double>(over_) + options_.in_flight;
  return static_cast<std::uint32_t>(std::min(wanted, static_cast<double>(options_.trades)));
}

Moment Load::due(std::uint32_t number, Moment now) const {
  if (options_.rate <= 0) return now;
  const auto offset = std::chrono::duration<double>(number / options_.rate);
  return begin_ + std::chrono::duration_cast<SteadyClock::duration>(offset);
}

void Load::wait(Moment now) const {
  const bool waits_for_orders = options_.rate > 0 && submitted() < options_.trades;
  std::this_thread::sleep_until(waits_for_orders ? std::max(now + kPause, due(submitted(), now)) : now + kLook);
}

Status Load::submit(Engine& engine, OrderTaker& orders, std::uint32_t until, Moment now) {
  const std::uint32_t first = submitted();
  std::vector<NewTrade> trades;
  trades.reserve(until - first);
  for (std::uint32_t number = first; number < until; ++number) {
    moments_.note_due(number, due(number, now));
    CLEARSPAN_TRY(Plan plan, orders.plan(number, world_.payment(number, Misfortune::none)));
    plans_.push_back(plan);
    trades.emplace_back().plan = std::move(plan);
  }
  const Moment taken = SteadyClock::now();
  for (std::uint32_t number = first; number < until; ++number) moments_.note_taken(number, taken);
  engine.create(std::move(trades), [this](const std::vector<Result<TradeId>>& answers) {
    for (const auto& answer : answers) {
      if (answer.ok()) continue;
      ++refused_;
      ++over_;
    }
  });
  return Done{};
}

Status Load::check() const {
  if (over_ == options_.trades && failed_ == 0 && refused_ == 0) return Done{};
  const TimingPolicy timing = world_.timing();
  return make_error(ErrorCode::check_failed,
                    fmt::format("of {} trades {} were refused and {} ended without being settled; each has {} ms to be "
                                "held and {} ms more to be paid",
                                options_.trades, refused_.load(), failed_.load(), timing.prepare_window.count(),
                                timing.pivot_window.count()));
}

Latencies Load::latencies() const {
  Latencies all;
  for (std::uint32_t i = 0; i < options_.trades; ++i) {
    all.add(std::chrono::duration_cast<Latencies::Micros>(moments_.settled(i) - moments_.due(i)));
  }
  return all;
}

double Load::seconds() const {
  Moment last = begin_;
  for (std::uint32_t i = 0; i < options_.trades; ++i) last = std::max(last, moments_.settled(i));
  return seconds_between(begin_, last);
}

}  // namespace clearspan::tools
