#include "codecs/crypto/secp256k1.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "codecs/crypto/random.hpp"
#include "core/base/verify.hpp"

namespace clearspan::crypto {
namespace {

constexpr std::size_t kUncompressedBytes = 65;
constexpr std::uint8_t kUncompressedMark = 0x04;

// (n - 1) / 2 for the group order n (SEC 2, section 2.4.1).
constexpr Scalar kHalfOrder{{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                             0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4,
                             0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0}};

// Shared by all threads: it is only read after it was made. Blinding makes the timing of signing say less.
const secp256k1_context* context() {
  static const secp256k1_context* const shared = [] {
    // The two have a bit in common. NOLINTNEXTLINE(misc-redundant-expression)
    secp256k1_context* made = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    CLEARSPAN_VERIFY(made != nullptr);
    std::array<std::uint8_t, 32> seed{};
    random_bytes(seed);
    CLEARSPAN_VERIFY(secp256k1_context_randomize(made, seed.data()) == 1);
    return made;
  }();
  return shared;
}

PublicKey serialize(const secp256k1_pubkey& point) {
  std::array<std::uint8_t, kUncompressedBytes> bytes{};
  std::size_t size = bytes.size();
  secp256k1_ec_pubkey_serialize(context(), bytes.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
  PublicKey key;
  std::copy(bytes.begin() + 1, bytes.end(), key.bytes.begin());
  return key;
}

std::array<std::uint8_t, 64> joined(const Scalar& r, const Scalar& s) {
  std::array<std::uint8_t, 64> bytes{};
  std::copy(r.bytes.begin(), r.bytes.end(), bytes.begin());
  std::copy(s.bytes.begin(), s.bytes.end(), bytes.begin() + 32);
  return bytes;
}

}  // namespace

bool is_low_s(const Scalar& s) {
  return s <= kHalfOrder;
}

Result<PublicKey> public_key_of(const SecretKey& key) {
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_create(context(), &point, key.expose().data()) != 1) {
    return make_error(ErrorCode::key_invalid, "the secret key is zero or not below the group order");
  }
  return serialize(point);
}

Result<Signature> sign(const SecretKey& key, const Hash32& digest) {
  secp256k1_ecdsa_recoverable_signature made;
  if (secp256k1_ecdsa_sign_recoverable(context(), &made, digest.data(), key.expose().data(), nullptr, nullptr) != 1) {
    return make_error(ErrorCode::key_invalid, "the secret key is zero or not below the group order");
  }
  std::array<std::uint8_t, 64> bytes{};
  int recovery_id = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), bytes.data(), &recovery_id, &made);
  Signature signature;
  std::copy_n(bytes.begin(), 32, signature.r.bytes.begin());
  std::copy_n(bytes.begin() + 32, 32, signature.s.bytes.begin());
  // Ids 2 and 3 say that r's point lies beyond the group order, which no search has ever produced and no txn can carry.
  CLEARSPAN_VERIFY(recovery_id == 0 || recovery_id == 1);
  signature.parity = static_cast<std::uint8_t>(recovery_id);
  return signature;
}

Result<PublicKey> recover(const Hash32& digest, const Signature& signature) {
  secp256k1_ecdsa_recoverable_signature parsed;
  const auto bytes = joined(signature.r, signature.s);
  secp256k1_pubkey point;
  const bool is_valid =
      signature.parity <= 1 &&
      secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &parsed, bytes.data(), signature.parity) == 1 &&
      secp256k1_ecdsa_recover(context(), &point, &parsed, digest.data()) == 1;
  if (!is_valid) return make_error(ErrorCode::signature_invalid, "no key can have made this signature");
  return serialize(point);
}

bool verify(const PublicKey& key, const Hash32& digest, const Scalar& r, const Scalar& s) {
  std::array<std::uint8_t, kUncompressedBytes> encoded{};
  encoded[0] = kUncompressedMark;
  std::copy(key.bytes.begin(), key.bytes.end(), encoded.begin() + 1);
  secp256k1_pubkey point;
  secp256k1_ecdsa_signature signature;
  const auto bytes = joined(r, s);
  return secp256k1_ec_pubkey_parse(context(), &point, encoded.data(), encoded.size()) == 1 &&
         secp256k1_ecdsa_signature_parse_compact(context(), &signature, bytes.data()) == 1 &&
         secp256k1_ecdsa_verify(context(), &signature, digest.data(), &point) == 1;
}

}  // namespace clearspan::crypto
