// Chance in the simulation: everything that it decides comes from one seed.
#pragma once

#include <cstdint>
#include <random>

namespace clearspan::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }

  // 0 to n - 1; n is at least 1. The bias of the remainder does not matter here.
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }

  bool chance(std::uint32_t per_million) { return below(1'000'000) < per_million; }

 private:
  std::mt19937_64 engine_;  // the standard fixes its output, unlike that of the distributions
};

}  // namespace clearspan::sim
