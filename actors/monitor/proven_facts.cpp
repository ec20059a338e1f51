#include "actors/monitor/proven_facts.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace clearspan::actors {
namespace {

constexpr std::size_t kRecordsBesides = 4;  // of proofs and the view, as a rule

std::size_t proof_bytes(const VerifiedBlock& block, std::uint32_t txn) {
  const auto proof = std::lower_bound(block.proofs.begin(), block.proofs.end(), txn,
                                      [](const TxnProof& one, std::uint32_t index) { return one.index < index; });
  return proof == block.proofs.end() || proof->index != txn ? 0 : proof->proof.size();
}

}  // namespace

Event& ProvenFacts::add_event(const TradeId& trade, std::optional<std::uint32_t> txn) {
  if (txn && (txns_.empty() || txns_.back() != *txn)) {
    const std::size_t bytes = proof_bytes(*final_block_.block, *txn);
    if (proof_bytes_ + bytes > kProofBytesMax) close();
    txns_.push_back(*txn);
    proof_bytes_ += bytes;
  }
  if (records_.empty()) records_.reserve(final_block_.block->outcomes.size() + kRecordsBesides);
  if (!open_) {
    open_ = records_.size();
    records_.emplace_back();
  }
  evidence::Record& record = records_.emplace_back();
  record.at = at_;
  auto& event = record.body.emplace<evidence::TradeEvent>();
  event.trade = trade;
  return event.event;
}

void ProvenFacts::close() {
  if (!open_) return;
  std::sort(txns_.begin(), txns_.end());
  txns_.erase(std::unique(txns_.begin(), txns_.end()), txns_.end());
  BlockProof proof = make_block_proof(final_block_, txns_);
  if (evidence::fits_attachment(proof)) {
    records_[*open_] = {at_, evidence::LedgerProof{std::move(proof)}};
  } else {
    const std::size_t bytes = evidence::attachment_bytes(proof);
    spdlog::warn("ledger {}, block {}: {} facts are recorded without their proof, which has {} bytes",
                 proof.ledger.text, proof.height.value, records_.size() - *open_ - 1, bytes);
    records_[*open_] = {at_, evidence::ProofLeftOut{proof.ledger, proof.height, proof.block, bytes}};
  }
  open_.reset();
  txns_.clear();
  proof_bytes_ = 0;
}

std::vector<evidence::Record> ProvenFacts::take() {
  close();
  return std::move(records_);
}

}  // namespace clearspan::actors
