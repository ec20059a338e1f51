#include <gtest/gtest.h>

#include <string>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/crypto/secp256k1.hpp"
#include "codecs/crypto/sha256.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"

namespace clearspan::crypto {
namespace {

using tests::fixed_of;

SecretKey key_of(const std::string& hex) {
  return SecretKey::from_hex_digits(hex).value();
}

const std::string kOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";  // SEC 2, 2.4.1

// n - s: the other s that satisfies the same equation.
Scalar negated(const Scalar& s) {
  Scalar result = fixed_of<Scalar>(kOrder);
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = int{result.bytes[i]} - int{s.bytes[i]} - borrow;
    borrow = digit < 0 ? 1 : 0;
    result.bytes[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  return result;
}

TEST(Secp256k1, derives_the_base_point_from_the_key_one) {
  const auto key = public_key_of(key_of(std::string(63, '0') + "1"));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(to_hex(key->view()),
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
}

TEST(Secp256k1, refuses_keys_outside_the_group_order) {
  for (const std::string& hex : {std::string(64, '0'), kOrder, std::string(64, 'f')}) {
    EXPECT_EQ(public_key_of(key_of(hex)).error().code, ErrorCode::key_invalid) << hex;
    EXPECT_EQ(sign(key_of(hex), Hash32{}).error().code, ErrorCode::key_invalid) << hex;
  }
}

// The signature of EIP-155's example: deterministic nonces (RFC 6979) make it the same everywhere.
TEST(Secp256k1, signs_eip_155s_example_as_published) {
  const auto signature = sign(key_of("4646464646464646464646464646464646464646464646464646464646464646"),
                              fixed_of<Hash32>("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"));
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(to_hex(signature->r.view()), "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276");
  EXPECT_EQ(to_hex(signature->s.view()), "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
  EXPECT_EQ(signature->parity, 0);
}

TEST(Secp256k1, recovers_and_verifies_what_it_signed) {
  for (std::uint8_t i = 1; i < 40; ++i) {
    const Hash32 digest = sha256(Bytes{i});
    std::array<std::uint8_t, 32> secret{};
    secret[31] = i;
    const SecretKey key(secret);
    const auto signature = sign(key, digest);
    ASSERT_TRUE(signature.ok());
    EXPECT_TRUE(is_low_s(signature->s));
    const auto recovered = recover(digest, *signature);
    ASSERT_TRUE(recovered.ok());
    EXPECT_EQ(*recovered, *public_key_of(key));
    EXPECT_TRUE(verify(*recovered, digest, signature->r, signature->s));
    EXPECT_FALSE(verify(*recovered, sha256(digest.view()), signature->r, signature->s));
  }
}

TEST(Secp256k1, refuses_the_other_form_of_a_valid_signature) {
  const SecretKey key = key_of(std::string(63, '0') + "7");
  const Hash32 digest = sha256(as_bytes("malleable"));
  Signature signature = *sign(key, digest);
  signature.s = negated(signature.s);
  signature.parity ^= 1;
  EXPECT_FALSE(is_low_s(signature.s));
  EXPECT_FALSE(verify(*public_key_of(key), digest, signature.r, signature.s));
  // Recovery still names the signer: txns before Homestead may have this form.
  EXPECT_EQ(*recover(digest, signature), *public_key_of(key));
}

TEST(Secp256k1, knows_the_border_between_low_and_high_s) {
  const Scalar half = fixed_of<Scalar>("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
  EXPECT_TRUE(is_low_s(half));
  EXPECT_FALSE(is_low_s(negated(half)));
}

TEST(Secp256k1, refuses_impossible_signatures) {
  const Hash32 digest = sha256(as_bytes("x"));
  const Signature good = *sign(key_of(std::string(63, '0') + "7"), digest);
  Signature zero_r = good;
  zero_r.r = {};
  Signature zero_s = good;
  zero_s.s = {};
  Signature large_r = good;
  large_r.r = fixed_of<Scalar>(kOrder);
  Signature large_s = good;
  large_s.s = fixed_of<Scalar>(kOrder);
  Signature parity = good;
  parity.parity = 2;
  for (const Signature& bad : {zero_r, zero_s, large_r, large_s, parity}) {
    EXPECT_EQ(recover(digest, bad).error().code, ErrorCode::signature_invalid);
  }
}

TEST(Secp256k1, refuses_a_public_key_that_is_no_point) {
  const Hash32 digest = sha256(as_bytes("x"));
  const Signature good = *sign(key_of(std::string(63, '0') + "7"), digest);
  EXPECT_FALSE(verify(PublicKey{}, digest, good.r, good.s));
}

// RFC 8032, section 7.1, tests 1 and 2.
TEST(Ed25519, gives_the_published_keys_and_signatures) {
  const Ed25519Signer first(key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(to_hex(first.public_key().view()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(to_hex(first.sign({}).view()),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
            "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const Ed25519Signer second(key_of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(to_hex(second.public_key().view()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(to_hex(second.sign(Bytes{0x72}).view()),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Ed25519, verifies_only_what_was_signed) {
  const Ed25519Signer signer(SecretKey::random());
  const Ed25519Signature signature = signer.sign(as_bytes("message"));
  EXPECT_TRUE(verify(signer.public_key(), as_bytes("message"), signature));
  EXPECT_FALSE(verify(signer.public_key(), as_bytes("massage"), signature));
  Ed25519Signature altered = signature;
  altered.bytes[3] ^= 1;
  EXPECT_FALSE(verify(signer.public_key(), as_bytes("message"), altered));
  EXPECT_FALSE(verify(Ed25519Signer(SecretKey::random()).public_key(), as_bytes("message"), signature));
}

}  // namespace
}  // namespace clearspan::crypto
