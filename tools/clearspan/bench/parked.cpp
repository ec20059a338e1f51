#include "tools/clearspan/bench/parked.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/bench/waiting.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint32_t kBatch = 1'000;
constexpr std::uint32_t kBatchesUnanswered = 16;

// Shared with the engine, which may answer after the one who asked has given up.
struct Answers {
  std::atomic<std::uint32_t> awaited{0};
  std::atomic<std::uint32_t> refused{0};
};

TimingPolicy patient_timing(const SimulatedWorld& world) {
  TimingPolicy timing = world.timing();
  timing.prepare_window = kCalm;
  timing.pivot_window = kCalm;
  return timing;
}

}  // namespace

Status park_trades(Engine& engine, const SimulatedWorld& world, std::uint32_t first, std::uint32_t count,
                   Timestamp prepare_until, const std::function<void(const Plan&)>& on_plan) {
  constexpr auto kTooLate = "trades are not durable";
  const auto answers = std::make_shared<Answers>();
  for (std::uint32_t done = 0; done < count; done += kBatch) {
    CLEARSPAN_CHECK_OK(until([&] { return answers->awaited < kBatchesUnanswered; }, kTooLate));
    OrderTaker orders(engine, world.engine_tag(), world.profile_for(Misfortune::none), patient_timing(world));
    std::vector<NewTrade> trades(std::min(kBatch, count - done));
    for (std::uint32_t number = first + done; NewTrade & trade : trades) {
      CLEARSPAN_TRY(trade.plan, orders.plan(number, world.payment(number, Misfortune::wrong_asset)));
      trade.plan.prepare_until = prepare_until;
      if (on_plan) on_plan(trade.plan);
      ++number;
    }
    ++answers->awaited;
    engine.create(std::move(trades), [answers](const std::vector<Result<TradeId>>& all) {
      answers->refused +=
          static_cast<std::uint32_t>(std::count_if(all.begin(), all.end(), [](const auto& one) { return !one.ok(); }));
      --answers->awaited;
    });
  }
  CLEARSPAN_CHECK_OK(until([&] { return answers->awaited == 0; }, kTooLate));
  if (answers->refused == 0) return Done{};
  return make_error(ErrorCode::overloaded, fmt::format("{} trades were refused", answers->refused.load()));
}

}  // namespace clearspan::tools
