// Ed25519 signatures (RFC 8032).
#pragma once

#include <memory>

#include "codecs/crypto/secret_key.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace clearspan::crypto {

struct Ed25519PublicKeyTag;
using Ed25519PublicKey = FixedBytes<Ed25519PublicKeyTag, 32>;
struct Ed25519SignatureTag;
using Ed25519Signature = FixedBytes<Ed25519SignatureTag, 64>;

// Signs with one key; it holds the expanded key, so keep it.
class Ed25519Signer {
 public:
  explicit Ed25519Signer(const SecretKey& seed);
  ~Ed25519Signer();
  Ed25519Signer(Ed25519Signer&&) noexcept;
  Ed25519Signer& operator=(Ed25519Signer&&) noexcept;

  [[nodiscard]] const Ed25519PublicKey& public_key() const;
  [[nodiscard]] Ed25519Signature sign(ByteView message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// False for a wrong signature, an s that is not below the group order, and a key that is no point of the curve.
bool verify(const Ed25519PublicKey& key, ByteView message, const Ed25519Signature& signature);

}  // namespace clearspan::crypto
