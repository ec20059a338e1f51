// Many pieces of work on a few threads, and figures that all of them add to.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace clearspan::tools {

template <class Figures>
class Tally {
 public:
  // Calls `change` with the figures, alone.
  template <class Change>
  void update(Change change) {
    const std::lock_guard lock(mutex_);
    change(figures_);
  }

  [[nodiscard]] Figures figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
  }

 private:
  mutable std::mutex mutex_;
  Figures figures_;
};

inline constexpr std::chrono::seconds kProgressEvery{5};
inline constexpr std::chrono::milliseconds kProgressPoll{20};

// Calls `work` with 0, 1, ... below `count`, so many at once, and `progress` on this thread every few seconds.
inline void run_all(std::uint64_t count, std::uint32_t jobs, const std::function<void(std::uint64_t)>& work,
                    const std::function<void()>& progress) {
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint32_t> running{jobs};
  std::vector<std::thread> threads;
  threads.reserve(jobs);
  for (std::uint32_t i = 0; i < jobs; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t at = next++; at < count; at = next++) work(at);
      --running;
    });
  }
  auto told = std::chrono::steady_clock::now();
  while (running > 0) {
    std::this_thread::sleep_for(kProgressPoll);
    if (std::chrono::steady_clock::now() - told < kProgressEvery) continue;
    told = std::chrono::steady_clock::now();
    progress();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace clearspan::tools
