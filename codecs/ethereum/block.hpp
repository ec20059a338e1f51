// From a block as a node serves it in JSON to a block whose every hash has been recomputed.
//
//   block JSON ──▶ header bytes  ── keccak ──▶ must be the stated hash
//              ──▶ txn bytes     ── trie ────▶ must be the header's transactionsRoot;  keccak ──▶ each stated txn hash
//              ──▶ withdrawals   ── trie ────▶ must be the header's withdrawalsRoot
//   receipts   ──▶ receipt bytes ── trie ────▶ must be the header's receiptsRoot
//   uncles     ──▶ header bytes  ── keccak ──▶ must be the header's sha3Uncles
//
// JSON is only ever turned into those bytes; what decode_block returns is read back from the very bytes that were
// hashed. Accepted are a bare block, a JSON-RPC response, and an array (a batch) in which exactly one element is a
// block. Fields that no hash covers are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/header.hpp"
#include "codecs/ethereum/receipt.hpp"
#include "codecs/ethereum/txn.hpp"
#include "codecs/ethereum/withdrawal.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::ethereum {

// What could be said about one part of a block.
enum class PartStatus : std::uint8_t {
  verified,          // recomputed, and it fits
  absent,            // the part was not given, or blocks of that fork do not have it
  hashes_only,       // the txns are hashes only: their root cannot be recomputed
  not_recomputable,  // the uncles are hashes only: their headers were not given
  mismatch           // recomputed, and it does not fit
};

std::string_view to_string(PartStatus status);

struct BlockReport {
  std::uint64_t number = 0;
  BlockHash hash;  // as recomputed
  BlockHash parent_hash;
  std::size_t transaction_count = 0;
  std::size_t receipt_count = 0;
  std::size_t withdrawal_count = 0;
  std::size_t uncle_count = 0;
  PartStatus header = PartStatus::absent;
  PartStatus transactions = PartStatus::absent;
  PartStatus receipts = PartStatus::absent;
  PartStatus withdrawals = PartStatus::absent;
  PartStatus uncles = PartStatus::absent;
  std::optional<Error> mismatch;  // the first in the order above: block_hash_mismatch, transactions_root_mismatch, ...
};

// Checks whatever is given. A hash that does not fit is in the report; an error means that the input is no block:
// malformed_json, duplicate_key, too_deep, too_large, not_a_block, txn_malformed, receipt_malformed.
Result<BlockReport> verify_block(std::string_view block_json, std::optional<std::string_view> receipts_json,
                                 std::optional<std::string_view> uncles_json);

struct BlockTxn {
  TxnId id;  // recomputed
  Txn txn;
  std::optional<Address> claimed_from;  // as the node says; nothing commits to it: sender_of(txn) proves
};

// A verified block. It owns the bytes that all views in it point to; it is moved, never copied.
struct EthereumBlock {
  Header header;
  BlockHash hash;
  std::vector<BlockTxn> txns;
  std::vector<Receipt> receipts;  // one per txn; none when the block has no txns
  std::vector<Log> logs;          // of all receipts, in order
  std::vector<Withdrawal> withdrawals;
  std::size_t json_bytes = 0;        // that were verified
  Slice header_bytes;                // of `bytes`, as are the next two
  std::vector<Slice> txn_bytes;      // the list whose root is the header's transactions_root
  std::vector<Slice> receipt_bytes;  // the list whose root is the header's receipts_root
  Buffer bytes;

  EthereumBlock() = default;
  EthereumBlock(EthereumBlock&&) = default;
  EthereumBlock& operator=(EthereumBlock&&) = default;

  [[nodiscard]] std::span<const Log> logs_of(std::size_t txn_index) const {
    const Receipt& receipt = receipts[txn_index];
    return std::span(logs).subspan(receipt.first_log, receipt.log_count);
  }
};

// The block, with its hash, its txns, receipts and withdrawals all verified; the uncles too, unless only their hashes
// are given. `receipts_json` may be empty for a block without txns. Errors: as verify_block, and every mismatch is one;
// not_a_block when the txns are hashes only, receipt_malformed when the receipts are missing.
Result<EthereumBlock> decode_block(std::string_view block_json, std::string_view receipts_json);

}  // namespace clearspan::ethereum
