#include "ledgers/evidence/index_mix.hpp"

#include <cstring>

namespace clearspan::evidence {

// Four sums side by side, since each step of one waits for the step before.
std::uint64_t mix(ByteView bytes, std::uint64_t seed) {
  constexpr std::uint64_t kFactor = 0x9e37'79b9'7f4a'7c15;  // odd, so that no step loses anything
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kSums = 4;
  const auto take = [](std::uint64_t& sum, const std::uint8_t* from, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, size);
    sum = (sum ^ word) * kFactor;
    sum ^= sum >> 32;
  };
  std::uint64_t sums[kSums] = {seed ^ bytes.size(), seed + 1, seed + 2, seed + 3};
  for (; bytes.size() >= kSums * kWord; bytes = bytes.subspan(kSums * kWord)) {
    for (std::size_t i = 0; i < kSums; ++i) take(sums[i], bytes.data() + i * kWord, kWord);
  }
  for (; bytes.size() >= kWord; bytes = bytes.subspan(kWord)) take(sums[0], bytes.data(), kWord);
  if (!bytes.empty()) take(sums[1], bytes.data(), bytes.size());
  std::uint64_t sum = 0;
  for (const std::uint64_t part : sums) {
    sum = (sum ^ part) * kFactor;
    sum ^= sum >> 32;
  }
  return sum;
}

}  // namespace clearspan::evidence
