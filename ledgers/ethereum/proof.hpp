// Proofs of an EVM chain's blocks (docs/evidence-format.md, section 7). The header is the RLP list whose Keccak hash is
// the block hash; a txn's proof is the CBOR item
//
//   [[node*], [node*]]
//
// with the nodes from the root to the leaf of the txns' trie and of the receipts' trie.
#pragma once

#include <vector>

#include "codecs/ethereum/block.hpp"
#include "core/chain/proof.hpp"

namespace clearspan::ethereum {

// The proofs of the txns with those indexes, ascending.
std::vector<TxnProof> prove_txns(const EthereumBlock& block, const std::vector<std::uint32_t>& indexes);

// What the proof proves about a ledger of kind "ethereum". That the tip is the one that was recorded is for the caller
// to compare. Errors: proof_invalid.
Result<ProvenBlock> check_block_proof(const LedgerDescription& description, const BlockProof& proof);

}  // namespace clearspan::ethereum
