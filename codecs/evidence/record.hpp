// The evidence records: everything that the engine knew and did. A trade's state is the fold of core/trade's advance()
// over the records that name it, in the order of the log; everything else (index, metrics, views) is a projection.
//
// Ordering rule: evidence of the cause -> decision -> intent with the signed bytes -> send. Each is durable before the
// next is visible outside.
//
// A record is one deterministic CBOR item (RFC 8949, section 4.2): the array [type, at_ms, body...]; field orders are
// in record.cpp next to the code that writes them. Types are numbers that are never reused. What is too large for an
// entry of a log stands in the record's attachment, another such item, to which the record commits by its last field.
// docs/evidence-format.md is the format for everybody else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/movement.hpp"
#include "core/chain/proof.hpp"
#include "core/trade/event.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::evidence {

// The engine started with this log; the first record of every run.
struct EngineStarted {
  std::string version;
  EngineTag engine;
  std::uint16_t shard = 0;           // the number of the log
  std::uint16_t shard_count = 1;     // how many logs there are
  std::uint16_t further_shards = 0;  // how many shards write this log, beside one

  bool operator==(const EngineStarted&) const = default;
};

// A trade exists: its plan, and the request that asked for it. A repeated request with the same key is recognised by
// it.
struct TradeCreated {
  Plan plan;
  std::string idempotency_key;     // empty when the request had none
  Hash32 request_digest;           // SHA-256 of the request's body; zero when there was no request
  std::uint32_t request_item = 0;  // position in a request that asked for several trades

  bool operator==(const TradeCreated&) const = default;
};

// A fact about a trade.
struct TradeEvent {
  TradeId trade;
  Event event;

  bool operator==(const TradeEvent&) const = default;
};

// Signed bytes that may be sent from now on, and the movements in them.
struct TxnSigned {
  LedgerId ledger;
  TxnId id;
  AccountId signer;
  Sequence sequence;
  LedgerTime not_after;
  std::uint32_t fee_step = 0;
  Bytes raw;
  std::vector<Movement> movements;

  bool operator==(const TxnSigned&) const = default;
};

// A signed txn needs no more watching: it, or another with its sequence number, is final; or it is dead.
struct TxnClosed {
  LedgerId ledger;
  TxnId id;

  bool operator==(const TxnClosed&) const = default;
};

// All records that this final block caused for the trades of that shard stand before this one in the log; the next
// block that it processes is above it.
struct ViewAdvanced {
  LedgerId ledger;
  Height height;
  BlockHash block;
  LedgerTime time;
  std::uint16_t shard = 0;  // among those of the log

  bool operator==(const ViewAdvanced&) const = default;
};

// The ledger contradicted what was final. Nothing is signed for it until an operator clears it.
struct LedgerFrozen {
  LedgerId ledger;
  Height height;
  BlockHash expected;
  BlockHash found;

  bool operator==(const LedgerFrozen&) const = default;
};

// How the proofs of a ledger that follow are to be read.
struct LedgerDescribed {
  LedgerDescription description;

  bool operator==(const LedgerDescribed&) const = default;
};

// What proves the events that cite this block.
struct LedgerProof {
  BlockProof proof;

  bool operator==(const LedgerProof&) const = default;
};

// The checkpoint of this log with that size and root stands on a ledger.
struct Anchored {
  LedgerId ledger;
  std::uint64_t size = 0;
  Hash32 root;
  BlockPosition position;

  bool operator==(const Anchored&) const = default;
};

// What all open holds of an asset keep: as verified blocks say, and as the ledger's books say.
struct HeldBalance {
  AssetId asset;
  Amount expected;
  Amount found;

  [[nodiscard]] bool is_explained() const { return expected == found; }

  bool operator==(const HeldBalance&) const = default;
};

inline constexpr std::size_t kHeldBalancesMax = 256;  // in one record

// The books of a ledger were compared with its blocks at a final one. Where they differ, nothing is signed for the
// ledger until an operator clears it.
struct HoldingsChecked {
  LedgerId ledger;
  Height height;
  BlockHash block;
  std::vector<HeldBalance> balances;

  // The first that blocks do not explain; null when there is none.
  [[nodiscard]] const HeldBalance* unexplained() const {
    for (const HeldBalance& balance : balances) {
      if (!balance.is_explained()) return &balance;
    }
    return nullptr;
  }

  bool operator==(const HoldingsChecked&) const = default;
};

// The proof of this block is larger than the log takes. The events that cite the block and stand behind this record
// without a proof are the engine's word.
struct ProofLeftOut {
  LedgerId ledger;
  Height height;
  BlockHash block;
  std::uint64_t bytes = 0;  // that it has, about

  bool operator==(const ProofLeftOut&) const = default;
};

using RecordBody = std::variant<EngineStarted, TradeCreated, TradeEvent, TxnSigned, TxnClosed, ViewAdvanced,
                                LedgerFrozen, LedgerDescribed, LedgerProof, Anchored, HoldingsChecked, ProofLeftOut>;

// An entry of a log is the head before the record (32 bytes) and the record, behind a length of two bytes where
// transparency logs serve it.
inline constexpr std::size_t kRecordBytesMax = 65'535 - Hash32::kSize;
inline constexpr std::size_t kAttachmentBytesMax = 1u << 20;

// A record's bytes; they belong to somebody else.
struct RecordBytes {
  ByteView record;
  ByteView attachment;  // empty for a record without one
};

// About how many bytes the attachment of a proof has: not fewer.
std::size_t attachment_bytes(const BlockProof& proof);

inline bool fits_attachment(const BlockProof& proof) {
  return attachment_bytes(proof) <= kAttachmentBytesMax;
}

struct Record {
  Timestamp at;
  RecordBody body;

  bool operator==(const Record&) const = default;
};

// Appends the record's bytes to `out` and its attachment, if it has one, to `attachment`. The same record always gives
// the same bytes.
void encode(const Record& record, Bytes& out, Bytes& attachment);

// Reads exactly one record. Errors: cbor_malformed for bytes that encode() would not have written (another length form,
// a missing or surplus field, an unknown type or enumerator, bytes left over, an attachment of another digest).
Result<Record> decode(const RecordBytes& bytes);

// The same of the record alone: a txn_signed comes without its raw bytes and movements, a ledger_proof without its
// header, descendants and txns.
Result<Record> decode_without_attachment(ByteView record);

// The SHA-256 of the attachment that belongs to the record; none when none does. Does not look at the rest of it.
std::optional<Hash32> attachment_digest(ByteView record);

}  // namespace clearspan::evidence
