#include "tools/clearspan/bench/moments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/clearspan/bench/orders.hpp"

namespace clearspan::tools {
namespace {

Latencies::Micros micros_between(Moment from, Moment to) {
  return std::chrono::duration_cast<Latencies::Micros>(to - from);
}

Moment at_height(const std::vector<Moment>& moments, std::uint64_t height) {
  return height < moments.size() ? moments[height] : Moment{};
}

}  // namespace

// Whoever publishes a block may be held up before it notes so; the engine cannot have a block before it is published.
Moment BlockMoments::shown(std::uint64_t height) const {
  return std::min(at_height(published, height + depth), bytes_received(height));
}

Moment BlockMoments::bytes_received(std::uint64_t height) const {
  return at_height(received, height + depth);
}

Moments::Trade* Moments::find(const MovementKey& key, std::size_t& step) {
  const auto* const found = std::find(kPaymentSteps.begin(), kPaymentSteps.end(), key.kind);
  step = static_cast<std::size_t>(found - kPaymentSteps.begin());
  const std::uint64_t number = OrderTaker::number_of(trade_of(key.ref));
  return step < kPaymentSteps.size() && number < trades_.size() ? &trades_[number] : nullptr;
}

void Moments::note_sent(std::span<const MovementKey> movements, Moment now) {
  std::size_t step = 0;
  for (const MovementKey& key : movements) {
    Trade* const trade = find(key, step);
    if (trade != nullptr && trade->sent[step].exchange(count_of(now)) != 0) ++sent_again_;
  }
  cost_ns_ += count_of(SteadyClock::now()) - count_of(now);
}

void Moments::note_included(const VerifiedBlock& block, Moment now) {
  std::size_t step = 0;
  for (const Outcome& outcome : block.outcomes) {
    Trade* const trade = find({outcome.ref, outcome.kind}, step);
    if (trade != nullptr) trade->height[step] = static_cast<std::uint32_t>(block.height.value);
  }
  cost_ns_ += count_of(SteadyClock::now()) - count_of(now);
}

Result<EngineShare> Moments::engine_share(const BlockMoments& source, const BlockMoments& destination,
                                          const CoreSpeeds& speeds) const {
  if (sent_again_ != 0) {
    return make_error(ErrorCode::check_failed,
                      fmt::format("{} movements were handed over more than once", sent_again_.load()));
  }
  const std::array<const BlockMoments*, kPaymentSteps.size()> ledgers = {&source, &destination, &source};
  EngineShare share;
  for (std::size_t number = 0; number < trades_.size(); ++number) {
    const Trade& trade = trades_[number];
    Moment from = moment_of(trade.due);
    bool in_order = from != Moment{};
    Latencies::Micros engine{0};
    Latencies::Micros on_ledgers{0};
    const auto end_stage = [&](std::size_t stage, Moment at) {
      in_order = in_order && from <= at;
      share.stages[stage].add(micros_between(from, at));
      engine += micros_between(from, at);
    };
    share.until_taken.add(micros_between(from, moment_of(trade.taken)));
    for (std::size_t step = 0; step < kPaymentSteps.size(); ++step) {
      const Moment sent = moment_of(trade.sent[step]);
      end_stage(step, sent);
      from = ledgers[step]->shown(trade.height[step]);
      in_order = in_order && sent <= from;
      on_ledgers += micros_between(sent, from);
      share.until_bytes_read[step].add(micros_between(from, ledgers[step]->bytes_received(trade.height[step])));
    }
    end_stage(kPaymentSteps.size(), moment_of(trade.settled));
    if (!in_order) {
      return make_error(ErrorCode::check_failed, fmt::format("the moments of trade {} do not fit", number));
    }
    share.whole.add(engine);
    const auto speed = speeds.between(moment_of(trade.due) - kSpeedLookback, moment_of(trade.settled));
    if (speed.value_or(0) >= kFullSpeed) share.at_full_speed.add(engine);
    share.ledgers.add(on_ledgers);
  }
  return share;
}

}  // namespace clearspan::tools
