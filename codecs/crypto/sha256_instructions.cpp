#include "codecs/crypto/sha256_instructions.hpp"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "codecs/crypto/cpu.hpp"

namespace clearspan::crypto {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kLengthBytes = 8;

alignas(16) constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The eight words a to h in the order that the instructions want: f e b a and h g d c, from the lowest.
struct Packed {
  __m128i abef;
  __m128i cdgh;
};

CLEARSPAN_SHA inline __m128i byte_order() {
  return _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
}

CLEARSPAN_SHA inline Packed first_state() {
  return {_mm_setr_epi32(static_cast<int>(0x9b05688c), 0x510e527f, static_cast<int>(0xbb67ae85), 0x6a09e667),
          _mm_setr_epi32(0x5be0cd19, 0x1f83d9ab, static_cast<int>(0xa54ff53a), 0x3c6ef372)};
}

CLEARSPAN_SHA inline void write_hash(const Packed& state, std::uint8_t* out) {
  const __m128i abef = _mm_shuffle_epi32(state.abef, 0x1b);  // a b e f
  const __m128i cdgh = _mm_shuffle_epi32(state.cdgh, 0x1b);  // c d g h
  const __m128i abcd = _mm_unpacklo_epi64(abef, cdgh);
  const __m128i efgh = _mm_unpackhi_epi64(abef, cdgh);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(abcd, byte_order()));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16), _mm_shuffle_epi8(efgh, byte_order()));
}

// One block into each of kStreams states. Sixteen groups of four rounds; the words of a group follow from the four
// groups before it.
template <std::size_t kStreams>
CLEARSPAN_SHA inline void compress(Packed* states, const std::uint8_t* const* blocks) {
  Packed work[kStreams];
  __m128i words[kStreams][4];
  for (std::size_t s = 0; s < kStreams; ++s) work[s] = states[s];
#pragma GCC unroll 16
  for (std::size_t group = 0; group < 16; ++group) {
    const __m128i constants = _mm_load_si128(reinterpret_cast<const __m128i*>(kRoundConstants.data() + 4 * group));
#pragma GCC unroll 2
    for (std::size_t s = 0; s < kStreams; ++s) {
      __m128i& now = words[s][group % 4];
      if (group < 4) {
        const auto* at = reinterpret_cast<const __m128i*>(blocks[s] + 16 * group);
        now = _mm_shuffle_epi8(_mm_loadu_si128(at), byte_order());
      } else {
        const __m128i last = words[s][(group + 3) % 4];
        const __m128i mixed = _mm_add_epi32(_mm_sha256msg1_epu32(now, words[s][(group + 1) % 4]),
                                            _mm_alignr_epi8(last, words[s][(group + 2) % 4], 4));
        now = _mm_sha256msg2_epu32(mixed, last);
      }
      const __m128i sum = _mm_add_epi32(now, constants);
      work[s].cdgh = _mm_sha256rnds2_epu32(work[s].cdgh, work[s].abef, sum);
      work[s].abef = _mm_sha256rnds2_epu32(work[s].abef, work[s].cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
  }
  for (std::size_t s = 0; s < kStreams; ++s) {
    states[s].abef = _mm_add_epi32(states[s].abef, work[s].abef);
    states[s].cdgh = _mm_add_epi32(states[s].cdgh, work[s].cdgh);
  }
}

// A message as its blocks: the whole ones in place, then one or two with the rest, the padding and the length.
class Stream {
 public:
  // `before`: bytes of the message that are in the state already.
  void start(ByteView message, std::size_t before = 0) {
    at_ = message.data();
    whole_ = message.size() / kBlockBytes;
    const std::size_t rest = message.size() % kBlockBytes;
    padded_ = rest + 1 + kLengthBytes > kBlockBytes ? 2 : 1;
    std::memset(tail_.data(), 0, tail_.size());
    if (rest > 0) std::memcpy(tail_.data(), at_ + whole_ * kBlockBytes, rest);
    tail_[rest] = 0x80;
    const std::uint64_t bits = __builtin_bswap64(std::uint64_t{8} * (before + message.size()));
    std::memcpy(tail_.data() + padded_ * kBlockBytes - kLengthBytes, &bits, sizeof(bits));
    if (whole_ == 0) at_ = tail_.data();
  }

  // How many blocks lie one after the other from at().
  [[nodiscard]] std::size_t run() const { return whole_ > 0 ? whole_ : padded_; }

  [[nodiscard]] const std::uint8_t* at() const { return at_; }

  // After `count` blocks, at most run(). False when they were the last.
  bool advance(std::size_t count) {
    at_ += count * kBlockBytes;
    if (whole_ == 0) return (padded_ -= count) > 0;
    whole_ -= count;
    if (whole_ == 0) at_ = tail_.data();
    return true;
  }

 private:
  const std::uint8_t* at_ = nullptr;
  std::size_t whole_ = 0;
  std::size_t padded_ = 0;
  std::array<std::uint8_t, 2 * kBlockBytes> tail_;
};

// The rest of one message.
CLEARSPAN_SHA void finish_alone(Packed state, Stream& stream, Hash32& hash) {
  do {
    const std::uint8_t* at = stream.at();
    compress<1>(&state, &at);
  } while (stream.advance(1));
  write_hash(state, hash.data());
}

CLEARSPAN_SHA void hash_in_pairs(std::span<const ByteView> messages, std::span<Hash32> hashes) {
  Packed states[2] = {first_state(), first_state()};
  Stream streams[2];
  std::size_t numbers[2] = {0, 1};
  std::size_t next = 2;
  streams[0].start(messages[0]);
  streams[1].start(messages[1]);
  while (true) {
    const std::size_t count = std::min(streams[0].run(), streams[1].run());
    const std::uint8_t* blocks[2] = {streams[0].at(), streams[1].at()};
    for (std::size_t i = 0; i < count; ++i) {
      compress<2>(states, blocks);
      blocks[0] += kBlockBytes;
      blocks[1] += kBlockBytes;
    }
    bool is_live[2] = {streams[0].advance(count), streams[1].advance(count)};
    for (std::size_t s = 0; s < 2; ++s) {
      if (is_live[s]) continue;
      write_hash(states[s], hashes[numbers[s]].data());
      is_live[s] = next < messages.size();
      if (!is_live[s]) continue;
      states[s] = first_state();
      numbers[s] = next;
      streams[s].start(messages[next++]);
    }
    if (is_live[0] && is_live[1]) continue;
    for (std::size_t s = 0; s < 2; ++s) {
      if (is_live[s]) finish_alone(states[s], streams[s], hashes[numbers[s]]);
    }
    return;
  }
}

}  // namespace

CLEARSPAN_SHA Hash32 sha256_by_instructions(ByteView message) {
  Stream stream;
  stream.start(message);
  Hash32 hash;
  finish_alone(first_state(), stream, hash);
  return hash;
}

// The block in which the two meet is put together; all others are hashed where they are.
CLEARSPAN_SHA Hash32 sha256_by_instructions(ByteView first, ByteView second) {
  Packed state = first_state();
  std::size_t hashed = 0;
  for (; first.size() - hashed >= kBlockBytes; hashed += kBlockBytes) {
    const std::uint8_t* at = first.data() + hashed;
    compress<1>(&state, &at);
  }
  const ByteView rest = first.subspan(hashed);
  const ByteView fill = second.first(std::min(second.size(), kBlockBytes - rest.size()));
  std::array<std::uint8_t, kBlockBytes> meeting;
  std::copy(fill.begin(), fill.end(), std::copy(rest.begin(), rest.end(), meeting.begin()));
  ByteView left(meeting.data(), rest.size() + fill.size());
  if (left.size() == kBlockBytes) {
    const std::uint8_t* at = left.data();
    compress<1>(&state, &at);
    hashed += kBlockBytes;
    left = second.subspan(fill.size());
  }
  Stream stream;
  stream.start(left, hashed);
  Hash32 hash;
  finish_alone(state, stream, hash);
  return hash;
}

void sha256_many_by_instructions(std::span<const ByteView> messages, std::span<Hash32> hashes) {
  if (messages.size() >= 2) return hash_in_pairs(messages, hashes);
  if (!messages.empty()) hashes[0] = sha256_by_instructions(messages[0]);
}

}  // namespace clearspan::crypto
