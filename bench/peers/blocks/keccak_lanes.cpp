#include "bench/peers/blocks/keccak_lanes.hpp"

#include <array>
#include <cstring>

#ifndef __clang__
// With its exclusive-ors in the order in which they are written, g++ joins more of them to one instruction.
#pragma GCC optimize("no-tree-reassoc")
#endif

namespace clearspan::peers {
namespace {

constexpr std::size_t kWords = 25;
constexpr std::size_t kRounds = 24;

using Lanes8 = std::uint64_t __attribute__((vector_size(64)));
using Lanes4 = std::uint64_t __attribute__((vector_size(32)));

// Word (x, y) is at x + 5 * y. rho rotates word i by kRotation[i], and pi moves it to kTarget[i].
struct Tables {
  std::array<unsigned, kWords> rotation{};
  std::array<std::size_t, kWords> target{};
  std::array<std::uint64_t, kRounds> constant{};
};

// As the reference defines them: rotations are triangular numbers along the path of pi, constants the bits of a linear
// feedback shift register with the polynomial x^8 + x^6 + x^5 + x^4 + 1.
constexpr Tables make_tables() {
  Tables tables;
  for (std::size_t y = 0; y < 5; ++y) {
    for (std::size_t x = 0; x < 5; ++x) tables.target[x + 5 * y] = y + 5 * ((2 * x + 3 * y) % 5);
  }
  std::size_t word = 1;
  for (unsigned t = 0; t < 24; ++t) {
    tables.rotation[word] = (t + 1) * (t + 2) / 2 % 64;
    word = tables.target[word];
  }
  unsigned bits = 1;
  for (std::uint64_t& constant : tables.constant) {
    for (unsigned j = 0; j < 7; ++j) {
      if ((bits & 1U) != 0) constant |= std::uint64_t{1} << ((1U << j) - 1);
      bits = (bits << 1) ^ ((bits & 0x80U) != 0 ? 0x171U : 0U);
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();
static_assert(kTables.constant[0] == 1 && kTables.constant[23] == 0x8000000080008008);

template <class Lanes>
[[gnu::always_inline]] inline void rotate(const Lanes& from, unsigned by, Lanes& to) {
  to = by == 0 ? from : (from << by) | (from >> (64 - by));
}

template <class Lanes>
[[gnu::always_inline]] inline void permute(Lanes* a) {
  for (std::size_t round = 0; round < kRounds; ++round) {
    Lanes parity[5];
    Lanes moved[kWords];
#pragma GCC unroll 5
    for (std::size_t x = 0; x < 5; ++x) parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma GCC unroll 5
    for (std::size_t x = 0; x < 5; ++x) {
      Lanes next;
      rotate(parity[(x + 1) % 5], 1, next);
      next ^= parity[(x + 4) % 5];
#pragma GCC unroll 5
      for (std::size_t y = 0; y < 5; ++y) {
        const std::size_t i = x + 5 * y;
        rotate(Lanes(a[i] ^ next), kTables.rotation[i], moved[kTables.target[i]]);
      }
    }
#pragma GCC unroll 5
    for (std::size_t y = 0; y < 25; y += 5) {
#pragma GCC unroll 5
      for (std::size_t x = 0; x < 5; ++x) a[x + y] = moved[x + y] ^ (~moved[(x + 1) % 5 + y] & moved[(x + 2) % 5 + y]);
    }
    a[0] ^= kTables.constant[round];
  }
}

template <class Lanes>
[[gnu::always_inline]] inline std::uint64_t permute_times(std::size_t times) {
  Lanes state[kWords] = {};
  for (std::size_t i = 0; i < times; ++i) permute(state);
  std::uint64_t first = 0;
  std::memcpy(&first, state, sizeof(first));
  return first;
}

__attribute__((target("avx512f"))) std::uint64_t permute_8(std::size_t times) {
  return permute_times<Lanes8>(times);
}

__attribute__((target("avx2"))) std::uint64_t permute_4(std::size_t times) {
  return permute_times<Lanes4>(times);
}

std::uint64_t permute_1(std::size_t times) {
  return permute_times<std::uint64_t>(times);
}

}  // namespace

std::size_t keccak_lanes() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") != 0) return 8;
  return __builtin_cpu_supports("avx2") != 0 ? 4 : 1;
}

std::uint64_t permute_many(std::size_t count) {
  const std::size_t lanes = keccak_lanes();
  const std::size_t times = (count + lanes - 1) / lanes;
  if (lanes == 8) return permute_8(times);
  return lanes == 4 ? permute_4(times) : permute_1(times);
}

}  // namespace clearspan::peers
