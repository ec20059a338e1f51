// How tests wait: for as long as it takes, so that a busy machine fails no test, within a bound that only a hang
// reaches.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "core/base/clock.hpp"

namespace clearspan {

inline constexpr Millis kPatience{30'000};

// Whether the condition comes true within the patience.
inline bool comes_true(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(Millis{2});
  }
  return true;
}

}  // namespace clearspan
