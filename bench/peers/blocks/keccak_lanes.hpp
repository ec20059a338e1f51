// Keccak-f[1600] and nothing else, on as many states side by side as a vector register has 64-bit lanes: how many
// permutations a second this processor can do when nothing has to be read, padded, or waited for. The limit of every
// way to hash many messages. Source: "The Keccak reference", version 3.0, section 1.2.
#pragma once

#include <cstddef>
#include <cstdint>

namespace clearspan::peers {

// The number of states that the widest registers of this processor hold: 8 with AVX-512, 4 with AVX2, otherwise 1.
std::size_t keccak_lanes();

// At least `count` permutations in all, of states that start from zero. Returns the first word of the first state, so
// that the work cannot be left out.
std::uint64_t permute_many(std::size_t count);

}  // namespace clearspan::peers
