// How fast the machine's cores are while something runs on them. A neighbour on the other thread of a core takes up to
// 40 per cent of its speed, for a millisecond or for minutes, and the kernel's count of what the host kept back says
// nothing of it, nor of a core that is let sleep on.
//
// A thread on each core, which goes before all others, does the same small piece of work every few milliseconds. The
// speed is the shortest time that any core took for it, by the time that this one took: 1 is as fast as the machine was
// at its best meanwhile. From when the thread is due until it runs, the speed is 0.
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
    std::chrono::nanoseconds late{0};  // it was due a period after the core's last one
  };

  static constexpr std::chrono::nanoseconds kPeriod = std::chrono::milliseconds(4);

  CoreSpeeds() = default;
  explicit CoreSpeeds(std::vector<Sample> samples);  // of all cores, in any order

  // The average from one moment to before another; none where nothing was measured.
  [[nodiscard]] std::optional<double> between(Moment from, Moment to) const;

  // Of all that was measured; none where nothing was.
  [[nodiscard]] std::optional<double> average() const;

 private:
  [[nodiscard]] std::optional<double> average_of(std::size_t begin, std::size_t end) const;

  struct Sum {
    double speed = 0;    // of samples, each times the periods for which it stands
    double periods = 0;  // a late one stands for more than one
  };

  std::vector<Moment> moments_;  // of the samples, ascending
  std::vector<Sum> sums_{{}};    // over those before each of them, and over all
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
