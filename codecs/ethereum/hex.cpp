#include "codecs/ethereum/hex.hpp"

#include <immintrin.h>

#include <cstring>

#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {
namespace {

constexpr std::size_t kLaneDigits = 32;  // digits per AVX2 register

bool decode_scalar(const char* digits, std::size_t count, std::uint8_t* out) {
  return from_hex({digits, 2 * count}, {out, count});
}

// 32 digits at a time. A digit is '0'..'9', or 'a'..'f' once bit 5 is set; the low four bits are its value, plus nine
// for a letter, which bit 6 marks. multiply-add joins each pair of values to a byte.
__attribute__((target("avx2"))) bool decode_avx2(const char* digits, std::size_t count, std::uint8_t* out) {
  const __m256i low_bits = _mm256_set1_epi8(0x0f);
  __m256i invalid = _mm256_setzero_si256();
  std::size_t done = 0;
  for (; count - done >= kLaneDigits / 2; done += kLaneDigits / 2) {
    __m256i text;
    std::memcpy(&text, digits + 2 * done, sizeof(text));
    const __m256i lower = _mm256_or_si256(text, _mm256_set1_epi8(0x20));
    const __m256i decimal = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
    const __m256i letter = _mm256_sub_epi8(lower, _mm256_set1_epi8('a'));
    // x is at most n, unsigned, when min(x, n) is x.
    const __m256i is_decimal = _mm256_cmpeq_epi8(_mm256_min_epu8(decimal, _mm256_set1_epi8(9)), decimal);
    const __m256i is_letter = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(5)), letter);
    invalid =
        _mm256_or_si256(invalid, _mm256_andnot_si256(_mm256_or_si256(is_decimal, is_letter), _mm256_set1_epi8(-1)));
    const __m256i nibbles =
        _mm256_add_epi8(_mm256_and_si256(text, low_bits), _mm256_and_si256(is_letter, _mm256_set1_epi8(9)));
    const __m256i pairs = _mm256_maddubs_epi16(nibbles, _mm256_set1_epi16(0x0110));
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(pairs, pairs), 0x08);
    const __m128i bytes = _mm256_castsi256_si128(packed);
    std::memcpy(out + done, &bytes, sizeof(bytes));
  }
  if (_mm256_testz_si256(invalid, invalid) == 0) return false;
  return done == count || decode_scalar(digits + 2 * done, count - done, out + done);
}

using Decoder = bool (*)(const char*, std::size_t, std::uint8_t*);

Decoder choose_decoder() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0 ? decode_avx2 : decode_scalar;
}

const Decoder kDecoder = choose_decoder();

// The digits of a quantity without leading zeros; none when the prefix is missing.
std::optional<std::string_view> significant_digits(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  text.remove_prefix(2);
  const std::size_t first = text.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

// Decodes digits, an odd number of them too, into (digits.size() + 1) / 2 bytes.
bool decode_number(std::string_view digits, std::uint8_t* out) {
  if (digits.size() % 2 == 0) return decode_hex(digits.data(), digits.size() / 2, out);
  const char first[2] = {'0', digits[0]};
  return decode_scalar(first, 1, out) && decode_hex(digits.data() + 1, digits.size() / 2, out + 1);
}

}  // namespace

bool decode_hex(const char* digits, std::size_t count, std::uint8_t* out) {
  if (count < kLaneDigits / 2) return decode_scalar(digits, count, out);
  return kDecoder(digits, count, out);
}

std::optional<Word> parse_quantity(std::string_view text) {
  const auto digits = significant_digits(text);
  if (!digits || digits->size() > 2 * Word::kSize) return std::nullopt;
  const std::size_t size = (digits->size() + 1) / 2;
  Word word;
  if (!decode_number(*digits, word.data() + Word::kSize - size)) return std::nullopt;
  return word;
}

std::optional<std::uint64_t> parse_quantity_u64(std::string_view text) {
  const auto word = parse_quantity(text);
  return word ? as_u64(*word) : std::nullopt;
}

bool append_data_of(Buffer& out, std::string_view text, std::size_t size) {
  if (text.size() != 2 + 2 * size || !text.starts_with("0x")) return false;
  const std::size_t start = out.size();
  if (size != 1) rlp::append_string_header(out, size);
  std::uint8_t* room = out.extend(size);
  if (!decode_hex(text.data() + 2, size, room)) {
    out.truncate(start);
    return false;
  }
  if (size == 1 && *room >= rlp::kEmptyString) {
    const std::uint8_t byte = *room;
    out.truncate(start);
    rlp::append_bytes(out, {&byte, 1});
  }
  return true;
}

bool append_data(Buffer& out, std::string_view text) {
  if (text.size() < 2 || text.size() % 2 != 0) return false;
  return append_data_of(out, text, (text.size() - 2) / 2);
}

bool append_quantity(Buffer& out, std::string_view text, std::size_t size_max) {
  const auto digits = significant_digits(text);
  if (!digits) return false;
  const std::size_t size = (digits->size() + 1) / 2;
  std::uint8_t bytes[Word::kSize];
  if (size > size_max || size > sizeof(bytes) || !decode_number(*digits, bytes)) return false;
  rlp::append_bytes(out, {bytes, size});
  return true;
}

}  // namespace clearspan::ethereum
