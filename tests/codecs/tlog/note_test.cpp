// Signed notes against published examples, and the strict rules of docs/evidence-format.md section 5.
#include "codecs/tlog/note.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "codecs/tlog/base64.hpp"
#include "codecs/tlog/merkle.hpp"

namespace clearspan::tlog {
namespace {

// From the documentation of Go's package golang.org/x/mod/sumdb/note.
constexpr std::string_view kNeumannKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kNeumannSeed = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
constexpr std::string_view kNeumannNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

// From C2SP tlog-cosignature; its keys are not published.
constexpr std::string_view kCosignedNote =
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

crypto::Ed25519Signer signer_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(seed);
  return crypto::Ed25519Signer(crypto::SecretKey(bytes));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

template <class T>
std::string code_of(const Result<T>& result) {
  return result.ok() ? "ok" : std::string(to_string(result.error().code));
}

EngineTag engine() {
  EngineTag tag;
  tag.bytes.fill(0x5e);
  return tag;
}

constexpr std::uint64_t kTime = 1'795'000'000;

// A log with two witnesses, and the keys of all three.
struct NoteTest : testing::Test {
  const crypto::Ed25519Signer log = signer_of(1);
  const crypto::Ed25519Signer first = signer_of(2);
  const crypto::Ed25519Signer second = signer_of(3);
  const std::string origin = origin_of(engine(), "shard-0");
  const Checkpoint checkpoint{origin, 4711, leaf_hash(as_bytes("some root"))};
  Note note = sign_checkpoint(checkpoint, log);
  TrustedKeys trusted;

  void SetUp() override {
    note.signatures.push_back(cosign(note.text, "witness.example/a", kTime, first));
    note.signatures.push_back(cosign(note.text, "witness.example/b", kTime + 1, second));
    trust({origin, KeyType::log, log.public_key()});
    trust({"witness.example/a", KeyType::witness, first.public_key()});
    trust({"witness.example/b", KeyType::witness, second.public_key()});
  }

  void trust(PublicKey key) { ASSERT_TRUE(trusted.add(std::move(key)).ok()); }

  [[nodiscard]] std::string verdict_on(const Note& other) const { return verdict_on(to_string(other)); }

  [[nodiscard]] std::string verdict_on(const std::string& text) const { return code_of(verify_note(text, trusted)); }
};

TEST(NoteVectorTest, the_published_key_and_note_of_go_are_read_and_verified) {
  const auto key = parse_public_key(kNeumannKey);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->name, "PeterNeumann");
  EXPECT_EQ(key->type, KeyType::log);
  EXPECT_EQ(to_hex(key_hash(key->name, key->type, key->key).view()), "c74f20a3");
  EXPECT_EQ(to_string(*key), kNeumannKey);

  const auto note = parse_note(kNeumannNote);
  ASSERT_TRUE(note.ok());
  ASSERT_EQ(note->signatures.size(), 1u);
  EXPECT_TRUE(verify_signature(note->text, note->signatures.front(), *key).ok());
  EXPECT_EQ(code_of(verify_signature(note->text + "x", note->signatures.front(), *key)), "signature_invalid");
  EXPECT_EQ(to_string(*note), kNeumannNote);
}

TEST(NoteVectorTest, the_published_secret_key_gives_the_published_signature) {
  const auto seed = from_base64(kNeumannSeed);
  ASSERT_TRUE(seed && seed->size() == 32);
  const crypto::Ed25519Signer signer(crypto::SecretKey(std::span<const std::uint8_t, 32>(seed->data(), 32)));
  Note note = *parse_note(kNeumannNote);
  note.signatures = {sign_as_log(note.text, "PeterNeumann", signer)};
  EXPECT_EQ(to_string(note), kNeumannNote);
}

TEST(NoteVectorTest, the_published_cosignature_has_its_published_time) {
  const auto note = parse_note(kCosignedNote);
  ASSERT_TRUE(note.ok());
  ASSERT_EQ(note->signatures.size(), 2u);
  EXPECT_EQ(note->signatures[0].key_name, "example.com/behind-the-sofa");
  EXPECT_EQ(note->signatures[0].signature.size(), 64u);
  EXPECT_EQ(note->signatures[1].signature.size(), 72u);
  EXPECT_EQ(time_of(note->signatures[1]), 1'679'315'147u);
  EXPECT_EQ(to_string(*note), kCosignedNote);
  EXPECT_EQ(code_of(parse_checkpoint(note->text)), "checkpoint_malformed");  // another engine's origin
}

TEST(NoteVectorTest, the_last_empty_line_ends_the_text_and_control_characters_are_refused) {
  const std::string with_empty_line = replaced(std::string(kNeumannNote), "problem,\n", "problem,\n\n");
  const auto note = parse_note(with_empty_line);
  ASSERT_TRUE(note.ok());
  EXPECT_TRUE(note->text.ends_with(",\n\nthen you don't know what your problem is.\n"));
  EXPECT_EQ(to_string(*note), with_empty_line);
  for (const char* other : {"\t", "\r", "\x01", "\x1f", "\x7f"}) {
    EXPECT_EQ(code_of(parse_note(replaced(std::string(kNeumannNote), " ", other))), "checkpoint_malformed");
  }
}

TEST_F(NoteTest, says_everything_that_was_signed) {
  const auto verified = verify_note(to_string(note), trusted);
  ASSERT_TRUE(verified.ok()) << describe(verified.error());
  EXPECT_EQ(verified->origin, origin);
  EXPECT_EQ(verified->size, 4711u);
  EXPECT_EQ(verified->root, checkpoint.root);
  EXPECT_EQ(verified->text, to_text(checkpoint));
  EXPECT_EQ(verified->witnesses,
            (std::vector<WitnessedAt>{{"witness.example/a", kTime}, {"witness.example/b", kTime + 1}}));
  note.signatures.resize(1);
  EXPECT_TRUE(verify_note(to_string(note), trusted)->witnesses.empty());
}

TEST_F(NoteTest, refuses_keys_that_are_not_trusted) {
  Note other = note;
  other.signatures.push_back(cosign(note.text, "witness.example/c", kTime, signer_of(4)));
  EXPECT_EQ(verdict_on(other), "untrusted_key");
  other = note;
  other.signatures[0] = sign_as_log(note.text, origin, signer_of(4));
  EXPECT_EQ(verdict_on(other), "untrusted_key");
  other = note;
  other.signatures[1].key_name = "witness.example/b";  // the name of one key, the hash of another
  EXPECT_EQ(verdict_on(other), "untrusted_key");
  EXPECT_EQ(code_of(verify_note(to_string(note), TrustedKeys{})), "untrusted_key");
}

TEST_F(NoteTest, refuses_an_origin_that_is_not_the_name_of_the_logs_key) {
  Checkpoint other = checkpoint;
  other.origin = origin_of(engine(), "shard-1");
  Note forged{to_text(other), {sign_as_log(to_text(other), origin, log)}};
  EXPECT_EQ(verdict_on(forged), "wrong_log_name");
  // Though both are trusted: a log speaks for itself only.
  trust({other.origin, KeyType::log, log.public_key()});
  EXPECT_EQ(verdict_on(forged), "wrong_log_name");
  EXPECT_EQ(verdict_on(sign_checkpoint(other, log)), "ok");
}

TEST_F(NoteTest, the_log_signs_first_and_only_once) {
  Note other = note;
  std::swap(other.signatures[0], other.signatures[1]);
  EXPECT_EQ(verdict_on(other), "checkpoint_malformed");
  other = note;
  other.signatures.erase(other.signatures.begin());
  EXPECT_EQ(verdict_on(other), "checkpoint_malformed");
  other = note;
  other.signatures.push_back(note.signatures[0]);
  EXPECT_EQ(verdict_on(other), "checkpoint_malformed");
  other.signatures.back() = note.signatures[1];
  EXPECT_EQ(verdict_on(other), "checkpoint_malformed");
  // A second key of the log, for its key of tomorrow.
  const auto next = signer_of(9);
  trust({origin, KeyType::log, next.public_key()});
  other = note;
  other.signatures.push_back(sign_as_log(note.text, origin, next));
  EXPECT_EQ(verdict_on(other), "checkpoint_malformed");
  other.signatures = {sign_as_log(note.text, origin, next)};
  EXPECT_EQ(verdict_on(other), "ok");
}

TEST_F(NoteTest, refuses_signatures_that_are_not_over_this_text_and_time) {
  Checkpoint larger = checkpoint;
  larger.size += 1;
  Note other = note;
  other.text = to_text(larger);
  EXPECT_EQ(verdict_on(other), "signature_invalid");

  other = note;
  other.signatures[2].signature[7] ^= 1;  // the time
  EXPECT_EQ(verdict_on(other), "signature_invalid");

  other = note;
  Bytes plain = sign_as_log(note.text, "witness.example/a", first).signature;
  other.signatures[1].signature = plain;  // a signature over the text alone, without a time
  EXPECT_EQ(verdict_on(other), "signature_invalid");
  plain.insert(plain.begin(), 8, 0);
  other.signatures[1].signature = plain;
  EXPECT_EQ(verdict_on(other), "signature_invalid");

  for (const std::size_t bytes : {std::size_t{1}, std::size_t{63}, std::size_t{65}, std::size_t{72}}) {
    other = note;
    other.signatures[0].signature.resize(bytes);
    EXPECT_EQ(verdict_on(other), "signature_invalid") << bytes;
  }
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{71}, std::size_t{73}}) {
    other = note;
    other.signatures[1].signature.resize(bytes);
    EXPECT_EQ(verdict_on(other), "signature_invalid") << bytes;
  }
}

TEST_F(NoteTest, times_end_before_2_to_the_63) {
  constexpr std::uint64_t kEnd = std::uint64_t{1} << 63;
  note.signatures[1] = cosign(note.text, "witness.example/a", kEnd - 1, first);
  EXPECT_EQ(verify_note(to_string(note), trusted)->witnesses[0].time, kEnd - 1);
  note.signatures[1] = cosign(note.text, "witness.example/a", kEnd, first);
  EXPECT_EQ(verdict_on(note), "signature_invalid");
}

TEST_F(NoteTest, refuses_every_flipped_bit_and_every_cut) {
  const std::string good = to_string(note);
  ASSERT_EQ(verdict_on(good), "ok");
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      ASSERT_NE(verdict_on(bad), "ok") << "byte " << i << " bit " << bit;
    }
    // What is cut off between two signature lines leaves a note with fewer witnesses, which is one.
    const bool is_between_lines = i > note.text.size() + 1 && good[i - 1] == '\n';
    ASSERT_EQ(verdict_on(good.substr(0, i)) == "ok", is_between_lines) << i;
  }
}

TEST_F(NoteTest, refuses_every_other_form) {
  const std::string good = to_string(note);
  const std::string root = to_base64(checkpoint.root.view());
  const std::string first_line = good.substr(good.find("—"), good.find('\n', good.find("—")) - good.find("—") + 1);
  const std::string in_base64 =
      first_line.substr(first_line.rfind(' ') + 1, first_line.size() - first_line.rfind(' ') - 2);
  std::string unused_bits = in_base64;  // 68 bytes: one '=', and the digit before it has two bits that say nothing
  unused_bits[unused_bits.size() - 2] = static_cast<char>(unused_bits[unused_bits.size() - 2] + 1);

  const std::vector<std::string> forms = {
      "",
      "\n",
      "\n\n",
      note.text,
      note.text + "\n",
      good + "\n",
      good + " ",
      good.substr(0, good.size() - 1),
      "\n" + good,
      replaced(good, "\n\n", "\n"),
      replaced(good, "\n\n", "\n\n\n"),
      replaced(good, "\n\n", "\nan extension\n\n"),
      replaced(good, "\n\n", "\n \n"),
      replaced(good, "\n", "\r\n"),
      replaced(good, "—", "-"),
      replaced(good, "—", "–"),
      replaced(good, "— ", "—"),
      replaced(good, "— ", "—  "),
      replaced(good, "— " + origin, "— "),
      replaced(good, "— " + origin, "— +"),
      replaced(good, "— " + origin, "— \u00e9"),
      replaced(good, "— " + origin, "— " + std::string(256, 'n')),
      replaced(good, in_base64, ""),
      replaced(good, in_base64, " " + in_base64),
      replaced(good, in_base64, in_base64 + " "),
      replaced(good, in_base64, in_base64.substr(0, in_base64.size() - 1)),
      replaced(good, in_base64, in_base64 + "="),
      replaced(good, in_base64, unused_bits),
      replaced(good, in_base64, "AAAAAA=="),
      replaced(good, "4711", "04711"),
      replaced(good, "4711", "+4711"),
      replaced(good, "4711", "-4711"),
      replaced(good, "4711", "4711 "),
      replaced(good, "4711", "0x1267"),
      replaced(good, "4711", ""),
      replaced(good, "4711", "18446744073709551616"),
      replaced(good, root, ""),
      replaced(good, root, root.substr(0, 40)),
      replaced(good, root, root + root),
      replaced(good, root, "AAAA" + root),
      replaced(good, "clearspan/", "Clearspan/"),
      replaced(good, "clearspan/", "clearspan/5e"),
      replaced(good, "5e5e", "5E5E"),
      replaced(good, "/shard-0\n", "\n"),
      replaced(good, "/shard-0\n", "/\n"),
      replaced(good, "shard-0\n", "shard 0\n"),
      replaced(good, "shard-0\n", "shard+0\n"),
      replaced(good, "shard-0\n", std::string(65, 's') + "\n"),
      replaced(good, "shard-0\n", std::string("shard\0", 6) + "\n"),
      replaced(good, "shard-0\n", "shard\x7f\n"),
  };
  for (const std::string& form : forms) EXPECT_EQ(verdict_on(form), "checkpoint_malformed") << form;
}

TEST_F(NoteTest, has_at_most_64_signatures_and_65536_bytes) {
  for (std::uint8_t i = 10; note.signatures.size() < kNoteSignaturesMax; ++i) {
    const auto witness = signer_of(i);
    const std::string name = std::string(200, 'w') + std::to_string(i);
    trust({name, KeyType::witness, witness.public_key()});
    note.signatures.push_back(cosign(note.text, name, kTime, witness));
  }
  EXPECT_EQ(verdict_on(note), "ok");
  Note more = note;
  more.signatures.push_back(cosign(note.text, "one-more", kTime, signer_of(200)));
  EXPECT_EQ(verdict_on(more), "checkpoint_malformed");

  // Filled up to the limit with a long signature, which is untrusted because it is read.
  note.signatures.resize(2);
  note.signatures.push_back({"long", {}, {}});
  const auto bytes_with = [&](std::size_t size) {
    note.signatures.back().signature.assign(size, 1);
    return to_string(note).size();
  };
  std::size_t fitting = (kNoteBytesMax - bytes_with(1)) / 4 * 3 - 8;
  while (bytes_with(fitting + 1) <= kNoteBytesMax) ++fitting;
  bytes_with(fitting);
  EXPECT_EQ(verdict_on(note), "untrusted_key");
  bytes_with(fitting + 3);
  EXPECT_EQ(verdict_on(note), "checkpoint_malformed");
}

TEST(CheckpointTest, has_three_lines) {
  const Checkpoint empty{origin_of(engine(), "log"), 0, empty_root()};
  EXPECT_EQ(to_text(empty),
            "clearspan/5e5e5e5e5e5e5e5e5e5e5e5e5e5e/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
  EXPECT_EQ(*parse_checkpoint(to_text(empty)), empty);
  const Checkpoint largest{origin_of(engine(), std::string(64, 'x')), std::numeric_limits<std::uint64_t>::max(), {}};
  EXPECT_EQ(*parse_checkpoint(to_text(largest)), largest);
  EXPECT_EQ(parse_origin(largest.origin)->engine, engine());
  EXPECT_EQ(parse_origin(largest.origin)->log_name, std::string(64, 'x'));
}

TEST(PublicKeyTest, refuses_every_other_form) {
  const std::string good = to_string(PublicKey{"w", KeyType::witness, signer_of(1).public_key()});
  ASSERT_TRUE(parse_public_key(good).ok());
  const std::string hash = good.substr(2, 8);
  const std::string key = good.substr(11);
  std::string other_hash = hash;
  other_hash[0] = other_hash[0] == '0' ? '1' : '0';
  std::string upper_hash = hash;
  for (char& c : upper_hash) c = static_cast<char>(std::toupper(c));
  ASSERT_NE(upper_hash, hash);
  const std::string other_type = to_string(PublicKey{"w", static_cast<KeyType>(2), signer_of(1).public_key()});
  for (const std::string& text : std::vector<std::string>{"",
                                                          "w",
                                                          "w+",
                                                          "w+" + hash,
                                                          "w+" + hash + "+",
                                                          "+" + hash + "+" + key,
                                                          "v+" + hash + "+" + key,
                                                          "w+" + other_hash + "+" + key,
                                                          "w+" + upper_hash + "+" + key,
                                                          "w+" + hash.substr(1) + "+" + key,
                                                          "w+0x" + hash + "+" + key,
                                                          "w w+" + hash + "+" + key,
                                                          " " + good,
                                                          good + " ",
                                                          good + "\n",
                                                          good + "AAAA",
                                                          "w+" + hash + "+" + key.substr(4),
                                                          "w+" + hash + "+" + key.substr(0, key.size() - 4),
                                                          other_type,
                                                          std::string(256, 'w') + "+" + hash + "+" + key}) {
    EXPECT_EQ(code_of(parse_public_key(text)), "key_invalid") << text;
  }
}

TEST(PublicKeyTest, refuses_a_key_by_which_everybody_can_sign) {
  crypto::Ed25519PublicKey identity;
  identity.bytes.front() = 1;
  crypto::Ed25519PublicKey beyond;  // a y above 2^255 - 19
  beyond.bytes.fill(0xff);
  for (const crypto::Ed25519PublicKey& key : {crypto::Ed25519PublicKey{}, identity, beyond}) {
    for (const KeyType type : {KeyType::log, KeyType::witness}) {
      EXPECT_EQ(code_of(parse_public_key(to_string(PublicKey{"w", type, key}))), "key_invalid") << to_hex(key.view());
    }
  }
}

std::string log_line(std::uint8_t seed, const std::string& name) {
  return "log " + to_string(PublicKey{name, KeyType::log, signer_of(seed).public_key()});
}

std::string witness_line(std::uint8_t seed, const std::string& name) {
  return "witness " + to_string(PublicKey{name, KeyType::witness, signer_of(seed).public_key()});
}

TEST(TrustedKeysTest, a_trust_file_has_keys_comments_and_empty_lines) {
  const std::string file = "# whom we believe\n\n" + log_line(1, "a") + "\n" + log_line(1, "b") + "\n#\n" +
                           witness_line(2, "c") + "\n" + witness_line(3, "c");
  const auto keys = TrustedKeys::parse(file);
  ASSERT_TRUE(keys.ok()) << describe(keys.error());
  EXPECT_EQ(keys->size(), 4u);
  const auto key = signer_of(1).public_key();
  ASSERT_NE(keys->find("b", key_hash("b", KeyType::log, key)), nullptr);
  EXPECT_EQ(keys->find("b", key_hash("b", KeyType::log, key))->key, key);
  EXPECT_EQ(keys->find("a", key_hash("b", KeyType::log, key)), nullptr);
  EXPECT_EQ(keys->find("b", key_hash("b", KeyType::witness, key)), nullptr);
  EXPECT_TRUE(TrustedKeys::parse("").ok());
  EXPECT_EQ(TrustedKeys::parse("\n\n# nobody\n")->size(), 0u);
}

TEST(TrustedKeysTest, says_which_line_is_wrong) {
  const std::string good = log_line(1, "a") + "\n";
  for (const std::string& line : std::vector<std::string>{
           " " + log_line(2, "b"), log_line(2, "b") + " ", log_line(2, "b") + "\r", " # a comment", "log", "log ",
           "log  " + log_line(2, "b").substr(4), "Log " + log_line(2, "b").substr(4), log_line(2, "b").substr(4),
           "witness " + log_line(2, "b").substr(4), "log " + witness_line(2, "b").substr(8), "key " + good,
           // The key of somebody who stands there already.
           log_line(1, "a"), witness_line(1, "a"), witness_line(1, "w")}) {
    const auto keys = TrustedKeys::parse("# first\n\n" + good + line + "\n" + log_line(7, "z"));
    ASSERT_FALSE(keys.ok()) << line;
    EXPECT_EQ(keys.error().code, ErrorCode::config_invalid);
    EXPECT_EQ(keys.error().detail.substr(0, 8), "line 4: ") << keys.error().detail;
  }
  const auto numbered = [](std::size_t number) {
    PublicKey key{"w", KeyType::witness, {}};
    key.key.bytes[0] = static_cast<std::uint8_t>(number);
    key.key.bytes[1] = static_cast<std::uint8_t>(number >> 8);
    return key;
  };
  TrustedKeys many;
  for (std::size_t i = 0; i < kTrustedKeysMax; ++i) ASSERT_TRUE(many.add(numbered(i)).ok());
  EXPECT_EQ(code_of(many.add(numbered(kTrustedKeysMax))), "config_invalid");
  // No witness counts twice under two names, nor does a log witness itself.
  EXPECT_FALSE(TrustedKeys::parse(witness_line(1, "a") + "\n" + witness_line(1, "b")).ok());
  EXPECT_FALSE(TrustedKeys::parse(witness_line(1, "a") + "\n" + log_line(1, "b")).ok());
}

TEST(Base64Test, the_vectors_of_rfc_4648_section_10) {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), text);
    ASSERT_TRUE(from_base64(text).has_value()) << text;
    EXPECT_EQ(as_text(*from_base64(text)), plain);
  }
}

TEST(Base64Test, refuses_every_other_form) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9", "=", "==", "====", "Z===", "Zg==Zg==",
                           "Zm9v\n", " Zm9v", "Zm 9", "Zm-_", "Zm9v====", "=Zm9", "Z=m9"}) {
    EXPECT_FALSE(from_base64(text).has_value()) << text;
  }
}

RC_GTEST_PROP(Base64Test, a_text_is_accepted_only_as_it_would_be_written, ()) {
  const auto digits = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")));
  const auto bytes = from_base64(digits);
  if (bytes) RC_ASSERT(to_base64(*bytes) == digits);
}

RC_GTEST_PROP(Base64Test, bytes_come_back, (const Bytes& bytes)) {
  RC_ASSERT(from_base64(to_base64(bytes)) == bytes);
}

}  // namespace
}  // namespace clearspan::tlog
