#include "codecs/crypto/sha256.hpp"

#include <openssl/evp.h>

#include "core/base/verify.hpp"

namespace clearspan::crypto {
namespace {

// Fetching the algorithm costs more than a short hash: once per process.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CLEARSPAN_VERIFY(fetched != nullptr);
  return fetched;
}

class Context {
 public:
  Context() : context_(EVP_MD_CTX_new()) { CLEARSPAN_VERIFY(context_ != nullptr); }

  ~Context() { EVP_MD_CTX_free(context_); }

  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void start() { CLEARSPAN_VERIFY(EVP_DigestInit_ex2(context_, algorithm(), nullptr) == 1); }

  void update(ByteView part) { CLEARSPAN_VERIFY(EVP_DigestUpdate(context_, part.data(), part.size()) == 1); }

  Hash32 finish() {
    Hash32 hash;
    CLEARSPAN_VERIFY(EVP_DigestFinal_ex(context_, hash.data(), nullptr) == 1);
    return hash;
  }

 private:
  EVP_MD_CTX* context_;
};

Context& thread_context() {
  thread_local Context context;
  return context;
}

}  // namespace

Hash32 sha256(ByteView message) {
  Context& context = thread_context();
  context.start();
  context.update(message);
  return context.finish();
}

Hash32 sha256(ByteView first, ByteView second) {
  Context& context = thread_context();
  context.start();
  context.update(first);
  context.update(second);
  return context.finish();
}

struct Sha256::State {
  Context context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->context.start();
}

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
