// How the benchmarks wait for what other threads do.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace clearspan::tools {

// Nothing ends by itself in this time.
inline constexpr Millis kCalm{86'400'000};

// Errors: timed_out, with `what`, when it is not so after two minutes.
inline Status until(const std::function<bool()>& is_so, const char* what) {
  constexpr auto kLook = std::chrono::milliseconds(1);
  constexpr auto kPatience = std::chrono::minutes(2);
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > give_up) return make_error(ErrorCode::timed_out, what);
    std::this_thread::sleep_for(kLook);
  }
  return Done{};
}

}  // namespace clearspan::tools
