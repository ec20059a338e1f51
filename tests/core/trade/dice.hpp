// Random choices of a long story from one number: a failing property prints that number, and the same number tells the
// same story again. Drawn so, a story of hundreds of choices costs microseconds, where shrinking each choice costs
// minutes.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace clearspan {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  // From 0 to end - 1.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  bool one_in(std::size_t n) { return below(n) == 0; }

  template <class T>
  T one_of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::mt19937_64 random_;
};

inline constexpr int kStoriesPerCase = 50;  // of each of rapidcheck's cases

inline std::uint64_t any_seed() {
  return *rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
}

}  // namespace clearspan
