// Reads a block of the simulated ledger and recomputes everything that its hash covers: each txn id from the txn's content,
// the Merkle root over contents, signatures and results, and the block hash. Signatures are not verified: the root commits
// to what the ledger accepted, and a ledger that accepts forgeries could as well publish wrong results.
#pragma once

#include "codecs/simulated/block.hpp"
#include "ledgers/connector.hpp"

namespace clearspan::simulated {

class Decoder final : public BlockDecoder {
 public:
  // Operations whose refs carry `engine` become outcomes; all others are only verified.
  Decoder(LedgerId ledger, EngineTag engine);

  // Errors: those of json::Document for text that is not strict JSON; not_a_block for a wrong header, another ledger or
  // another height than block.height; txn_malformed, txn_hash_mismatch, transactions_root_mismatch, block_hash_mismatch.
  // The field is the JSON pointer of what is wrong. May be called by several threads.
  [[nodiscard]] Result<VerifiedBlock> decode(const RawBlock& block) const override;

 private:
  LedgerId ledger_;
  EngineTag engine_;
};

}  // namespace clearspan::simulated
