// Several Keccak states side by side: word i of lane l stands at state[i * lanes + l], so that one vector holds the
// same word of all lanes. A block absorbed into every lane costs little more than a block absorbed into one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "codecs/crypto/cpu.hpp"

namespace clearspan::crypto {

inline constexpr std::size_t kKeccakRateBytes = 136;
inline constexpr std::size_t kKeccakWords = 25;
inline constexpr std::size_t kKeccakLanesMax = 16;

using KeccakBlock = std::array<std::uint8_t, kKeccakRateBytes>;

// The permutation of one state, in the form for the path.
void keccak_permute(std::uint64_t* state, CpuPath path);

struct KeccakLanes {
  std::size_t count;

  // Absorbs blocks[l] into lane l of all lanes and permutes. A lane whose bit in `kept` is not set starts from zero.
  void (*absorb)(std::uint64_t* state, const std::uint8_t* const* blocks, unsigned kept);

  // The last block of a message: its last bytes, fewer than kKeccakRateBytes, and the padding 0x01 0x00... 0x80.
  void (*pad)(const std::uint8_t* rest, std::size_t size, std::uint8_t* block);

  // The same for fewer lanes, quicker when no more are in use; null when there is none.
  const KeccakLanes* narrower;

  // Whether it is quicker than the narrower form only while all lanes are busy.
  bool is_for_many_alike;
};

// None for the portable path.
const KeccakLanes* keccak_lanes(CpuPath path);

// What `pad` does, for one message at a time.
void keccak_pad(const std::uint8_t* rest, std::size_t size, std::uint8_t* block);

}  // namespace clearspan::crypto
