#include "codecs/simulated/proof.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "codecs/simulated/merkle.hpp"
#include "tests/codecs/simulated/sample.hpp"

namespace clearspan::simulated::testing {
namespace {

LedgerDescription description(std::uint32_t depth = 0) {
  LedgerDescription described;
  described.ledger = kLedger;
  described.kind = "simulated";
  described.depth = depth;
  described.assets = {{{"ACN"}, 2, {}}};
  return described;
}

std::vector<std::unique_ptr<SampleTxn>> txns_with_anchors() {
  auto txns = sample_txns();
  Operation foreign = anchoring(3);
  foreign.ref = ref_of(0, EngineTag{});
  txns.push_back(std::make_unique<SampleTxn>(std::vector{anchoring(1), anchoring(2)},
                                             std::vector{OperationResult{}, failure("not_authorised")}, 9));
  txns.push_back(std::make_unique<SampleTxn>(std::vector{foreign}, std::vector{OperationResult{}}, 10));
  return txns;
}

VerifiedBlock sample_block() {
  return decode(render(txns_with_anchors()).json).value();
}

// The header of the block that follows, as a block of no txns.
Bytes next_header(const BlockHash& parent, Height number) {
  BlockHeader header = sample_header();
  header.parent = parent;
  header.number = number;
  header.root = merkle_root({});
  return header_bytes(header);
}

BlockProof proof_of(const VerifiedBlock& block, std::uint32_t descendants = 0) {
  BlockProof proof{block.ledger, block.height, block.hash, block.header, {}, block.proofs, block.hash};
  BlockHash parent = block.hash;
  for (std::uint32_t i = 1; i <= descendants; ++i) {
    proof.descendants.push_back(next_header(parent, block.height.plus(i)));
    parent = block_hash_of(proof.descendants.back());
  }
  proof.tip = parent;
  return proof;
}

std::vector<Outcome> outcomes_of(const ProvenBlock& proven) {
  std::vector<Outcome> outcomes;
  for (const ProvenTxn& txn : proven.txns) {
    for (const ProvenEffect& effect : txn.effects) {
      EXPECT_EQ(effect.index, effect.outcome.position.effect_index);
      outcomes.push_back(effect.outcome);
    }
  }
  return outcomes;
}

TEST(SimulatedProof, gives_the_outcomes_of_the_decoder) {
  const VerifiedBlock block = sample_block();
  const auto proven = check_block_proof(description(2), proof_of(block, 2));
  ASSERT_TRUE(proven.ok()) << describe(proven.error());
  EXPECT_EQ(proven->time, block.time);
  EXPECT_EQ(outcomes_of(*proven), block.outcomes);
  ASSERT_EQ(proven->txns.size(), block.txns.size());
  for (std::size_t i = 0; i < block.txns.size(); ++i) {
    EXPECT_EQ(proven->txns[i].id, block.txns[i].id);
    EXPECT_EQ(proven->txns[i].index, block.txns[i].index);
  }
}

TEST(SimulatedProof, gives_the_anchors_that_took_effect) {
  const VerifiedBlock block = sample_block();
  const auto proven = check_block_proof(description(), proof_of(block));
  ASSERT_TRUE(proven.ok()) << describe(proven.error());
  const ProvenTxn& txn = proven->txns.back();
  EXPECT_TRUE(txn.effects.empty());
  ASSERT_EQ(txn.anchors.size(), 1U);
  EXPECT_EQ(txn.anchors[0].first, 0U);
  EXPECT_EQ(txn.anchors[0].second, anchoring(1).digest);
}

TEST(SimulatedProof, holds_the_txns_of_the_engine_and_no_others) {
  const VerifiedBlock block = sample_block();
  ASSERT_EQ(block.txn_count, 5U);
  ASSERT_EQ(block.proofs.size(), block.txns.size());
  for (std::size_t i = 0; i < block.txns.size(); ++i) EXPECT_EQ(block.proofs[i].index, block.txns[i].index);
  EXPECT_EQ(block.txns.size(), 3U);
  EXPECT_EQ(block.hash, block_hash_of(block.header));
}

TEST(SimulatedProof, an_anchor_reads_back_from_content_and_json) {
  const auto txns = txns_with_anchors();
  const SampleTxn& anchor = *txns[3];
  const auto parsed = parse_txn_content(anchor.content);
  ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
  EXPECT_EQ(parsed->operations[0].kind, OperationKind::anchor);
  EXPECT_EQ(parsed->operations[0].digest, anchoring(1).digest);
  const std::string json = render(txns).json;
  const std::string element =
      "[\"anchor\",\"" + to_hex(anchoring(1).ref.view()) + "\",\"" + to_hex(anchoring(1).digest.view()) + "\"]";
  EXPECT_NE(json.find(element), std::string::npos);
  std::string bad = json;
  bad.replace(json.find(element) + element.size() - 1, 1, ",1]");
  EXPECT_EQ(decode(bad).error().code, ErrorCode::txn_malformed);
}

TEST(SimulatedProof, refuses_what_does_not_fit) {
  const VerifiedBlock block = sample_block();
  const BlockProof good = proof_of(block, 2);
  ASSERT_TRUE(check_block_proof(description(2), good).ok());
  const std::vector<std::pair<const char*, std::function<void(BlockProof&, LedgerDescription&)>>> rejects = {
      {"another kind", [](BlockProof&, LedgerDescription& d) { d.kind = "ethereum"; }},
      {"another ledger", [](BlockProof&, LedgerDescription& d) { d.ledger = {"b-coin"}; }},
      {"both of another ledger", [](BlockProof& p, LedgerDescription& d) { p.ledger = d.ledger = {"b-coin"}; }},
      {"too few descendants", [](BlockProof& p, LedgerDescription&) { p.descendants.pop_back(); }},
      {"descendants in another order",
       [](BlockProof& p, LedgerDescription&) { std::swap(p.descendants[0], p.descendants[1]); }},
      {"a descendant twice", [](BlockProof& p, LedgerDescription&) { p.descendants.push_back(p.descendants.back()); }},
      {"a descendant that skips a number",
       [&](BlockProof& p, LedgerDescription&) { p.descendants = {next_header(block.hash, block.height.plus(2))}; }},
      {"another height", [](BlockProof& p, LedgerDescription&) { p.height = p.height.plus(1); }},
      {"another hash", [](BlockProof& p, LedgerDescription&) { p.block.bytes[0] ^= 1; }},
      {"a header that goes on", [](BlockProof& p, LedgerDescription&) { p.header.push_back(0); }},
      {"no header", [](BlockProof& p, LedgerDescription&) { p.header.clear(); }},
      {"txns in another order", [](BlockProof& p, LedgerDescription&) { std::swap(p.txns[0], p.txns[1]); }},
      {"a txn twice", [](BlockProof& p, LedgerDescription&) { p.txns.insert(p.txns.begin(), p.txns[0]); }},
      {"a txn at another index", [](BlockProof& p, LedgerDescription&) { p.txns.back().index += 1; }},
      {"a txn beyond the block", [](BlockProof& p, LedgerDescription&) { p.txns.back().index = 5; }},
      {"a proof that goes on", [](BlockProof& p, LedgerDescription&) { p.txns[0].proof.push_back(0); }},
      {"a proof of nothing", [](BlockProof& p, LedgerDescription&) { p.txns[0].proof = {0x80}; }},
  };
  for (const auto& [what, spoil] : rejects) {
    BlockProof proof = good;
    LedgerDescription described = description(2);
    spoil(proof, described);
    const auto checked = check_block_proof(described, proof);
    ASSERT_FALSE(checked.ok()) << what;
    EXPECT_EQ(checked.error().code, ErrorCode::proof_invalid) << what;
  }
}

// As a verifier uses the check.
bool holds(const LedgerDescription& described, const BlockProof& proof) {
  const auto proven = check_block_proof(described, proof);
  return proven.ok() && proven->tip == proof.tip;
}

TEST(SimulatedProof, refuses_every_flipped_bit) {
  const BlockProof good = proof_of(sample_block(), 2);
  ASSERT_TRUE(holds(description(2), good));
  std::mt19937 random(20'261'121);
  for (int i = 0; i < 10'000; ++i) {
    BlockProof proof = good;
    std::vector<std::span<std::uint8_t>> places{proof.block.bytes, proof.header};
    for (Bytes& header : proof.descendants) places.emplace_back(header);
    places.emplace_back(proof.tip.bytes);
    for (TxnProof& txn : proof.txns) places.emplace_back(txn.proof);
    std::span<std::uint8_t> place = places[random() % places.size()];
    const std::size_t at = random() % place.size();
    const auto bit = static_cast<std::uint8_t>(1U << random() % 8);
    place[at] ^= bit;
    ASSERT_FALSE(holds(description(2), proof)) << "round " << i << ", byte " << at;
  }
}

TEST(SimulatedProof, refuses_a_last_descendant_without_the_link) {
  const BlockProof good = proof_of(sample_block(), 2);
  const std::size_t number_at = 4 + 1 + kLedger.text.size();
  const std::size_t parent_at = number_at + 16;
  for (std::size_t i = 0; i < 40; ++i) {
    BlockProof proof = good;
    proof.descendants.back()[i < 8 ? number_at + i : parent_at + i - 8] ^= 1;
    EXPECT_FALSE(check_block_proof(description(2), proof).ok()) << i;
  }
}

TEST(SimulatedMerkle, paths_lead_to_the_root_and_nowhere_else) {
  std::vector<Hash32> leaves;
  MerkleTree tree;
  for (std::uint8_t count = 1; count < 70; ++count) {
    leaves.push_back(crypto::sha256(Bytes{count}));
    tree.build(leaves);
    EXPECT_EQ(tree.root(), merkle_root(leaves));
    for (std::size_t index = 0; index < count; ++index) {
      auto path = tree.path_of(index);
      EXPECT_EQ(root_by_path(index, count, leaves[index], path), tree.root()) << index << " of " << int{count};
      EXPECT_NE(root_by_path(index + 1, count, leaves[index], path), tree.root());
      EXPECT_FALSE(root_by_path(count, count, leaves[index], path).has_value());
      path.push_back(leaves[index]);
      EXPECT_FALSE(root_by_path(index, count, leaves[index], path).has_value());
      path.resize(path.size() - 1);
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(root_by_path(index, count, leaves[index], path).has_value());
    }
  }
}

}  // namespace
}  // namespace clearspan::simulated::testing
