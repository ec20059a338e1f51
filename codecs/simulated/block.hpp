// What the hashes of a simulated block cover. There is nothing in a block's JSON outside them, except that signatures
// are not verified by readers: the root commits to the txns that the ledger accepted, signatures included.
//
//   block hash = SHA-256(header)
//   header     = "CSB1" text(ledger) u64(number) u64(branch) parent[32] u64(timestamp ms) u32(txn count) root[32]
//   root       = Merkle tree hash of the txns' leaves (RFC 6962, section 2.1): SHA-256("") for none,
//                leaf SHA-256(0x00, leaf content), node SHA-256(0x01, left, right)
//   leaf content = txn id[32] signature[64] result*
//   result     = failed:                   u8(0) text(reason)
//                hold, payment, anchor ok: u8(1)
//                release, refund ok:       u8(1) text(asset) text(amount) text(from) text(to) u8(reclaimed)
//
// As JSON, in this order and without spaces:
//
//   {"ledger":"a-coin","number":5,"branch":0,"hash":H,"parent":H,"timestamp":1760000000000,"root":H,"txns":[TXN,...]}
//   TXN       =
//   {"id":H,"signer":H,"salt":0,"not_after":N,"signature":HH,"operations":[OPERATION,...],"results":[RESULT,...]}
//   OPERATION = ["hold",ref,asset,amount,from,to,N,N]      not_after, reclaim_after
//               ["payment",ref,asset,amount,from,to,N]     not_after
//               ["release",ref,hold_key,N]                 not_after; also "refund"
//               ["anchor",ref,digest]
//   RESULT    = "reason" | 1 | [asset,amount,from,to,0|1]  the last for a release or refund; 1: reclaimed by the payer
//
// H is 64 hexadecimal digits, HH 128, N a ledger time or null for "never", amounts are strings of digits. The branch
// counts the reorganisations before the block, so that a block that replaces another never equals it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/simulated/txn.hpp"
#include "core/base/clock.hpp"

namespace clearspan::simulated {

// A block is cut at this many operations: its JSON stays near 10 MB for ordinary names.
inline constexpr std::size_t kOperationsPerBlockMax = 65'536;
inline constexpr std::size_t kTxnsPerBlockMax = 65'536;
// No block of this ledger is larger: the maximum number of operations with the longest names and amounts.
inline constexpr std::size_t kBlockJsonMax = 64u << 20;  // bytes
inline constexpr std::size_t kReasonMax = 64;            // characters, [a-z_]
inline constexpr std::size_t kResultBytesMax = 2 + kTransferTextsMax;
inline constexpr std::size_t kLeafHeadBytes = 1 + TxnId::kSize + TxnSignature::kSize;  // before the results

struct BlockHeader {
  std::string_view ledger;
  Height number;
  std::uint64_t branch = 0;
  BlockHash parent;
  std::uint64_t timestamp_ms = 0;
  std::uint32_t txn_count = 0;
  Hash32 root;
};

// What the ledger made of one operation. Names are views of something that outlives the result.
struct OperationResult {
  std::string_view reason;  // empty: it took effect
  std::string_view asset;   // release, refund: what the hold held, and whose it was. Empty otherwise
  std::string amount_digits;
  std::string_view from;
  std::string_view to;
  bool reclaimed = false;

  [[nodiscard]] bool ok() const { return reason.empty(); }
};

// Whether the result of one that took effect says what it ended: release and refund.
bool has_ended(OperationKind kind);

void put_result(Bytes& out, OperationKind kind, const OperationResult& result);

// The same where there is room for kResultBytesMax, for a result whose texts have been checked.
void write_result(WireWriter& out, OperationKind kind, const OperationResult& result);

// Reads back what put_result wrote for those operations, one after the other; views point into `bytes`. Errors:
// txn_malformed for anything that put_result would not have written.
Result<std::vector<OperationResult>> parse_results(ByteView bytes, std::span<const Operation> operations);

// Appends what the leaf of one txn is the hash of, up to the results, which must follow.
void put_leaf_head(Bytes& out, const TxnId& id, const TxnSignature& signature);

// The leaf of one txn. `results_bytes` are the results as put_result writes them, one after the other.
Hash32 leaf_of(const TxnId& id, const TxnSignature& signature, ByteView results_bytes);

// What the block hash is the hash of.
Bytes header_bytes(const BlockHeader& header);
BlockHash block_hash_of(ByteView header);

// Reads the header back; the ledger's name is a view. Errors: not_a_block for anything that header_bytes would not have
// written.
Result<BlockHeader> parse_header(ByteView bytes);

bool is_reason(std::string_view text);

}  // namespace clearspan::simulated
