#include "codecs/crypto/keccak_lanes.hpp"

#include <immintrin.h>

#include <bit>
#include <cstring>

// g++ 12 takes the compiler's own placeholder for "any value" in its AVX-512 header for a variable that was forgotten
// (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"

namespace clearspan::crypto {
namespace {

static_assert(std::endian::native == std::endian::little, "lanes are read as little-endian words");

constexpr std::array<std::uint64_t, 24> kRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

// One state, twice: with BMI a rotation and an and-not are one instruction each that spares its operands.
#define KECCAK_LANE std::uint64_t
#define KECCAK_CONSTANT(c) (c)
#define KECCAK_XOR(a, b) ((a) ^ (b))
#define KECCAK_XOR3(a, b, c) ((a) ^ ((b) ^ (c)))
#define KECCAK_ROTATE(a, n) std::rotl(a, n)
#define KECCAK_CHI(a, b, c) ((a) ^ (~(b) & (c)))
#define KECCAK_NAME permute_portable
#define KECCAK_TARGET
#include "codecs/crypto/keccak_permutation.inc"
#define KECCAK_NAME permute_bmi
#define KECCAK_TARGET CLEARSPAN_AVX2
#include "codecs/crypto/keccak_permutation.inc"
#undef KECCAK_LANE
#undef KECCAK_CONSTANT
#undef KECCAK_XOR
#undef KECCAK_XOR3
#undef KECCAK_ROTATE
#undef KECCAK_CHI

// Four states. A rotation by whole bytes is a shuffle.
CLEARSPAN_AVX2 inline __m256i rotate_bytes(__m256i words, int bytes) {
  const __m256i left_1 = _mm256_setr_epi8(7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14, 7, 0, 1, 2, 3, 4, 5, 6,
                                          15, 8, 9, 10, 11, 12, 13, 14);
  const __m256i left_7 = _mm256_setr_epi8(1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8, 1, 2, 3, 4, 5, 6, 7, 0,
                                          9, 10, 11, 12, 13, 14, 15, 8);
  return _mm256_shuffle_epi8(words, bytes == 1 ? left_1 : left_7);
}

#define KECCAK_LANE __m256i
#define KECCAK_CONSTANT(c) _mm256_set1_epi64x(static_cast<long long>(c))
#define KECCAK_XOR(a, b) _mm256_xor_si256(a, b)
#define KECCAK_XOR3(a, b, c) _mm256_xor_si256(a, _mm256_xor_si256(b, c))
#define KECCAK_ROTATE(a, n)                         \
  ((n) == 8 || (n) == 56 ? rotate_bytes(a, (n) / 8) \
                         : _mm256_or_si256(_mm256_slli_epi64(a, n), _mm256_srli_epi64(a, 64 - (n))))
#define KECCAK_CHI(a, b, c) _mm256_xor_si256(a, _mm256_andnot_si256(b, c))
#define KECCAK_NAME permute_avx2
#define KECCAK_TARGET CLEARSPAN_AVX2
#include "codecs/crypto/keccak_permutation.inc"
#undef KECCAK_LANE
#undef KECCAK_CONSTANT
#undef KECCAK_XOR
#undef KECCAK_XOR3
#undef KECCAK_ROTATE
#undef KECCAK_CHI

// Eight states. Rotations are one instruction, and so is every function of three operands, by its truth table.
#define KECCAK_LANE __m512i
#define KECCAK_CONSTANT(c) _mm512_set1_epi64(static_cast<long long>(c))
#define KECCAK_XOR(a, b) _mm512_xor_si512(a, b)
#define KECCAK_XOR3(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define KECCAK_ROTATE(a, n) _mm512_rol_epi64(a, n)
#define KECCAK_CHI(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xd2)
#define KECCAK_NAME permute_avx512
#define KECCAK_NAME_OF_TWO permute_avx512_twice
#define KECCAK_TARGET CLEARSPAN_AVX512
#include "codecs/crypto/keccak_permutation.inc"
#undef KECCAK_LANE
#undef KECCAK_CONSTANT
#undef KECCAK_XOR
#undef KECCAK_XOR3
#undef KECCAK_ROTATE
#undef KECCAK_CHI

// Four states with the same instructions, which three ports take at this width instead of two.
#define KECCAK_LANE __m256i
#define KECCAK_CONSTANT(c) _mm256_set1_epi64x(static_cast<long long>(c))
#define KECCAK_XOR(a, b) _mm256_xor_si256(a, b)
#define KECCAK_XOR3(a, b, c) _mm256_ternarylogic_epi64(a, b, c, 0x96)
#define KECCAK_ROTATE(a, n) _mm256_rol_epi64(a, n)
#define KECCAK_CHI(a, b, c) _mm256_ternarylogic_epi64(a, b, c, 0xd2)
#define KECCAK_NAME permute_avx512_narrow
#define KECCAK_TARGET CLEARSPAN_AVX512
#include "codecs/crypto/keccak_permutation.inc"

constexpr std::size_t kRateWords = kKeccakRateBytes / 8;
constexpr std::size_t kAvx2Lanes = 4;
constexpr std::size_t kAvx512Lanes = 8;
constexpr std::size_t kAvx512TwiceLanes = 2 * kAvx512Lanes;

std::int64_t word_at(const std::uint8_t* bytes) {
  std::int64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

CLEARSPAN_AVX2 inline __m256i load_256(const std::uint8_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

// Two words from each of four blocks, as two vectors of one word of all blocks. The halves of a vector are joined while
// they are loaded, which leaves the shuffles' port to what only a shuffle can do.
CLEARSPAN_AVX2 inline void transpose_256(const std::uint8_t* const* blocks, std::size_t offset, __m256i* words) {
  const __m256i blocks_02 = _mm256_loadu2_m128i(reinterpret_cast<const __m128i*>(blocks[2] + offset),
                                                reinterpret_cast<const __m128i*>(blocks[0] + offset));
  const __m256i blocks_13 = _mm256_loadu2_m128i(reinterpret_cast<const __m128i*>(blocks[3] + offset),
                                                reinterpret_cast<const __m128i*>(blocks[1] + offset));
  words[0] = _mm256_unpacklo_epi64(blocks_02, blocks_13);
  words[1] = _mm256_unpackhi_epi64(blocks_02, blocks_13);
}

CLEARSPAN_AVX2 inline void transpose_block_256(const std::uint8_t* const* blocks, __m256i* words) {
  for (std::size_t i = 0; i + 1 < kRateWords; i += 2) transpose_256(blocks, i * 8, words + i);
  constexpr std::size_t kLast = (kRateWords - 1) * 8;
  words[kRateWords - 1] = _mm256_setr_epi64x(word_at(blocks[0] + kLast), word_at(blocks[1] + kLast),
                                             word_at(blocks[2] + kLast), word_at(blocks[3] + kLast));
}

CLEARSPAN_AVX2 void absorb_avx2(std::uint64_t* state, const std::uint8_t* const* blocks, unsigned kept) {
  const __m256i bits = _mm256_setr_epi64x(1, 2, 4, 8);
  const __m256i keep = _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(kept), bits), bits);
  __m256i words[kKeccakWords];
  transpose_block_256(blocks, words);
  auto* rows = reinterpret_cast<__m256i*>(state);
  for (std::size_t i = 0; i < kKeccakWords; ++i) {
    const __m256i old = _mm256_and_si256(_mm256_load_si256(rows + i), keep);
    words[i] = i < kRateWords ? _mm256_xor_si256(words[i], old) : old;
  }
  permute_avx2(words);
  for (std::size_t i = 0; i < kKeccakWords; ++i) _mm256_store_si256(rows + i, words[i]);
}

CLEARSPAN_AVX512 void absorb_avx512_narrow(std::uint64_t* state, const std::uint8_t* const* blocks, unsigned kept) {
  const auto keep = static_cast<__mmask8>(kept);
  __m256i words[kKeccakWords];
  transpose_block_256(blocks, words);
  for (std::size_t i = 0; i < kKeccakWords; ++i) {
    const __m256i old = _mm256_maskz_load_epi64(keep, state + i * kAvx2Lanes);
    words[i] = i < kRateWords ? _mm256_xor_si256(words[i], old) : old;
  }
  permute_avx512_narrow(words);
  for (std::size_t i = 0; i < kKeccakWords; ++i) _mm256_store_epi64(state + i * kAvx2Lanes, words[i]);
}

CLEARSPAN_AVX512 inline __m512i load_two(const std::uint8_t* low, const std::uint8_t* high) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(load_256(low)), load_256(high), 1);
}

// Four words from each of eight blocks, as four vectors of one word of all blocks; joined like those of AVX2.
CLEARSPAN_AVX512 inline void transpose_512(const std::uint8_t* const* blocks, std::size_t offset, __m512i* words) {
  const __m512i blocks_02 = load_two(blocks[0] + offset, blocks[2] + offset);
  const __m512i blocks_13 = load_two(blocks[1] + offset, blocks[3] + offset);
  const __m512i blocks_46 = load_two(blocks[4] + offset, blocks[6] + offset);
  const __m512i blocks_57 = load_two(blocks[5] + offset, blocks[7] + offset);
  const __m512i even_0123 = _mm512_unpacklo_epi64(blocks_02, blocks_13);
  const __m512i odd_0123 = _mm512_unpackhi_epi64(blocks_02, blocks_13);
  const __m512i even_4567 = _mm512_unpacklo_epi64(blocks_46, blocks_57);
  const __m512i odd_4567 = _mm512_unpackhi_epi64(blocks_46, blocks_57);
  words[0] = _mm512_shuffle_i64x2(even_0123, even_4567, 0x88);
  words[1] = _mm512_shuffle_i64x2(odd_0123, odd_4567, 0x88);
  words[2] = _mm512_shuffle_i64x2(even_0123, even_4567, 0xdd);
  words[3] = _mm512_shuffle_i64x2(odd_0123, odd_4567, 0xdd);
}

// The blocks' words into the states. A masked load takes a turn of the ports that the permutation needs, and mostly all
// lanes or none are within a message. `lanes`: of a whole row of states.
CLEARSPAN_AVX512 inline void add_512(const std::uint64_t* state, std::size_t lanes, __mmask8 keep, __m512i* words) {
  constexpr __mmask8 kAll = 0xff;
  const auto row = [=](std::size_t i) { return state + i * lanes; };
  if (keep == kAll) {
    for (std::size_t i = 0; i < kRateWords; ++i) words[i] = _mm512_xor_si512(words[i], _mm512_load_si512(row(i)));
    for (std::size_t i = kRateWords; i < kKeccakWords; ++i) words[i] = _mm512_load_si512(row(i));
  } else if (keep == 0) {
    for (std::size_t i = kRateWords; i < kKeccakWords; ++i) words[i] = _mm512_setzero_si512();
  } else {
    for (std::size_t i = 0; i < kRateWords; ++i) {
      words[i] = _mm512_xor_si512(words[i], _mm512_maskz_load_epi64(keep, row(i)));
    }
    for (std::size_t i = kRateWords; i < kKeccakWords; ++i) words[i] = _mm512_maskz_load_epi64(keep, row(i));
  }
}

// Eight of the states in rows of `lanes` of them, each with its next block.
CLEARSPAN_AVX512 inline void load_512(const std::uint64_t* state, std::size_t lanes, const std::uint8_t* const* blocks,
                                      unsigned kept, __m512i* words) {
  for (std::size_t i = 0; i + 1 < kRateWords; i += 4) transpose_512(blocks, i * 8, words + i);
  constexpr std::size_t kLast = (kRateWords - 1) * 8;
  // The indexes are addresses, so the base is an offset. NOLINTNEXTLINE(performance-no-int-to-ptr)
  words[kRateWords - 1] = _mm512_i64gather_epi64(_mm512_loadu_si512(blocks), reinterpret_cast<const void*>(kLast), 1);
  add_512(state, lanes, static_cast<__mmask8>(kept), words);
}

CLEARSPAN_AVX512 inline void store_512(const __m512i* words, std::size_t lanes, std::uint64_t* state) {
  for (std::size_t i = 0; i < kKeccakWords; ++i) _mm512_store_si512(state + i * lanes, words[i]);
}

CLEARSPAN_AVX512 void absorb_avx512(std::uint64_t* state, const std::uint8_t* const* blocks, unsigned kept) {
  __m512i words[kKeccakWords];
  load_512(state, kAvx512Lanes, blocks, kept, words);
  permute_avx512(words);
  store_512(words, kAvx512Lanes, state);
}

CLEARSPAN_AVX512 void absorb_avx512_twice(std::uint64_t* state, const std::uint8_t* const* blocks, unsigned kept) {
  __m512i first[kKeccakWords];
  __m512i second[kKeccakWords];
  load_512(state, kAvx512TwiceLanes, blocks, kept, first);
  load_512(state + kAvx512Lanes, kAvx512TwiceLanes, blocks + kAvx512Lanes, kept >> kAvx512Lanes, second);
  permute_avx512_twice(first, second);
  store_512(first, kAvx512TwiceLanes, state);
  store_512(second, kAvx512TwiceLanes, state + kAvx512Lanes);
}

// The padding is put in while the bytes are in registers: single bytes written to memory would hold up the absorption,
// which reads 64 at once.
CLEARSPAN_AVX512 void pad_avx512(const std::uint8_t* rest, std::size_t size, std::uint8_t* block) {
  const __m512i first_mark = _mm512_set1_epi8(0x01);
  const __m128i last_mark = _mm_set_epi64x(0, static_cast<long long>(0x8000000000000000ULL));
  const std::size_t in_second = size > 64 ? size - 64 : 0;
  const std::size_t in_third = size > 128 ? size - 128 : 0;
  const auto bit = [](std::size_t at, std::size_t begin) {
    return at >= begin && at < begin + 64 ? std::uint64_t{1} << (at - begin) : 0;
  };
  const auto below = [](std::size_t count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  };
  __m512i part = _mm512_maskz_loadu_epi8(below(size), rest);
  _mm512_storeu_si512(block, _mm512_mask_mov_epi8(part, bit(size, 0), first_mark));
  part = _mm512_maskz_loadu_epi8(below(in_second), rest + 64);
  _mm512_storeu_si512(block + 64, _mm512_mask_mov_epi8(part, bit(size, 64), first_mark));
  __m128i last = _mm_maskz_loadu_epi8(static_cast<__mmask16>(below(in_third)), rest + 128);
  last = _mm_mask_mov_epi8(last, static_cast<__mmask16>(bit(size, 128)), _mm_set1_epi8(0x01));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(block + 128), _mm_or_si128(last, last_mark));
}

constexpr KeccakLanes kAvx2 = {kAvx2Lanes, absorb_avx2, keccak_pad, nullptr, false};
constexpr KeccakLanes kAvx512Narrow = {kAvx2Lanes, absorb_avx512_narrow, pad_avx512, nullptr, false};
constexpr KeccakLanes kAvx512 = {kAvx512Lanes, absorb_avx512, pad_avx512, &kAvx512Narrow, false};
constexpr KeccakLanes kAvx512Twice = {kAvx512TwiceLanes, absorb_avx512_twice, pad_avx512, &kAvx512, true};

}  // namespace

void keccak_permute(std::uint64_t* state, CpuPath path) {
  if (path == CpuPath::portable) {
    permute_portable(state);
  } else {
    permute_bmi(state);
  }
}

const KeccakLanes* keccak_lanes(CpuPath path) {
  switch (path) {
    case CpuPath::portable:
      return nullptr;
    case CpuPath::avx2:
      return &kAvx2;
    case CpuPath::avx512:
      return &kAvx512Twice;
  }
  return nullptr;
}

void keccak_pad(const std::uint8_t* rest, std::size_t size, std::uint8_t* block) {
  std::memset(block, 0, kKeccakRateBytes);
  if (size > 0) std::memcpy(block, rest, size);
  block[size] = 0x01;
  block[kKeccakRateBytes - 1] |= 0x80;
}

}  // namespace clearspan::crypto
