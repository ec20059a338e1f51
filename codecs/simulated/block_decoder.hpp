// Reads a block of the simulated ledger and recomputes everything that its hash covers: each txn id from the txn's
// content, the Merkle root over contents, signatures and results, and the block hash. Signatures are not verified: the
// root commits to what the ledger accepted, and a ledger that accepts forgeries could as well publish wrong results.
#pragma once

#include <string_view>

#include "codecs/simulated/block.hpp"
#include "core/chain/block.hpp"

namespace clearspan::simulated {

// What the reader expects, from its own configuration.
struct BlockExpectation {
  LedgerId ledger;
  Height number;
  EngineTag engine;  // operations whose refs carry it become outcomes; all others are only verified
};

// Errors: those of json::Document for text that is not strict JSON; not_a_block for a malformed header, another ledger
// or another number; txn_malformed, txn_hash_mismatch, transactions_root_mismatch, block_hash_mismatch. The field is
// the JSON pointer of what is wrong. May be called by several threads.
Result<VerifiedBlock> decode_block(std::string_view json, const BlockExpectation& expected);

}  // namespace clearspan::simulated
