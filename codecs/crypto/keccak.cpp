#include "codecs/crypto/keccak.hpp"

#include <bit>
#include <cstring>

#include "core/base/verify.hpp"

namespace clearspan::crypto {
namespace {

static_assert(std::endian::native == std::endian::little, "lanes are read as little-endian words");

using State = std::array<std::uint64_t, 25>;

constexpr std::size_t kRateBytes = 136;
constexpr std::size_t kRateLanes = kRateBytes / 8;

constexpr std::array<std::uint64_t, 24> kRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

// One row of chi, with iota's constant on its first lane.
#define CLEARSPAN_KECCAK_ROW(out, row, b0, b1, b2, b3, b4, constant) \
  out[row] = (b0) ^ (~(b1) & (b2)) ^ (constant);                     \
  out[row + 1] = (b1) ^ (~(b2) & (b3));                              \
  out[row + 2] = (b2) ^ (~(b3) & (b4));                              \
  out[row + 3] = (b3) ^ (~(b4) & (b0));                              \
  out[row + 4] = (b4) ^ (~(b0) & (b1))

// theta, rho, pi, chi and iota from one state to another; lane (x, y) is a[x + 5 * y]. Each row of the result takes one
// lane of each column, rotated, which is pi read backwards.
inline void round(const std::uint64_t* a, std::uint64_t* out, std::uint64_t constant) {
  const std::uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
  const std::uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
  const std::uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
  const std::uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
  const std::uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
  const std::uint64_t d0 = c4 ^ std::rotl(c1, 1);
  const std::uint64_t d1 = c0 ^ std::rotl(c2, 1);
  const std::uint64_t d2 = c1 ^ std::rotl(c3, 1);
  const std::uint64_t d3 = c2 ^ std::rotl(c4, 1);
  const std::uint64_t d4 = c3 ^ std::rotl(c0, 1);

  std::uint64_t b0 = a[0] ^ d0;
  std::uint64_t b1 = std::rotl(a[6] ^ d1, 44);
  std::uint64_t b2 = std::rotl(a[12] ^ d2, 43);
  std::uint64_t b3 = std::rotl(a[18] ^ d3, 21);
  std::uint64_t b4 = std::rotl(a[24] ^ d4, 14);
  CLEARSPAN_KECCAK_ROW(out, 0, b0, b1, b2, b3, b4, constant);

  b0 = std::rotl(a[3] ^ d3, 28);
  b1 = std::rotl(a[9] ^ d4, 20);
  b2 = std::rotl(a[10] ^ d0, 3);
  b3 = std::rotl(a[16] ^ d1, 45);
  b4 = std::rotl(a[22] ^ d2, 61);
  CLEARSPAN_KECCAK_ROW(out, 5, b0, b1, b2, b3, b4, 0);

  b0 = std::rotl(a[1] ^ d1, 1);
  b1 = std::rotl(a[7] ^ d2, 6);
  b2 = std::rotl(a[13] ^ d3, 25);
  b3 = std::rotl(a[19] ^ d4, 8);
  b4 = std::rotl(a[20] ^ d0, 18);
  CLEARSPAN_KECCAK_ROW(out, 10, b0, b1, b2, b3, b4, 0);

  b0 = std::rotl(a[4] ^ d4, 27);
  b1 = std::rotl(a[5] ^ d0, 36);
  b2 = std::rotl(a[11] ^ d1, 10);
  b3 = std::rotl(a[17] ^ d2, 15);
  b4 = std::rotl(a[23] ^ d3, 56);
  CLEARSPAN_KECCAK_ROW(out, 15, b0, b1, b2, b3, b4, 0);

  b0 = std::rotl(a[2] ^ d2, 62);
  b1 = std::rotl(a[8] ^ d3, 55);
  b2 = std::rotl(a[14] ^ d4, 39);
  b3 = std::rotl(a[15] ^ d0, 41);
  b4 = std::rotl(a[21] ^ d1, 2);
  CLEARSPAN_KECCAK_ROW(out, 20, b0, b1, b2, b3, b4, 0);
}

#undef CLEARSPAN_KECCAK_ROW

void permute(State& state) {
  State other;
  for (std::size_t i = 0; i < kRoundConstants.size(); i += 2) {
    round(state.data(), other.data(), kRoundConstants[i]);
    round(other.data(), state.data(), kRoundConstants[i + 1]);
  }
}

void absorb(State& state, const std::uint8_t* block) {
  for (std::size_t lane = 0; lane < kRateLanes; ++lane) {
    std::uint64_t word = 0;
    std::memcpy(&word, block + lane * 8, sizeof(word));
    state[lane] ^= word;
  }
  permute(state);
}

// The last block: the rest of the message, the padding 0x01 0x00... 0x80.
Hash32 absorb_last(State& state, const std::uint8_t* rest, std::size_t size) {
  std::array<std::uint8_t, kRateBytes> block{};
  if (size > 0) std::memcpy(block.data(), rest, size);
  block[size] = 0x01;
  block[kRateBytes - 1] |= 0x80;
  absorb(state, block.data());
  Hash32 hash;
  std::memcpy(hash.data(), state.data(), Hash32::kSize);
  return hash;
}

}  // namespace

Hash32 keccak256(ByteView message) {
  State state{};
  const std::uint8_t* at = message.data();
  std::size_t left = message.size();
  for (; left >= kRateBytes; left -= kRateBytes, at += kRateBytes) absorb(state, at);
  return absorb_last(state, at, left);
}

void keccak256_many(std::span<const ByteView> messages, std::span<Hash32> hashes) {
  CLEARSPAN_VERIFY(messages.size() == hashes.size());
  for (std::size_t i = 0; i < messages.size(); ++i) hashes[i] = keccak256(messages[i]);
}

Keccak256& Keccak256::update(ByteView part) {
  while (!part.empty()) {
    const std::size_t size = std::min(part.size(), kRateBytes - pending_size_);
    std::memcpy(pending_.data() + pending_size_, part.data(), size);
    pending_size_ += size;
    part = part.subspan(size);
    if (pending_size_ == kRateBytes) {
      absorb(state_, pending_.data());
      pending_size_ = 0;
    }
  }
  return *this;
}

Hash32 Keccak256::finish() {
  const Hash32 hash = absorb_last(state_, pending_.data(), pending_size_);
  state_ = {};
  pending_size_ = 0;
  return hash;
}

}  // namespace clearspan::crypto
