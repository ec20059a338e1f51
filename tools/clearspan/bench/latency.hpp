// A histogram of latencies that keeps two significant digits from a microsecond to an hour: buckets grow with what they
// hold, 64 to each doubling. Latency counts from the moment at which work was due, so that a pause of the sender or of
// the engine shows in every request that it held up.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace clearspan::tools {

class Latencies {
 public:
  using Micros = std::chrono::microseconds;

  void add(Micros latency) {
    const std::uint64_t value = latency.count() < 0 ? 0 : static_cast<std::uint64_t>(latency.count());
    ++counts_[std::min(bucket_of(value), kBuckets - 1)];
    ++total_;
    max_ = std::max(max_, value);
  }

  [[nodiscard]] std::uint64_t count() const { return total_; }

  [[nodiscard]] Micros max() const { return Micros{max_}; }

  // The lowest latency that at least that share of all did not exceed, to within a bucket; zero when there is none.
  [[nodiscard]] Micros quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      seen += counts_[i];
      if (seen <= wanted && seen < total_) continue;
      return Micros{i + 1 == kBuckets ? max_ : std::min(highest_in(i), max_)};
    }
    return Micros{0};
  }

 private:
  static constexpr unsigned kPrecisionBits = 6;
  static constexpr std::size_t kPerDoubling = std::size_t{1} << kPrecisionBits;
  static constexpr std::size_t kDoublings = 32;  // of microseconds: more than an hour
  static constexpr std::size_t kBuckets = kPerDoubling * (kDoublings + 1);

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < kPerDoubling) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kPrecisionBits - 1;
    return static_cast<std::size_t>(shift * kPerDoubling + (value >> shift));
  }

  static std::uint64_t highest_in(std::size_t bucket) {
    if (bucket < 2 * kPerDoubling) return bucket;
    const std::size_t shift = bucket / kPerDoubling - 1;
    return ((bucket % kPerDoubling + kPerDoubling + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace clearspan::tools
