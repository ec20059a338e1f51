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
  auto from = block.proofs.begin();
  for (const std::uint32_t index : txns) {
    from = std::lower_bound(from, block.proofs.end(), index,
                            [](const TxnProof& txn, std::uint32_t wanted) { return txn.index < wanted; });
    if (from != block.proofs.end() && from->index == index) proof.txns.push_back(*from);
  }
  return proof;
}

}  // namespace clearspan
