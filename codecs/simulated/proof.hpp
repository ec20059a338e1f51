// Proofs of the simulated ledger's blocks (docs/evidence-format.md, section 7). The header is what the block hash is
// the hash of (block.hpp); a txn's proof is the CBOR item
//
//   [content, signature, results, [hash*]]
//
// with content as in txn.hpp, results as put_result writes them, and the hashes from the leaf's sibling up to the root.
#pragma once

#include <span>

#include "codecs/simulated/txn.hpp"
#include "core/chain/proof.hpp"

namespace clearspan::simulated {

// Appends the part of a txn's proof that is known before the block's tree: its head and first three items.
void put_proven_txn(Bytes& out, ByteView content, const TxnSignature& signature, ByteView results_bytes);

// The whole proof. `proven_txn` is what put_proven_txn wrote.
Bytes txn_proof(ByteView proven_txn, const std::vector<Hash32>& path);

// What the proof proves about a ledger of kind "simulated". That the tip is the one that was recorded is for the caller
// to compare. Errors: proof_invalid.
Result<ProvenBlock> check_block_proof(const LedgerDescription& description, const BlockProof& proof);

}  // namespace clearspan::simulated
