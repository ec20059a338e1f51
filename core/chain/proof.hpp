// Proofs of blocks for somebody who has only a block's hash: what the evidence log keeps of every block that decided
// something. The bytes are in the ledger's own form (docs/evidence-format.md, section 7).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/chain/movement.hpp"
#include "core/chain/traits.hpp"

namespace clearspan {

// A token or coin of a ledger, as its proofs name it.
struct DescribedAsset {
  AssetId id;
  std::uint8_t scale = 0;
  Bytes token;  // the contract's address, 20 zero bytes for the native coin; empty where assets have names only

  bool operator==(const DescribedAsset&) const = default;
};

// How to read a ledger's proofs.
struct LedgerDescription {
  LedgerId ledger;
  std::string kind;     // "ethereum", "simulated"
  std::string network;  // the chain id in digits; empty where there is none
  std::string escrow;   // the escrow contract's address; empty where there is none
  ClockKind clock = ClockKind::height;
  std::uint32_t depth = 0;  // blocks that must follow a block before it is final; 0: the ledger's own word
  std::vector<DescribedAsset> assets;

  bool operator==(const LedgerDescription&) const = default;
};

inline constexpr std::uint32_t kProofDepthMax = 65'536;

// Proves what one txn of a block is, and what became of it.
struct TxnProof {
  std::uint32_t index = 0;  // of the txn in its block
  Bytes proof;

  bool operator==(const TxnProof&) const = default;
};

struct BlockProof {
  LedgerId ledger;
  Height height;
  BlockHash block;
  Bytes header;
  std::vector<Bytes> descendants;  // headers of the blocks that follow, in order
  std::vector<TxnProof> txns;      // by index, ascending
  BlockHash tip;                   // of the last descendant; the block's own where there is none

  bool operator==(const BlockProof&) const = default;
};

// What a proof has been found to prove.
struct ProvenEffect {
  std::uint32_t index = 0;  // in its txn
  Outcome outcome;          // with its position
};

struct ProvenTxn {
  std::uint32_t index = 0;
  TxnId id;
  std::vector<ProvenEffect> effects;                      // those that move value
  std::vector<std::pair<std::uint32_t, Hash32>> anchors;  // effects that put a digest on record
};

struct ProvenBlock {
  LedgerTime time;
  BlockHash tip;                // the hash of the last header
  std::vector<ProvenTxn> txns;  // in the order of the proof
};

// Recomputes everything: the header's hash, the links of at least `depth` descendants, each txn's inclusion, and the
// effects. Pure. Errors: proof_invalid.
using CheckBlockProof = std::function<Result<ProvenBlock>(const LedgerDescription&, const BlockProof&)>;

}  // namespace clearspan
