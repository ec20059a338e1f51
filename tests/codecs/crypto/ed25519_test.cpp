#include "codecs/crypto/ed25519.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/codecs/corpus.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"

namespace clearspan::crypto {
namespace {

using tests::bytes_of;
using tests::fixed_of;

struct Published {
  std::string seed;
  std::string key;
  std::string message;
  std::string signature;
};

// RFC 8032, section 7.1: tests 1, 2 and 3, and the one of SHA(abc).
const std::vector<Published> kPublished = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
     "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

TEST(Ed25519, gives_the_published_keys_and_signatures) {
  for (const Published& each : kPublished) {
    const Ed25519Signer signer(SecretKey::from_hex_digits(each.seed).value());
    const Ed25519Signature signature = signer.sign(bytes_of(each.message));
    EXPECT_EQ(to_hex(signer.public_key().view()), each.key);
    EXPECT_EQ(to_hex(signature.view()), each.signature);
    EXPECT_TRUE(verify(signer.public_key(), bytes_of(each.message), signature));
  }
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

TEST(Ed25519, a_signer_that_was_moved_signs_as_before) {
  const Published& first = kPublished.front();
  Ed25519Signer signer(SecretKey::random());
  signer = Ed25519Signer(SecretKey::from_hex_digits(first.seed).value());
  const Ed25519Signer moved(std::move(signer));
  EXPECT_EQ(to_hex(moved.public_key().view()), first.key);
  EXPECT_EQ(to_hex(moved.sign({}).view()), first.signature);
}

TEST(Ed25519, signs_and_verifies_on_several_threads_from_the_start) {
  std::vector<std::thread> threads;
  for (std::uint8_t i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const Ed25519Signer signer(SecretKey(std::array<std::uint8_t, SecretKey::kSize>{i}));
      for (std::uint8_t n = 0; n < 20; ++n) EXPECT_TRUE(verify(signer.public_key(), Bytes{n}, signer.sign(Bytes{n})));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Where verifiers differ, each signature has one verdict here and in tests/tools/verifier/primitives.test.mjs.
TEST(Ed25519, judges_edges_as_the_evidence_format_says) {
  std::istringstream lines(tests::read_text("tests/codecs/crypto/ed25519_edges.txt"));
  std::size_t valid = 0;
  std::size_t invalid = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string verdict, key, message, commitment, answer;
    words >> verdict >> key >> message >> commitment >> answer;
    const auto signature = fixed_of<Ed25519Signature>(commitment + answer);
    EXPECT_EQ(verify(fixed_of<Ed25519PublicKey>(key), bytes_of(message), signature), verdict == "valid") << line;
    ++(verdict == "valid" ? valid : invalid);
  }
  EXPECT_EQ(valid, 3U);
  EXPECT_GT(invalid, 30U);
}

TEST(Ed25519, weak_are_the_points_of_small_order_and_what_is_not_canonical) {
  const std::string rest = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
  const std::string zeros(60, '0');
  for (const std::string& key :
       {"01" + zeros + "00", "01" + zeros + "80", "00" + zeros + "00", "00" + zeros + "80", "ec" + rest + "7f",
        "ec" + rest + "ff", "ed" + rest + "7f", "ee" + rest + "7f", "ef" + rest + "ff", "ff" + rest + "7f",
        "ff" + rest + "ff", std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        std::string("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        std::string("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")}) {
    EXPECT_TRUE(is_weak(fixed_of<Ed25519PublicKey>(key))) << key;
  }
  for (const std::string& key : {"02" + zeros + "00", "00" + zeros + "01", "eb" + rest + "7f", "ec" + rest + "7e",
                                 "fe" + rest + "7d", kPublished.front().key}) {
    EXPECT_FALSE(is_weak(fixed_of<Ed25519PublicKey>(key))) << key;
  }
}

}  // namespace
}  // namespace clearspan::crypto
