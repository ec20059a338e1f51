// Facts stand behind what proves them, and no block is too large for the log.
#include "actors/monitor/proven_facts.hpp"

#include <gtest/gtest.h>

namespace clearspan::actors {
namespace {

// A block of txns with proofs of that size.
FinalBlock block_of(std::uint32_t txns, std::size_t proof_bytes, std::size_t header_bytes = 500) {
  auto block = std::make_shared<VerifiedBlock>();
  block->header.resize(header_bytes);
  for (std::uint32_t i = 0; i < txns; ++i) block->proofs.push_back({i, Bytes(proof_bytes)});
  return {std::move(block), {}};
}

std::vector<evidence::Record> facts_of(const FinalBlock& block, const std::vector<std::uint32_t>& txns) {
  ProvenFacts facts(block, Timestamp{});
  for (const std::uint32_t txn : txns) facts.add<Started>(TradeId{}, txn);
  return facts.take();
}

const evidence::LedgerProof* proof_in(const evidence::Record& record) {
  return std::get_if<evidence::LedgerProof>(&record.body);
}

TEST(ProvenFactsTest, a_block_without_facts_leaves_nothing) {
  EXPECT_TRUE(facts_of(block_of(3, 100), {}).empty());
}

TEST(ProvenFactsTest, the_proof_stands_first_and_holds_each_txn_once) {
  const auto records = facts_of(block_of(9, 100), {2, 2, 5, 2});
  ASSERT_EQ(records.size(), 5U);
  ASSERT_NE(proof_in(records.front()), nullptr);
  const auto& txns = proof_in(records.front())->proof.txns;
  ASSERT_EQ(txns.size(), 2U);
  EXPECT_EQ(txns[0].index, 2U);
  EXPECT_EQ(txns[1].index, 5U);
}

TEST(ProvenFactsTest, many_proofs_become_several_records_each_before_its_facts) {
  const std::size_t large = kProofBytesMax / 2;
  const auto records = facts_of(block_of(5, large), {0, 1, 2, 3, 4});
  std::vector<std::uint32_t> open;
  std::size_t proofs = 0;
  for (const evidence::Record& record : records) {
    if (const auto* proof = proof_in(record)) {
      EXPECT_TRUE(open.empty());
      ++proofs;
      for (const TxnProof& txn : proof->proof.txns) open.push_back(txn.index);
    } else {
      ASSERT_FALSE(open.empty());
      open.pop_back();
    }
  }
  EXPECT_EQ(proofs, 3U);
  EXPECT_TRUE(open.empty());
}

TEST(ProvenFactsTest, of_what_the_log_cannot_take_it_says_so_before_the_facts) {
  const auto records = facts_of(block_of(2, evidence::kAttachmentBytesMax), {0, 1});
  ASSERT_EQ(records.size(), 4U);
  for (const std::size_t i : {0U, 2U}) {
    const auto* left_out = std::get_if<evidence::ProofLeftOut>(&records[i].body);
    ASSERT_NE(left_out, nullptr);
    EXPECT_GT(left_out->bytes, evidence::kAttachmentBytesMax);
    EXPECT_TRUE(std::holds_alternative<evidence::TradeEvent>(records[i + 1].body));
  }
  EXPECT_EQ(facts_of(block_of(1, 100, evidence::kAttachmentBytesMax), {0}).size(), 2U);
}

TEST(ProvenFactsTest, every_proof_that_is_kept_fits_into_an_attachment) {
  const std::size_t most = evidence::kAttachmentBytesMax;
  for (const std::size_t bytes : {kProofBytesMax, 2 * kProofBytesMax, 3 * kProofBytesMax, most - 600, most - 540,
                                  most - 530, most - 520, most - 510, most - 500}) {
    for (const evidence::Record& record : facts_of(block_of(3, bytes), {0, 1, 2})) {
      Bytes out;
      Bytes attachment;
      evidence::encode(record, out, attachment);
      EXPECT_LE(attachment.size(), evidence::kAttachmentBytesMax);
    }
  }
}

}  // namespace
}  // namespace clearspan::actors
