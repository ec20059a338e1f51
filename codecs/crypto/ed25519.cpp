#include "codecs/crypto/ed25519.hpp"

#include <openssl/evp.h>

#include "core/base/verify.hpp"

namespace clearspan::crypto {
namespace {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

Context make_context() {
  Context context(EVP_MD_CTX_new());
  CLEARSPAN_VERIFY(context != nullptr);
  return context;
}

}  // namespace

struct Ed25519Signer::State {
  Key key;
  Ed25519PublicKey public_key;
};

Ed25519Signer::Ed25519Signer(const SecretKey& seed) : state_(std::make_unique<State>()) {
  state_->key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.expose().data(), SecretKey::kSize));
  CLEARSPAN_VERIFY(state_->key != nullptr);
  std::size_t size = Ed25519PublicKey::kSize;
  CLEARSPAN_VERIFY(EVP_PKEY_get_raw_public_key(state_->key.get(), state_->public_key.data(), &size) == 1);
}

Ed25519Signer::~Ed25519Signer() = default;
Ed25519Signer::Ed25519Signer(Ed25519Signer&&) noexcept = default;
Ed25519Signer& Ed25519Signer::operator=(Ed25519Signer&&) noexcept = default;

const Ed25519PublicKey& Ed25519Signer::public_key() const {
  return state_->public_key;
}

Ed25519Signature Ed25519Signer::sign(ByteView message) const {
  const Context context = make_context();
  Ed25519Signature signature;
  std::size_t size = Ed25519Signature::kSize;
  CLEARSPAN_VERIFY(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) == 1);
  CLEARSPAN_VERIFY(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
  CLEARSPAN_VERIFY(size == Ed25519Signature::kSize);
  return signature;
}

bool verify(const Ed25519PublicKey& key, ByteView message, const Ed25519Signature& signature) {
  const Key public_key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), Ed25519PublicKey::kSize));
  if (public_key == nullptr) return false;
  const Context context = make_context();
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), Ed25519Signature::kSize, message.data(), message.size()) ==
             1;
}

}  // namespace clearspan::crypto
