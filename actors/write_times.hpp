// How long the evidence log took to make its groups durable: a histogram with a bucket for each doubling. A slow disk
// shows here before it shows anywhere else, for every trade waits for these writes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>

namespace clearspan {

struct WriteTimes {
  using Nanos = std::chrono::nanoseconds;

  static constexpr std::size_t kBounds = 16;

  // 32 us, 64 us, and so on to 1.05 s.
  static constexpr std::chrono::microseconds bound(std::size_t i) { return std::chrono::microseconds{32} * (1u << i); }

  // The bucket of a write: up to bound(i), and above bound(i - 1); the last one has no bound.
  static constexpr std::size_t bucket_of(Nanos write) {
    std::size_t i = 0;
    while (i < kBounds && write > bound(i)) ++i;
    return i;
  }

  // Those since `before`.
  friend WriteTimes operator-(WriteTimes now, const WriteTimes& before) {
    for (std::size_t i = 0; i < now.counts.size(); ++i) now.counts[i] -= before.counts[i];
    now.sum -= before.sum;
    return now;
  }

  [[nodiscard]] std::uint64_t count() const { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

  std::array<std::uint64_t, kBounds + 1> counts{};
  Nanos sum{0};
};

// Counts them. Any thread.
class WriteTally {
 public:
  void add(WriteTimes::Nanos write) {
    ++counts_[WriteTimes::bucket_of(write)];
    sum_ns_ += write.count();
  }

  [[nodiscard]] WriteTimes read() const {
    WriteTimes times;
    std::copy(counts_.begin(), counts_.end(), times.counts.begin());
    times.sum = WriteTimes::Nanos{sum_ns_};
    return times;
  }

 private:
  std::array<std::atomic<std::uint64_t>, WriteTimes::kBounds + 1> counts_{};
  std::atomic<std::int64_t> sum_ns_{0};
};

}  // namespace clearspan
