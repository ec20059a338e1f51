#include "codecs/crypto/sha256.hpp"

// The functions below are deprecated in favour of fetched algorithms, which take a third longer for the short messages
// that trees and chains are made of. They are the same code underneath.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "codecs/crypto/cpu.hpp"
#include "codecs/crypto/sha256_instructions.hpp"
#include "core/base/verify.hpp"

namespace clearspan::crypto {
namespace {

class Context {
 public:
  Context() { start(); }

  void start() { CLEARSPAN_VERIFY(SHA256_Init(&context_) == 1); }

  void update(ByteView part) { CLEARSPAN_VERIFY(SHA256_Update(&context_, part.data(), part.size()) == 1); }

  Hash32 finish() {
    Hash32 hash;
    CLEARSPAN_VERIFY(SHA256_Final(hash.data(), &context_) == 1);
    return hash;
  }

 private:
  SHA256_CTX context_;
};

}  // namespace

Hash32 sha256(ByteView message) {
  if (has_sha_instructions()) return sha256_by_instructions(message);
  Context context;
  context.update(message);
  return context.finish();
}

void sha256_many(std::span<const ByteView> messages, std::span<Hash32> hashes) {
  CLEARSPAN_VERIFY(messages.size() == hashes.size());
  if (has_sha_instructions()) return sha256_many_by_instructions(messages, hashes);
  for (std::size_t i = 0; i < messages.size(); ++i) hashes[i] = sha256(messages[i]);
}

Hash32 sha256(ByteView first, ByteView second) {
  if (has_sha_instructions()) return sha256_by_instructions(first, second);
  Context context;
  context.update(first);
  context.update(second);
  return context.finish();
}

struct Sha256::State {
  Context context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(ByteView part) {
  state_->context.update(part);
  return *this;
}

Hash32 Sha256::finish() {
  const Hash32 hash = state_->context.finish();
  state_->context.start();
  return hash;
}

}  // namespace clearspan::crypto
