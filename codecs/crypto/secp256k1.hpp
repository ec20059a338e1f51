// ECDSA over secp256k1 with recoverable signatures, as EVM ledgers use it. Signing is deterministic (RFC 6979) and
// always gives the lower of the two possible s; verification refuses the higher one, so that a signature has one form
// only.
#pragma once

#include <cstdint>

#include "codecs/crypto/secret_key.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::crypto {

// The two coordinates of the point, big-endian, without the leading 0x04.
struct PublicKeyTag;
using PublicKey = FixedBytes<PublicKeyTag, 64>;

struct ScalarTag;
using Scalar = FixedBytes<ScalarTag, 32>;  // big-endian

struct Signature {
  Scalar r;
  Scalar s;
  std::uint8_t parity = 0;  // of the y coordinate of r's point: 0 or 1

  bool operator==(const Signature&) const = default;
};

// Whether s is at most half the group order. Both s and its negation satisfy the equation; EIP-2 allows the lower only.
bool is_low_s(const Scalar& s);

// Errors: key_invalid when the key is zero or not below the group order.
Result<PublicKey> public_key_of(const SecretKey& key);

// Error: key_invalid.
Result<Signature> sign(const SecretKey& key, const Hash32& digest);

// The key that made the signature. A high s is accepted here: Frontier's txns have it, and the caller knows the fork.
// Error: signature_invalid when r or s is zero or not below the group order, or no point has that r.
Result<PublicKey> recover(const Hash32& digest, const Signature& signature);

// False for a wrong signature, a high s, and a key that is no point of the curve.
bool verify(const PublicKey& key, const Hash32& digest, const Scalar& r, const Scalar& s);

}  // namespace clearspan::crypto
