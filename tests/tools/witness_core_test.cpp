// What a witness decides: the table of its answers, and that it never signs two histories of one log.
#include "tools/clearspan/witness_core.hpp"

#include <gtest/gtest.h>

#include "codecs/tlog/add_checkpoint.hpp"
#include "codecs/tlog/key.hpp"
#include "tests/codecs/tlog/memory_tree.hpp"

namespace clearspan::tools {
namespace {

using tlog::tests::MemoryTree;
using tlog::tests::numbered_leaves;

crypto::Ed25519Signer signer_of(std::uint8_t seed) {
  return crypto::Ed25519Signer(crypto::SecretKey(std::array<std::uint8_t, 32>{seed}));
}

std::string origin_named(const std::string& log) {
  EngineTag tag;
  tag.bytes.fill(0x42);
  return tlog::origin_of(tag, log);
}

std::string log_line(const std::string& origin, const crypto::Ed25519Signer& signer) {
  return "log " + tlog::to_string(tlog::PublicKey{origin, tlog::KeyType::log, signer.public_key()}) + "\n";
}

class WitnessCore : public ::testing::Test {
 protected:
  WitnessCore() : heads_(*WitnessHeads::make("# the logs\n\n" + log_line(origin_, signer_))) {}

  // The log's head of that size.
  [[nodiscard]] tlog::Checkpoint head(std::uint64_t size) { return {origin_, size, *tlog::tree_root(size, tree_)}; }

  [[nodiscard]] tlog::Proof proof(std::uint64_t from, std::uint64_t to) {
    return *tlog::consistency_proof(from, to, tree_);
  }

  [[nodiscard]] std::string body(std::uint64_t old_size, const tlog::Proof& consistency,
                                 const tlog::Checkpoint& checkpoint) const {
    return tlog::to_string(
        tlog::AddCheckpoint{old_size, consistency, tlog::to_string(tlog::sign_checkpoint(checkpoint, signer_))});
  }

  [[nodiscard]] WitnessDecision growth(std::uint64_t from, std::uint64_t to) {
    return heads_.decide(body(from, proof(from, to), head(to)));
  }

  void sign(std::uint64_t from, std::uint64_t to) {
    const WitnessDecision decision = growth(from, to);
    ASSERT_EQ(decision.verdict, WitnessVerdict::cosign) << decision.detail;
    heads_.accept(decision.head);
  }

  const crypto::Ed25519Signer signer_ = signer_of(1);
  const std::string origin_ = origin_named("shard-0");
  MemoryTree tree_{numbered_leaves(300)};
  WitnessHeads heads_;
};

TEST_F(WitnessCore, signs_every_head_that_follows_from_the_last) {
  std::uint64_t from = 0;
  for (const std::uint64_t to : {0U, 1U, 2U, 7U, 8U, 8U, 255U, 256U, 300U}) {
    sign(from, to);
    EXPECT_EQ(heads_.last(origin_), head(to));
    from = to;
  }
}

TEST_F(WitnessCore, what_is_signed_is_the_checkpoint_with_the_signature_of_the_log_alone) {
  tlog::Note note = tlog::sign_checkpoint(head(7), signer_);
  const tlog::Note alone = note;
  const auto other = signer_of(9);
  note.signatures.push_back(tlog::cosign(note.text, "other.example", 5, other));
  note.signatures.insert(note.signatures.begin(), tlog::sign_as_log(note.text, "unknown", other));
  const WitnessDecision decision = heads_.decide(tlog::to_string(tlog::AddCheckpoint{0, {}, tlog::to_string(note)}));
  ASSERT_EQ(decision.verdict, WitnessVerdict::cosign) << decision.detail;
  EXPECT_EQ(decision.note, alone);
  EXPECT_EQ(decision.head, head(7));
}

TEST_F(WitnessCore, answers_with_the_statuses_of_the_protocol) {
  EXPECT_EQ(status_of(WitnessVerdict::cosign), 200);
  EXPECT_EQ(status_of(WitnessVerdict::malformed), 400);
  EXPECT_EQ(status_of(WitnessVerdict::not_signed), 403);
  EXPECT_EQ(status_of(WitnessVerdict::unknown_log), 404);
  EXPECT_EQ(status_of(WitnessVerdict::other_size), 409);
  EXPECT_EQ(status_of(WitnessVerdict::inconsistent), 422);
}

struct Row {
  std::string what;
  std::string body;
  WitnessVerdict verdict;
  bool contradicts = false;
};

TEST_F(WitnessCore, refuses_everything_else_and_stays_where_it_was) {
  sign(0, 100);
  const auto stranger = signer_of(2);
  const auto note_of = [](const tlog::Checkpoint& checkpoint, const crypto::Ed25519Signer& by) {
    return tlog::to_string(tlog::sign_checkpoint(checkpoint, by));
  };
  tlog::Checkpoint rewritten = head(100);
  rewritten.root.bytes[0] ^= 1;
  tlog::Checkpoint longer = head(200);
  longer.root.bytes[31] ^= 1;
  tlog::Proof short_proof = proof(100, 200);
  short_proof.pop_back();
  tlog::Proof long_proof = proof(100, 200);
  long_proof.push_back(Hash32{});
  tlog::Proof altered_proof = proof(100, 200);
  altered_proof[0].bytes[0] ^= 1;
  tlog::Note of_other_text = tlog::sign_checkpoint(head(200), signer_);
  of_other_text.text = tlog::to_text(longer);
  tlog::Note cosigned_only{tlog::to_text(head(200)), {tlog::cosign(tlog::to_text(head(200)), origin_, 5, signer_)}};
  tlog::Checkpoint elsewhere = head(200);
  elsewhere.origin = origin_named("shard-1");
  const auto add = [&](const std::string& note) {
    return tlog::to_string(tlog::AddCheckpoint{100, proof(100, 200), note});
  };
  const Row rows[] = {
      {"nothing", "", WitnessVerdict::malformed},
      {"no note", "old 100\n\nx", WitnessVerdict::malformed},
      {"no checkpoint", add("hello\n\n\xe2\x80\x94 x c2lnbmF0dXJl\n"), WitnessVerdict::malformed},
      {"an old tree above the new one", body(201, {}, head(200)), WitnessVerdict::malformed},
      {"an unknown log", add(note_of(elsewhere, signer_)), WitnessVerdict::unknown_log},
      {"another key", add(note_of(head(200), stranger)), WitnessVerdict::not_signed},
      {"a signature of another text", add(tlog::to_string(of_other_text)), WitnessVerdict::not_signed},
      {"a cosignature instead", add(tlog::to_string(cosigned_only)), WitnessVerdict::not_signed},
      {"a proof from the beginning", body(0, {}, head(200)), WitnessVerdict::other_size},
      {"a proof from an older size", body(50, proof(50, 200), head(200)), WitnessVerdict::other_size},
      {"an older head", body(50, proof(50, 60), head(60)), WitnessVerdict::other_size},
      {"back from the known size", body(100, {}, head(60)), WitnessVerdict::malformed},
      {"back to nothing", body(0, {}, head(0)), WitnessVerdict::other_size},
      {"another tree of the known size", body(100, {}, rewritten), WitnessVerdict::other_size, true},
      {"the same with another old size", body(0, {}, rewritten), WitnessVerdict::other_size, true},
      {"no proof", body(100, {}, head(200)), WitnessVerdict::inconsistent},
      {"a proof that is too short", body(100, short_proof, head(200)), WitnessVerdict::inconsistent},
      {"a proof that is too long", body(100, long_proof, head(200)), WitnessVerdict::inconsistent},
      {"an altered proof", body(100, altered_proof, head(200)), WitnessVerdict::inconsistent},
      {"another longer tree", body(100, proof(100, 200), longer), WitnessVerdict::inconsistent},
      {"a proof for the same size", body(100, {Hash32{}}, head(100)), WitnessVerdict::inconsistent},
  };
  for (const Row& row : rows) {
    const WitnessDecision decision = heads_.decide(row.body);
    EXPECT_EQ(decision.verdict, row.verdict) << row.what << ": " << decision.detail;
    EXPECT_EQ(decision.contradicts, row.contradicts) << row.what;
    EXPECT_FALSE(decision.detail.empty()) << row.what;
    if (decision.verdict == WitnessVerdict::other_size) {
      EXPECT_EQ(decision.known_size, 100U) << row.what;
    }
    EXPECT_EQ(heads_.last(origin_), head(100)) << row.what;
  }
  sign(100, 200);
}

TEST_F(WitnessCore, the_first_head_of_an_empty_log_is_the_empty_tree) {
  tlog::Checkpoint odd = head(0);
  odd.root.bytes[0] ^= 1;
  EXPECT_EQ(heads_.decide(body(0, {}, odd)).verdict, WitnessVerdict::inconsistent);
  EXPECT_EQ(heads_.decide(body(1, {}, head(1))).verdict, WitnessVerdict::other_size);
  EXPECT_EQ(heads_.decide(body(0, {Hash32{}}, head(5))).verdict, WitnessVerdict::inconsistent);
  sign(0, 0);
}

TEST_F(WitnessCore, each_log_has_a_history_of_its_own) {
  const std::string other = origin_named("shard-1");
  heads_ = *WitnessHeads::make(log_line(origin_, signer_) + log_line(other, signer_));
  EXPECT_EQ(heads_.log_count(), 2U);
  sign(0, 100);
  tlog::Checkpoint first = head(7);
  first.origin = other;
  const WitnessDecision decision = heads_.decide(body(0, {}, first));
  EXPECT_EQ(decision.verdict, WitnessVerdict::cosign) << decision.detail;
  heads_.accept(decision.head);
  EXPECT_EQ(heads_.last(origin_).size, 100U);
  EXPECT_EQ(heads_.last(other).size, 7U);
}

TEST_F(WitnessCore, one_log_s_key_signs_nothing_for_another) {
  const std::string other = origin_named("shard-1");
  const auto other_signer = signer_of(2);
  heads_ = *WitnessHeads::make(log_line(origin_, signer_) + log_line(other, other_signer));
  const std::string text = tlog::to_text(head(7));
  const tlog::Note note{text, {tlog::sign_as_log(text, other, other_signer)}};
  const WitnessDecision decision = heads_.decide(tlog::to_string(tlog::AddCheckpoint{0, {}, tlog::to_string(note)}));
  EXPECT_EQ(decision.verdict, WitnessVerdict::not_signed);
}

TEST(WitnessTrust, a_trust_file_without_a_log_is_refused) {
  const auto signer = signer_of(1);
  const std::string witness =
      "witness " + tlog::to_string(tlog::PublicKey{"w", tlog::KeyType::witness, signer.public_key()}) + "\n";
  for (const std::string& file : {std::string(), std::string("# none\n"), witness, std::string("log x\n"),
                                  std::string("logs " + log_line(origin_named("shard-0"), signer).substr(4))}) {
    const auto heads = WitnessHeads::make(file);
    ASSERT_FALSE(heads.ok()) << file;
    EXPECT_EQ(heads.error().code, ErrorCode::config_invalid) << file;
  }
}

}  // namespace
}  // namespace clearspan::tools
