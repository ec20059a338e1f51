#include "tests/codecs/corpus.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/crypto/keccak.hpp"
#include "codecs/crypto/secp256k1.hpp"
#include "codecs/crypto/sha256.hpp"
#include "codecs/json/document.hpp"
#include "tests/codecs/crypto/bytes_of.hpp"

namespace clearspan::crypto {
namespace {

using tests::bytes_of;

std::string text_of(json::Object object, std::string_view key) {
  return std::string(*object.require(key)->string());
}

json::Array array_of(json::Object object, std::string_view key) {
  return *object.require(key)->array();
}

// HMAC (RFC 2104) over Keccak, whose blocks have 136 bytes: every keyed case runs through the streaming form.
Hash32 hmac(ByteView key, ByteView message) {
  Bytes inner(136, 0x36);
  Bytes outer(136, 0x5c);
  const Hash32 short_key = keccak256(key);
  if (key.size() > inner.size()) key = short_key.bytes;
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] ^= key[i];
    outer[i] ^= key[i];
  }
  Keccak256 streaming;
  const Hash32 inner_hash = streaming.update(inner).update(message).finish();
  return streaming.update(outer).update(inner_hash.view()).finish();
}

// Each case is [message, null, key or null, hash].
TEST(Keccak_corpus, gives_the_hash_of_every_published_message) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/keccak");
  json::Document document;
  const std::string text = tests::read_text(folder / "keccak256.json");
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  const json::Array cases = *root->array();
  EXPECT_GT(cases.size(), 0U);
  for (const json::Value one : cases) {
    const json::Array members = *one.array();
    std::vector<json::Value> parts;
    for (const json::Value member : members) parts.push_back(member);
    ASSERT_EQ(parts.size(), 4U);
    const Bytes message = bytes_of(*parts[0].string());
    const Hash32 hash = parts[2].is_null() ? keccak256(message) : hmac(bytes_of(*parts[2].string()), message);
    EXPECT_EQ(to_hex(hash.view()), *parts[3].string());
  }
}

// "Len = bits", "Msg = hex", "MD = hex"; a message of no bits is written as 00.
TEST(Sha256_corpus, gives_the_hash_of_every_published_message) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/sha256");
  std::istringstream lines(tests::read_text(folder / "SHA256ShortMsg.rsp"));
  std::size_t bits = 0;
  Bytes message;
  std::size_t checked = 0;
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with("Len = ")) bits = std::stoul(line.substr(6));
    if (line.starts_with("Msg = ")) message = bytes_of(line.substr(6));
    if (!line.starts_with("MD = ")) continue;
    message.resize(bits / 8);
    EXPECT_EQ(to_hex(sha256(message).view()), line.substr(5)) << bits;
    ++checked;
  }
  EXPECT_GT(checked, 60U);
}

PublicKey read_public_key(json::Object group) {
  const Bytes bytes = bytes_of(text_of(*group.require("publicKey")->object(), "uncompressed"));
  PublicKey key;
  std::copy(bytes.begin() + 1, bytes.end(), key.bytes.begin());
  return key;
}

struct RawSignature {
  Scalar r;
  Scalar s;
};

bool read_scalar(ByteView bytes, Scalar& scalar) {
  if (bytes.size() > Scalar::kSize) return false;
  std::copy(bytes.begin(), bytes.end(), scalar.bytes.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return true;
}

// r and s, 32 bytes each.
std::optional<RawSignature> read_p1363(ByteView bytes) {
  RawSignature signature;
  if (bytes.size() != 64) return std::nullopt;
  read_scalar(bytes.first(32), signature.r);
  read_scalar(bytes.subspan(32), signature.s);
  return signature;
}

// One positive DER INTEGER at the front of `bytes`.
bool take_der_integer(ByteView& bytes, Scalar& scalar) {
  if (bytes.size() < 2 || bytes[0] != 0x02 || bytes[1] == 0 || bytes[1] > 33 || bytes.size() < 2U + bytes[1])
    return false;
  ByteView digits = bytes.subspan(2, bytes[1]);
  bytes = bytes.subspan(2U + bytes[1]);
  if ((digits[0] & 0x80) != 0) return false;
  if (digits[0] == 0 && digits.size() > 1) {
    if ((digits[1] & 0x80) == 0) return false;
    digits = digits.subspan(1);
  }
  return read_scalar(digits, scalar);
}

// SEQUENCE { INTEGER r, INTEGER s } in DER.
std::optional<RawSignature> read_der(ByteView bytes) {
  if (bytes.size() < 2 || bytes[0] != 0x30 || bytes[1] != bytes.size() - 2) return std::nullopt;
  RawSignature signature;
  ByteView rest = bytes.subspan(2);
  if (!take_der_integer(rest, signature.r) || !take_der_integer(rest, signature.s) || !rest.empty())
    return std::nullopt;
  return signature;
}

using SignatureReader = std::optional<RawSignature> (*)(ByteView);

// A signature that is valid by ECDSA alone but has the higher s must be refused too.
void check_ecdsa(const std::filesystem::path& path, SignatureReader read) {
  json::Document document;
  const std::string text = tests::read_text(path);
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const json::Value group_value : array_of(*root->object(), "testGroups")) {
    const json::Object group = *group_value.object();
    const PublicKey key = read_public_key(group);
    for (const json::Value test_value : array_of(group, "tests")) {
      const json::Object test = *test_value.object();
      const Hash32 digest = sha256(bytes_of(text_of(test, "msg")));
      const auto signature = read(bytes_of(text_of(test, "sig")));
      const bool is_valid = signature && verify(key, digest, signature->r, signature->s);
      const bool must_be = text_of(test, "result") == "valid" && signature && is_low_s(signature->s);
      EXPECT_EQ(is_valid, must_be) << path << " tcId " << *test.require("tcId")->u64();
      ++(is_valid ? accepted : refused);
    }
  }
  EXPECT_GT(accepted, 0U);
  EXPECT_GT(refused, 0U);
}

TEST(Secp256k1_corpus, agrees_with_wycheproof_on_signatures_of_fixed_length) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/secp256k1");
  check_ecdsa(folder / "wycheproof_ecdsa_secp256k1_sha256_p1363_test.json", read_p1363);
}

TEST(Secp256k1_corpus, agrees_with_wycheproof_on_der_signatures) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/secp256k1");
  check_ecdsa(folder / "wycheproof_ecdsa_secp256k1_sha256_bitcoin_test.json", read_der);
  check_ecdsa(folder / "wycheproof_ecdsa_secp256k1_sha256_test.json", read_der);
}

TEST(Ed25519_corpus, agrees_with_wycheproof) {
  CLEARSPAN_CORPUS_FOLDER(folder, "vectors/ed25519");
  json::Document document;
  const std::string text = tests::read_text(folder / "wycheproof_ed25519_test.json");
  const auto root = document.parse(text);
  ASSERT_TRUE(root.ok());
  std::size_t checked = 0;
  for (const json::Value group_value : array_of(*root->object(), "testGroups")) {
    const json::Object group = *group_value.object();
    const auto key = tests::fixed_of<Ed25519PublicKey>(text_of(*group.require("publicKey")->object(), "pk"));
    for (const json::Value test_value : array_of(group, "tests")) {
      const json::Object test = *test_value.object();
      const Bytes bytes = bytes_of(text_of(test, "sig"));
      Ed25519Signature signature;
      bool is_valid = bytes.size() == Ed25519Signature::kSize;
      if (is_valid) {
        std::copy(bytes.begin(), bytes.end(), signature.bytes.begin());
        is_valid = verify(key, bytes_of(text_of(test, "msg")), signature);
      }
      EXPECT_EQ(is_valid, text_of(test, "result") == "valid") << "tcId " << *test.require("tcId")->u64();
      ++checked;
    }
  }
  EXPECT_GT(checked, 100U);
}

}  // namespace
}  // namespace clearspan::crypto
