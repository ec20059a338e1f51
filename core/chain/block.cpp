#include "core/chain/block.hpp"

#include <algorithm>

namespace clearspan {

BlockProof make_block_proof(const FinalBlock& final_block, const std::vector<std::uint32_t>& txns) {
  const VerifiedBlock& block = *final_block.block;
  BlockProof proof;
  proof.ledger = block.ledger;
  proof.height = block.height;
  proof.block = block.hash;
  proof.header = block.header;
  proof.tip = block.hash;
  for (const VerifiedBlockPtr& descendant : final_block.descendants) {
    proof.descendants.push_back(descendant->header);
    proof.tip = descendant->hash;
  }
  for (const TxnProof& txn : block.proofs) {
    if (std::find(txns.begin(), txns.end(), txn.index) != txns.end()) proof.txns.push_back(txn);
  }
  return proof;
}

}  // namespace clearspan
