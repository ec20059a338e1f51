// SHA-256 (FIPS 180-4).
#pragma once

#include <memory>
#include <span>

#include "core/base/bytes.hpp"

namespace clearspan::crypto {

Hash32 sha256(ByteView message);

// hashes[i] = sha256(messages[i]); both have the same length. Independent messages given together are hashed two at a
// time.
void sha256_many(std::span<const ByteView> messages, std::span<Hash32> hashes);

// SHA-256 of `first` followed by `second`, as Merkle trees and hash chains need it.
Hash32 sha256(ByteView first, ByteView second);

// SHA-256 of a message that comes in parts.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(ByteView part);

  // The hash of all parts since the start or the last finish().
  Hash32 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace clearspan::crypto
