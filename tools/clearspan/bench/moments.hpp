// When what happened to each trade of a run, so that the time that the engine adds can be told from the ledgers' own:
//
//   due ──▶ hold sent ┄┄▶ hold shown ──▶ payment sent ┄┄▶ payment shown ──▶ release sent ┄┄▶ release shown ──▶ settled
//         engine     ledger           engine           ledger             engine          ledger           engine
//
// Sent: handed to the ledger in signed bytes. Shown: the ledger has published the block that makes it final. Settled:
// durable and reported. Every moment of a trade is written by one thread, and read when the run is over; all memory is
// taken before it begins.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/chain/block.hpp"
#include "tools/clearspan/bench/core_speed.hpp"
#include "tools/clearspan/bench/latency.hpp"

namespace clearspan::tools {

using SteadyClock = std::chrono::steady_clock;
using Moment = SteadyClock::time_point;

// What the engine asks of the ledgers for a payment, in this order.
inline constexpr std::array kPaymentSteps = {MovementKind::hold, MovementKind::payment, MovementKind::release};

// When a ledger's blocks came; by height. The epoch: never.
struct BlockMoments {
  std::vector<Moment> published;
  std::vector<Moment> received;  // their bytes, by the engine
  std::vector<Moment> verified;  // all their hashes, by the engine
  std::uint64_t depth = 0;       // blocks above one that make it final

  // When what is in the block at that height could be known to be final, and when the engine had the bytes for it.
  [[nodiscard]] Moment shown(std::uint64_t height) const;
  [[nodiscard]] Moment bytes_received(std::uint64_t height) const;
};

// Of the time from an order's being due to its being settled, what the engine is answerable for.
struct EngineShare {
  Latencies whole;                            // the sum over the stages of a trade
  Latencies at_full_speed;                    // the same, of trades during which the cores had it
  std::array<Latencies, 4> stages;            // one before each step, and one behind the last
  Latencies until_taken;                      // in the first stage: until the order was given to the engine
  std::array<Latencies, 3> until_bytes_read;  // in the stage behind each step: until the engine had the block's bytes
  Latencies ledgers;                          // the rest: from sent to shown, all three steps

  // Of all trades.
  [[nodiscard]] double at_full_speed_share() const {
    return whole.count() == 0 ? 0 : static_cast<double>(at_full_speed.count()) / static_cast<double>(whole.count());
  }
};

// Full speed: at least this, on average over a trade and what came before it, for whatever was late then made it wait.
inline constexpr double kFullSpeed = 0.87;
inline constexpr std::chrono::milliseconds kSpeedLookback{30};

class Moments {
 public:
  explicit Moments(std::uint32_t trades) : trades_(trades) {}

  // All of them may be called from any thread, each for a given trade and step from one at a time.
  void note_due(std::uint64_t trade, Moment at) { trades_[trade].due = count_of(at); }

  void note_taken(std::uint64_t trade, Moment at) { trades_[trade].taken = count_of(at); }

  void note_settled(std::uint64_t trade, Moment at) { trades_[trade].settled = count_of(at); }

  // Movements of other trades are ignored. `now` is just that.
  void note_sent(std::span<const MovementKey> movements, Moment now);
  void note_included(const VerifiedBlock& block, Moment now);

  [[nodiscard]] Moment due(std::uint64_t trade) const { return moment_of(trades_[trade].due); }

  [[nodiscard]] Moment settled(std::uint64_t trade) const { return moment_of(trades_[trade].settled); }

  // Errors: check_failed when a trade lacks a moment, or has them in another order than the picture above, and when a
  // movement was handed over more than once: its time on the ledger cannot be told then.
  [[nodiscard]] Result<EngineShare> engine_share(const BlockMoments& source, const BlockMoments& destination,
                                                 const CoreSpeeds& speeds) const;

  // What noting itself took.
  [[nodiscard]] std::chrono::nanoseconds cost() const { return std::chrono::nanoseconds(cost_ns_.load()); }

 private:
  using Count = std::int64_t;  // nanoseconds of the clock; 0: not yet

  struct alignas(64) Trade {  // one line of the cache
    std::atomic<Count> due{0};
    std::atomic<Count> taken{0};
    std::atomic<Count> settled{0};
    std::array<std::atomic<Count>, kPaymentSteps.size()> sent{};
    std::array<std::atomic<std::uint32_t>, kPaymentSteps.size()> height{};  // of the block that includes it
  };

  static Count count_of(Moment at) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
  }

  static Moment moment_of(Count count) {
    return Moment(std::chrono::duration_cast<SteadyClock::duration>(std::chrono::nanoseconds(count)));
  }

  // The trade and the step of it; null when it is none of this run.
  Trade* find(const MovementKey& key, std::size_t& step);

  std::vector<Trade> trades_;
  std::atomic<std::uint64_t> sent_again_{0};
  std::atomic<Count> cost_ns_{0};
};

}  // namespace clearspan::tools
