#include "tools/clearspan/bench/core_speed.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "ledgers/this_thread.hpp"

namespace clearspan::tools {
namespace {

constexpr int kPieces = 3;  // of which the fastest counts: an interrupt that falls into one says nothing of the core
constexpr int kRounds = 1000;

// Several chains at once keep a core's units busy, so that whoever shares them shows.
std::uint64_t work(std::uint64_t seed) {
  std::array<std::uint64_t, 8> chains = {seed, 2, 3, 4, 5, 6, 7, 8};
  for (int round = 0; round < kRounds; ++round) {
    for (std::uint64_t& chain : chains) {
      chain = (chain << 13 | chain >> 51) + static_cast<std::uint64_t>(round);
      chain ^= chain >> 7;
    }
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t chain : chains) sum += chain;
  return sum;
}

std::chrono::nanoseconds time_of_work() {
  volatile std::uint64_t result = 1;  // so that each piece is computed between its two looks at the clock
  auto fastest = std::chrono::nanoseconds::max();
  for (int piece = 0; piece < kPieces; ++piece) {
    const auto begin = std::chrono::steady_clock::now();
    result = work(result);
    fastest = std::min(fastest, std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin));
  }
  return fastest;
}

// Before everybody else, for it takes some microseconds only; false where the system refuses that.
bool settle_on(int core) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  const sched_param first{::sched_get_priority_min(SCHED_FIFO)};
  return ::sched_setaffinity(0, sizeof one, &one) == 0 && ::sched_setscheduler(0, SCHED_FIFO, &first) == 0;
}

// That this process may use.
std::vector<int> cores_of_process() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) cores.push_back(core);
  }
  return cores;
}

}  // namespace

CoreSpeeds::CoreSpeeds(std::vector<Sample> samples) {
  std::ranges::sort(samples, {}, &Sample::at);
  const auto fastest = std::ranges::min_element(samples, {}, &Sample::took);
  const auto ratio = [](std::chrono::nanoseconds part, std::chrono::nanoseconds whole) {
    return static_cast<double>(part.count()) / static_cast<double>(whole.count());
  };
  for (const Sample& sample : samples) {
    moments_.push_back(sample.at);
    sums_.push_back({sums_.back().speed + ratio(fastest->took, sample.took),
                     sums_.back().periods + ratio(kPeriod + sample.late, kPeriod)});
  }
}

std::optional<double> CoreSpeeds::between(Moment from, Moment to) const {
  const auto begin = std::ranges::lower_bound(moments_, from) - moments_.begin();
  const auto end = std::ranges::lower_bound(moments_, to) - moments_.begin();
  return average_of(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
}

std::optional<double> CoreSpeeds::average() const {
  return average_of(0, moments_.size());
}

std::optional<double> CoreSpeeds::average_of(std::size_t begin, std::size_t end) const {
  if (begin >= end) return std::nullopt;
  return (sums_[end].speed - sums_[begin].speed) / (sums_[end].periods - sums_[begin].periods);
}

CoreSpeedMeter::CoreSpeedMeter() {
  const std::vector<int> numbers = cores_of_process();
  cores_ = std::vector<Core>(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    cores_[i].thread = std::thread([this, i, number = numbers[i]] { measure(cores_[i], number); });
  }
}

CoreSpeedMeter::~CoreSpeedMeter() {
  join();
}

CoreSpeeds CoreSpeedMeter::stop() {
  join();
  std::vector<CoreSpeeds::Sample> samples;
  for (const Core& core : cores_) samples.insert(samples.end(), core.samples.begin(), core.samples.end());
  return CoreSpeeds(std::move(samples));
}

void CoreSpeedMeter::join() {
  stops_ = true;
  for (Core& core : cores_) {
    if (core.thread.joinable()) core.thread.join();
  }
}

void CoreSpeedMeter::measure(Core& core, int number) {
  name_this_thread("core speed");
  const bool goes_first = settle_on(number);  // otherwise those that it waits for may be the ones that are measured
  auto due = std::chrono::steady_clock::now();
  while (!stops_) {
    const auto begin = std::chrono::steady_clock::now();
    core.samples.push_back({begin, time_of_work(), goes_first ? begin - due : std::chrono::nanoseconds{0}});
    due = begin + CoreSpeeds::kPeriod;
    std::this_thread::sleep_until(due);
  }
}

}  // namespace clearspan::tools
