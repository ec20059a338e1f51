#include "actors/monitor/proven_facts.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <numeric>

namespace clearspan::actors {
namespace {

std::size_t proof_bytes(const VerifiedBlock& block, std::uint32_t txn) {
  const auto proof = std::lower_bound(block.proofs.begin(), block.proofs.end(), txn,
                                      [](const TxnProof& one, std::uint32_t index) { return one.index < index; });
  return proof == block.proofs.end() || proof->index != txn ? 0 : proof->proof.size();
}

// Whether the log takes the proof as an attachment; an eighth is more than lengths and heads need.
bool fits(const BlockProof& proof) {
  const auto add_header = [](std::size_t bytes, const Bytes& header) { return bytes + header.size(); };
  const auto add_txn = [](std::size_t bytes, const TxnProof& txn) { return bytes + txn.proof.size(); };
  std::size_t bytes = proof.header.size();
  bytes = std::accumulate(proof.descendants.begin(), proof.descendants.end(), bytes, add_header);
  bytes = std::accumulate(proof.txns.begin(), proof.txns.end(), bytes, add_txn);
  return bytes <= evidence::kAttachmentBytesMax / 8 * 7;
}

}  // namespace

void ProvenFacts::add(std::vector<evidence::Record>& facts, std::optional<std::uint32_t> txn) {
  if (facts.empty()) return;
  if (txn && (txns_.empty() || txns_.back() != *txn)) {
    const std::size_t bytes = proof_bytes(*final_block_.block, *txn);
    if (proof_bytes_ + bytes > kProofBytesMax) close();
    txns_.push_back(*txn);
    proof_bytes_ += bytes;
  }
  facts_.insert(facts_.end(), std::make_move_iterator(facts.begin()), std::make_move_iterator(facts.end()));
  facts.clear();
}

void ProvenFacts::close() {
  if (facts_.empty()) return;
  std::sort(txns_.begin(), txns_.end());
  txns_.erase(std::unique(txns_.begin(), txns_.end()), txns_.end());
  BlockProof proof = make_block_proof(final_block_, txns_);
  if (fits(proof)) {
    records_.push_back({at_, evidence::LedgerProof{std::move(proof)}});
  } else {
    spdlog::warn("ledger {}, block {}: {} facts are recorded without their proof, which is too large",
                 proof.ledger.text, proof.height.value, facts_.size());
  }
  records_.insert(records_.end(), std::make_move_iterator(facts_.begin()), std::make_move_iterator(facts_.end()));
  facts_.clear();
  txns_.clear();
  proof_bytes_ = 0;
}

std::vector<evidence::Record> ProvenFacts::take() {
  close();
  return std::move(records_);
}

}  // namespace clearspan::actors
