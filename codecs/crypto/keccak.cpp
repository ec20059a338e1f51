#include "codecs/crypto/keccak.hpp"

#include <cstring>

#include "codecs/crypto/keccak_lanes.hpp"

namespace clearspan::crypto {
namespace {

using State = std::array<std::uint64_t, kKeccakWords>;

void absorb(State& state, const std::uint8_t* block, CpuPath path) {
  for (std::size_t i = 0; i < kKeccakRateBytes / 8; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, block + i * 8, sizeof(word));
    state[i] ^= word;
  }
  keccak_permute(state.data(), path);
}

Hash32 absorb_last(State& state, const std::uint8_t* rest, std::size_t size, CpuPath path) {
  KeccakBlock block;
  keccak_pad(rest, size, block.data());
  absorb(state, block.data(), path);
  Hash32 hash;
  std::memcpy(hash.data(), state.data(), Hash32::kSize);
  return hash;
}

}  // namespace

Hash32 keccak256(ByteView message) {
  const CpuPath path = cpu_path();
  State state{};
  const std::uint8_t* at = message.data();
  std::size_t left = message.size();
  for (; left >= kKeccakRateBytes; left -= kKeccakRateBytes, at += kKeccakRateBytes) absorb(state, at, path);
  return absorb_last(state, at, left, path);
}

Keccak256& Keccak256::update(ByteView part) {
  const CpuPath path = cpu_path();
  while (!part.empty()) {
    const std::size_t size = std::min(part.size(), kRateBytes - pending_size_);
    std::memcpy(pending_.data() + pending_size_, part.data(), size);
    pending_size_ += size;
    part = part.subspan(size);
    if (pending_size_ == kRateBytes) {
      absorb(state_, pending_.data(), path);
      pending_size_ = 0;
    }
  }
  return *this;
}

Hash32 Keccak256::finish() {
  const Hash32 hash = absorb_last(state_, pending_.data(), pending_size_, cpu_path());
  state_ = {};
  pending_size_ = 0;
  return hash;
}

}  // namespace clearspan::crypto
