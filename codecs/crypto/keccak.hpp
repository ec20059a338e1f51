// Keccak-256 as Ethereum uses it: the Keccak submission with rate 1088 and padding byte 0x01, not the later SHA3-256.
// Source: "The Keccak reference", version 3.0.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/base/bytes.hpp"

namespace clearspan::crypto {

Hash32 keccak256(ByteView message);

// hashes[i] = keccak256(messages[i]); both have the same length. Independent messages given together leave room to
// hash them in parallel lanes.
void keccak256_many(std::span<const ByteView> messages, std::span<Hash32> hashes);

// Keccak-256 of a message that comes in parts.
class Keccak256 {
 public:
  Keccak256& update(ByteView part);

  // The hash of all parts since the start or the last finish().
  Hash32 finish();

 private:
  static constexpr std::size_t kRateBytes = 136;

  std::array<std::uint64_t, 25> state_{};
  std::array<std::uint8_t, kRateBytes> pending_{};
  std::size_t pending_size_ = 0;
};

}  // namespace clearspan::crypto
