#include "core/chain/block.hpp"

#include <algorithm>

namespace clearspan {

void add_held(std::vector<HeldChange>& held, MovementKind kind, std::string_view asset, const Amount& amount) {
  if (kind == MovementKind::payment) return;
  auto found = std::find_if(held.begin(), held.end(), [&](const HeldChange& one) { return one.asset.text == asset; });
  if (found == held.end()) found = held.insert(held.end(), {AssetId{std::string(asset)}, Amount()});
  const U256& units = found->change.units();
  found->change = Amount(kind == MovementKind::hold ? U256(units + amount.units()) : U256(units - amount.units()));
}

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
