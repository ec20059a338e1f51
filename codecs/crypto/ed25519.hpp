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

// Signs with one key; it holds the public key, too, which every signature needs and which is slow to find: keep it.
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

// Whether the key is a point whose order divides 8, written in any way, or its y is not below 2^255 - 19. By a key of
// small order everybody can sign. verify refuses both; who reads keys may ask earlier.
bool is_weak(const Ed25519PublicKey& key);

// False for a wrong signature, an s that is not below the group order, and a key that is no point of the curve.
//
// RFC 8032, section 5.1.7, lets verifiers differ. This one multiplies by no cofactor, [s]B = R + [k]A with k below the
// group order, and refuses a weak key and a weak R (as above), as libsodium does and the Web Cryptography API asks for
// (Ed25519, verify). OpenSSL accepts the weak ones. Others must judge the same signatures as we do:
// docs/evidence-format.md, section 5.
bool verify(const Ed25519PublicKey& key, ByteView message, const Ed25519Signature& signature);

}  // namespace clearspan::crypto
