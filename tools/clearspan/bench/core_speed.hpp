// How fast the machine's cores are while something runs on them. A neighbour on the other thread of a core takes up to
// 40 per cent of its speed, for a millisecond or for minutes, and the kernel's count of what the host kept back says
// nothing of it.
//
// A thread on each core does the same small piece of work every few milliseconds. The speed is the shortest time that
// any core took for it, by the time that this one took: 1 is as fast as the machine was at its best meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace clearspan::tools {

class CoreSpeeds {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  struct Sample {
    Moment at;
    std::chrono::nanoseconds took{0};  // above 0
  };

  CoreSpeeds() = default;
  explicit CoreSpeeds(std::vector<Sample> samples);  // of all cores, in any order

  // The average from one moment to before another; none where nothing was measured.
  [[nodiscard]] std::optional<double> between(Moment from, Moment to) const;

  // Of all that was measured; none where nothing was.
  [[nodiscard]] std::optional<double> average() const;

 private:
  [[nodiscard]] std::optional<double> average_of(std::size_t begin, std::size_t end) const;

  std::vector<Moment> moments_;    // ascending
  std::vector<double> sums_{0.0};  // of the speeds at as many moments
};

// Measures from when it is made until it is asked.
class CoreSpeedMeter {
 public:
  CoreSpeedMeter();
  ~CoreSpeedMeter();
  CoreSpeedMeter(const CoreSpeedMeter&) = delete;
  CoreSpeedMeter& operator=(const CoreSpeedMeter&) = delete;

  [[nodiscard]] std::size_t cores() const { return cores_.size(); }

  // Once; it measures nothing any more.
  CoreSpeeds stop();

 private:
  struct Core {
    std::vector<CoreSpeeds::Sample> samples;
    std::thread thread;
  };

  void measure(Core& core, int number);
  void join();

  std::atomic<bool> stops_{false};
  std::vector<Core> cores_;
};

}  // namespace clearspan::tools
