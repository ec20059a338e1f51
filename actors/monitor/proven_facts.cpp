#include "actors/monitor/proven_facts.hpp"

#include <algorithm>
#include <iterator>

namespace clearspan::actors {
namespace {

std::size_t proof_bytes(const VerifiedBlock& block, std::uint32_t txn) {
  const auto proof = std::lower_bound(block.proofs.begin(), block.proofs.end(), txn,
                                      [](const TxnProof& one, std::uint32_t index) { return one.index < index; });
  return proof == block.proofs.end() || proof->index != txn ? 0 : proof->proof.size();
}

}  // namespace

void ProvenFacts::add(std::vector<evidence::Record>& facts, std::optional<std::uint32_t> txn) {
  if (facts.empty()) return;
  if (txn && std::find(txns_.begin(), txns_.end(), *txn) == txns_.end()) {
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
  records_.push_back({at_, evidence::LedgerProof{make_block_proof(final_block_, txns_)}});
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
