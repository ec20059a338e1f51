#include "codecs/crypto/ed25519.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/verify.hpp"

namespace clearspan::crypto {
namespace {

static_assert(SecretKey::kSize == crypto_sign_ed25519_SEEDBYTES);
static_assert(Ed25519PublicKey::kSize == crypto_sign_ed25519_PUBLICKEYBYTES);
static_assert(Ed25519Signature::kSize == crypto_sign_ed25519_BYTES);

// The library asks for this before anything else.
void start_library() {
  static const bool is_started = sodium_init() >= 0;
  CLEARSPAN_VERIFY(is_started);
}

// The y of points of small order, little-endian, but for p - 1: orders 1, 4 and 8.
constexpr std::array<std::string_view, 4> kSmallOrders = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
};

// p = 2^255 - 19 is "ed" and this behind it.
constexpr std::string_view kEndOfP = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";

}  // namespace

struct Ed25519Signer::State {
  State() = default;

  ~State() { sodium_memzero(secret.data(), secret.size()); }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::array<std::uint8_t, crypto_sign_ed25519_SECRETKEYBYTES> secret{};  // the seed, and the public key once more
  Ed25519PublicKey public_key;
};

Ed25519Signer::Ed25519Signer(const SecretKey& seed) : state_(std::make_unique<State>()) {
  start_library();
  CLEARSPAN_VERIFY(
      crypto_sign_ed25519_seed_keypair(state_->public_key.data(), state_->secret.data(), seed.expose().data()) == 0);
}

Ed25519Signer::~Ed25519Signer() = default;
Ed25519Signer::Ed25519Signer(Ed25519Signer&&) noexcept = default;
Ed25519Signer& Ed25519Signer::operator=(Ed25519Signer&&) noexcept = default;

const Ed25519PublicKey& Ed25519Signer::public_key() const {
  return state_->public_key;
}

Ed25519Signature Ed25519Signer::sign(ByteView message) const {
  Ed25519Signature signature;
  CLEARSPAN_VERIFY(crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(),
                                                state_->secret.data()) == 0);
  return signature;
}

bool is_weak(const Ed25519PublicKey& key) {
  Ed25519PublicKey y = key;
  y.bytes.back() &= 0x7f;  // the highest bit is the sign of x
  const std::string digits = to_hex(y.view());
  return std::find(kSmallOrders.begin(), kSmallOrders.end(), digits) != kSmallOrders.end() ||
         (digits >= "ec" && digits.ends_with(kEndOfP));
}

bool verify(const Ed25519PublicKey& key, ByteView message, const Ed25519Signature& signature) {
  start_library();
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

}  // namespace clearspan::crypto
