#include "codecs/crypto/secp256k1.hpp"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace clearspan::crypto
