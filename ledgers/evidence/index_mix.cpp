#include "ledgers/evidence/index_mix.hpp"

#include <cstring>

namespace clearspan::evidence {

// Four sums side by side, since each step of one waits for the step before.
std::uint64_t mix(ByteView bytes, std::uint64_t seed) {
  constexpr std::uint64_t kFactor = 0x9e37'79b9'7f4a'7c15;  // odd, so that no step loses anything
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kSums = 4;
  const auto word_at = [](const std::uint8_t* from) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, kWord);
    return word;
  };
  const auto take = [](std::uint64_t& sum, std::uint64_t word) {
    sum = (sum ^ word) * kFactor;
    sum ^= sum >> 32;
  };
  const ByteView all = bytes;
  std::uint64_t sums[kSums] = {seed ^ bytes.size(), seed + 1, seed + 2, seed + 3};
  for (; bytes.size() >= kSums * kWord; bytes = bytes.subspan(kSums * kWord)) {
    for (std::size_t i = 0; i < kSums; ++i) take(sums[i], word_at(bytes.data() + i * kWord));
  }
  for (; bytes.size() >= kWord; bytes = bytes.subspan(kWord)) take(sums[0], word_at(bytes.data()));
  // What is left is the upper part of the last eight bytes: to gather it by itself takes longer than all else.
  if (!bytes.empty() && all.size() >= kWord) {
    take(sums[1], word_at(all.data() + all.size() - kWord) >> 8 * (kWord - bytes.size()));
  } else if (!bytes.empty()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    take(sums[1], word);
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) {
    sum = (sum ^ part) * kFactor;
    sum ^= sum >> 32;
  }
  return sum;
}

}  // namespace clearspan::evidence
