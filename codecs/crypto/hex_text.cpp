#include "codecs/crypto/hex_text.hpp"

#include <immintrin.h>

#include <cstring>

#include "codecs/crypto/cpu.hpp"
#include "core/base/bytes.hpp"

// See keccak_lanes.cpp.
#pragma GCC diagnostic ignored "-Wuninitialized"

namespace clearspan::crypto {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

bool decode_portable(const char* digits, std::size_t count, std::uint8_t* out) {
  return from_hex({digits, 2 * count}, {out, count});
}

void encode_portable(const std::uint8_t* bytes, std::size_t count, char* out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[2 * i] = kDigits[bytes[i] >> 4];
    out[2 * i + 1] = kDigits[bytes[i] & 15];
  }
}

// 32 digits at a time. A digit is '0'..'9', or 'a'..'f' once bit 5 is set; the low four bits are its value, plus nine
// for a letter. multiply-add joins each pair of values to a byte.
CLEARSPAN_AVX2 bool decode_avx2(const char* digits, std::size_t count, std::uint8_t* out) {
  constexpr std::size_t kStep = 16;  // bytes
  const __m256i all = _mm256_set1_epi8(-1);
  __m256i invalid = _mm256_setzero_si256();
  for (; count >= kStep; count -= kStep, digits += 2 * kStep, out += kStep) {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(digits));
    const __m256i lower = _mm256_or_si256(text, _mm256_set1_epi8(0x20));
    const __m256i decimal = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
    const __m256i letter = _mm256_sub_epi8(lower, _mm256_set1_epi8('a'));
    // x is at most n, unsigned, when min(x, n) is x.
    const __m256i is_decimal = _mm256_cmpeq_epi8(_mm256_min_epu8(decimal, _mm256_set1_epi8(9)), decimal);
    const __m256i is_letter = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(5)), letter);
    invalid = _mm256_or_si256(invalid, _mm256_andnot_si256(_mm256_or_si256(is_decimal, is_letter), all));
    const __m256i nibbles = _mm256_add_epi8(_mm256_and_si256(text, _mm256_set1_epi8(0x0f)),
                                            _mm256_and_si256(is_letter, _mm256_set1_epi8(9)));
    const __m256i pairs = _mm256_maddubs_epi16(nibbles, _mm256_set1_epi16(0x0110));
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(pairs, pairs), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(packed));
  }
  if (_mm256_testz_si256(invalid, invalid) == 0) return false;
  return count == 0 || decode_portable(digits, count, out);
}

// Two digits per byte: the nibbles side by side, then their digits by a look-up.
CLEARSPAN_AVX2 void encode_avx2(const std::uint8_t* bytes, std::size_t count, char* out) {
  constexpr std::size_t kStep = 16;  // bytes
  const __m256i table = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(kDigits)));
  for (; count >= kStep; count -= kStep, bytes += kStep, out += 2 * kStep) {
    const __m256i wide = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
    const __m256i nibbles = _mm256_and_si256(_mm256_or_si256(_mm256_srli_epi16(wide, 4), _mm256_slli_epi16(wide, 8)),
                                             _mm256_set1_epi8(0x0f));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_shuffle_epi8(table, nibbles));
  }
  encode_portable(bytes, count, out);
}

// 64 digits at a time by one look-up in a table of 128 values; what is left over, under a mask. A character beyond the
// table has its top bit set, as what is no digit has in the table.
CLEARSPAN_AVX512 bool decode_avx512(const char* digits, std::size_t count, std::uint8_t* out) {
  constexpr std::size_t kStep = 32;  // bytes
  const __m512i low = _mm512_load_si512(kHexDigitValues.data());
  const __m512i high = _mm512_load_si512(kHexDigitValues.data() + 64);
  const __m512i join = _mm512_set1_epi16(0x0110);
  __m512i seen = _mm512_setzero_si512();
  for (; count >= kStep; count -= kStep, digits += 2 * kStep, out += kStep) {
    const __m512i text = _mm512_loadu_si512(digits);
    const __m512i values = _mm512_permutex2var_epi8(low, text, high);
    seen = _mm512_ternarylogic_epi64(seen, text, values, 0xfe);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi16_epi8(_mm512_maddubs_epi16(values, join)));
  }
  if (count > 0) {
    const __m512i text = _mm512_mask_loadu_epi8(_mm512_set1_epi8('0'), (std::uint64_t{1} << (2 * count)) - 1, digits);
    const __m512i values = _mm512_permutex2var_epi8(low, text, high);
    seen = _mm512_ternarylogic_epi64(seen, text, values, 0xfe);
    _mm256_mask_storeu_epi8(out, (1U << count) - 1, _mm512_cvtepi16_epi8(_mm512_maddubs_epi16(values, join)));
  }
  return _mm512_movepi8_mask(seen) == 0;
}

CLEARSPAN_AVX512 void encode_avx512(const std::uint8_t* bytes, std::size_t count, char* out) {
  constexpr std::size_t kStep = 32;  // bytes
  const __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(kDigits)));
  while (count > 0) {
    const std::size_t step = count < kStep ? count : kStep;
    const auto mask = static_cast<__mmask32>((std::uint64_t{1} << step) - 1);
    const __m512i wide = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(mask, bytes));
    const __m512i nibbles = _mm512_and_si512(_mm512_or_si512(_mm512_srli_epi16(wide, 4), _mm512_slli_epi16(wide, 8)),
                                             _mm512_set1_epi8(0x0f));
    const __mmask64 digits = step == kStep ? ~__mmask64{0} : (__mmask64{1} << (2 * step)) - 1;
    _mm512_mask_storeu_epi8(out, digits, _mm512_shuffle_epi8(table, nibbles));
    count -= step;
    bytes += step;
    out += 2 * step;
  }
}

}  // namespace

bool decode_hex(const char* digits, std::size_t count, std::uint8_t* out) {
  switch (cpu_path()) {
    case CpuPath::avx512:
      return decode_avx512(digits, count, out);
    case CpuPath::avx2:
      return decode_avx2(digits, count, out);
    case CpuPath::portable:
      break;
  }
  return decode_portable(digits, count, out);
}

void encode_hex(const std::uint8_t* bytes, std::size_t count, char* out) {
  switch (cpu_path()) {
    case CpuPath::avx512:
      return encode_avx512(bytes, count, out);
    case CpuPath::avx2:
      return encode_avx2(bytes, count, out);
    case CpuPath::portable:
      break;
  }
  encode_portable(bytes, count, out);
}

}  // namespace clearspan::crypto
