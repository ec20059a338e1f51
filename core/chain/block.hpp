// A block whose hashes have all been recomputed from its content, reduced to what concerns settlement.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/chain/movement.hpp"
#include "core/chain/proof.hpp"

namespace clearspan {

// A txn that is in the block and may be ours: sent to the escrow contract, or from an account that the engine signs
// for.
struct IncludedTxn {
  TxnId id;
  std::uint32_t index = 0;  // in the block
  bool ok = false;          // false: it was included and had no effect
  AccountId sender;         // recovered from its signature; empty where the ledger has no such notion
  Sequence sequence;        // of the sender; 0 where the ledger has no such notion

  bool operator==(const IncludedTxn&) const = default;
};

// What a block did to all that is held of an asset, be it by this engine or by others: in less out, modulo 2^256.
// Balances are below that, so nothing is lost.
struct HeldChange {
  AssetId asset;
  Amount change;

  bool operator==(const HeldChange&) const = default;
};

struct VerifiedBlock {
  LedgerId ledger;
  Height height;
  BlockHash hash;
  BlockHash parent;
  LedgerTime time;                // the ledger's clock at this block
  Timestamp timestamp;            // as the block states it; zero when it states none
  std::vector<Outcome> outcomes;  // in the order of their positions
  std::vector<IncludedTxn> txns;  // in the order of their indexes
  std::vector<HeldChange> held;   // by every party; at most one per asset
  std::uint32_t txn_count = 0;    // of all txns in the block
  std::uint64_t bytes = 0;        // of the raw data that was verified
  Bytes header;                   // what its hash is the hash of
  std::vector<TxnProof> proofs;   // by index, of each txn that has an outcome here or stands in `txns`
};

using VerifiedBlockPtr = std::shared_ptr<const VerifiedBlock>;

// A block that is final by its ledger's policy, and the blocks behind it that the policy asks for.
struct FinalBlock {
  VerifiedBlockPtr block;
  std::vector<VerifiedBlockPtr> descendants;
};

// Counts a movement that took effect, whoever asked for it. Payments hold nothing.
void add_held(std::vector<HeldChange>& held, MovementKind kind, std::string_view asset, const Amount& amount);

// What proves those of the block's txns that have the given indexes, which ascend.
BlockProof make_block_proof(const FinalBlock& final_block, const std::vector<std::uint32_t>& txns);

}  // namespace clearspan
