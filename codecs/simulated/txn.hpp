// A txn of the simulated ledger: a batch of operations that one Ed25519 key has signed. Each operation has an outcome
// of its own; a batch is not atomic.
//
// The content is deterministic: one meaning has one encoding. Numbers are big-endian;
// "text" is one byte of length and that many bytes.
//
//   content   = "CST1" text(ledger) signer[32] u64(salt) u64(not_after) u16(count) operation*count
//   operation = u8(kind) ref[32] body
//   body      = hold:            text(asset) text(amount) text(from) text(to) u64(not_after) u64(reclaim_after)
//               payment:         text(asset) text(amount) text(from) text(to) u64(not_after)
//               release, refund: hold_key[32] u64(not_after)
//               anchor:          digest[32]
//   raw       = content signature[64]
//
//   txn id    = SHA-256(content)
//   signature = Ed25519 over the txn id: it commits to the content, which Ed25519 itself would hash twice more
//   hold key  = SHA-256(txn id, u32(index of the hold in its txn))
//
// Kinds are the values of OperationKind. An anchor moves nothing: it puts a digest on record. An amount is its decimal
// digits, as in JSON, so that a verifier hashes what it reads. A release or refund names its hold by a key that commits
// to the hold's content; asset, amount and accounts are the hold's own, whatever the signer believes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "codecs/crypto/ed25519.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/chain/movement.hpp"

namespace clearspan::simulated {

class WireWriter;

using SignerKey = crypto::Ed25519PublicKey;
using TxnSignature = crypto::Ed25519Signature;  // over the txn id

// One signature costs as much as a few hundred hashes, so batches are large; a block must still hold several of them.
inline constexpr std::size_t kOperationsPerTxnMax = 4096;
inline constexpr std::size_t kAccountNameMax = 64;   // characters
inline constexpr std::size_t kAssetNameMax = 32;     // characters
inline constexpr std::size_t kLedgerNameMax = 64;    // characters
inline constexpr std::size_t kAmountDigitsMax = 78;  // of 2^256 - 1
inline constexpr std::size_t kTransferTextsMax =
    4 + kAssetNameMax + kAmountDigitsMax + 2 * kAccountNameMax;  // bytes, with their lengths
inline constexpr std::size_t kOperationBytesMax = 1 + OperationRef::kSize + kTransferTextsMax + 16;

// [a-z0-9._-]{1,64}
bool is_account_name(std::string_view text);
// [A-Za-z0-9._-]{1,32}
bool is_asset_name(std::string_view text);
// [a-z0-9._-]{1,64}
bool is_ledger_name(std::string_view text);

// What an operation does: the kinds of movement with their numbers, and what is no movement.
enum class OperationKind : std::uint8_t { hold, release, refund, payment, anchor };

inline constexpr std::array kOperationKinds = {OperationKind::hold, OperationKind::release, OperationKind::refund,
                                               OperationKind::payment, OperationKind::anchor};

std::string_view to_string(OperationKind kind);
OperationKind operation_kind(MovementKind kind);
std::optional<MovementKind> movement_kind(OperationKind kind);  // none for an anchor

// The texts are views into whatever the operation was read from. Its keys are decoded with one store each, and whoever
// reads a part of one next would have to wait for a store across two cache lines.
struct alignas(OperationRef::kSize) Operation {
  OperationRef ref;
  HoldKey hold_key;  // release, refund
  Hash32 digest;     // anchor
  OperationKind kind = OperationKind::hold;
  std::string_view asset;          // hold, payment
  std::string_view amount_digits;  // hold, payment
  Amount amount;                   // the same, as a number
  std::string_view from;           // hold, payment
  std::string_view to;             // hold, payment
  LedgerTime not_after = kNever;
  LedgerTime reclaim_after = kNever;  // hold
};

struct TxnHeader {
  std::string_view ledger;
  SignerKey signer;
  std::uint64_t salt = 0;  // tells apart txns that are otherwise equal
  LedgerTime not_after = kNever;
  std::uint16_t operation_count = 0;
};

struct TxnContent {
  TxnHeader header;
  std::vector<Operation> operations;
};

// parse_amount into `amount`, quick for the amounts that occur. Errors: those of parse_amount.
Status read_amount(std::string_view digits, Amount& amount);

// Whether names are well formed. Errors: txn_malformed, with the name of the field.
Status check_operation(const Operation& operation);

// Appends to `out`. The header's operation_count operations must follow.
void put_txn_header(Bytes& out, const TxnHeader& header);
void put_operation(Bytes& out, const Operation& operation);

// The same where there is room for kOperationBytesMax, for an operation whose texts have been checked.
void write_operation(WireWriter& out, const Operation& operation);

// Reads a content back; views point into `content`. Errors: txn_malformed for anything that put_* would not have
// written.
Result<TxnContent> parse_txn_content(ByteView content);

TxnId txn_id_of(ByteView content);
HoldKey hold_key_of(const TxnId& txn, std::uint32_t operation_index);

// What a hold key is the hash of.
inline constexpr std::size_t kHoldNameBytes = 36;
using HoldName = std::array<std::uint8_t, kHoldNameBytes>;
HoldName hold_name_of(const TxnId& txn, std::uint32_t operation_index);

}  // namespace clearspan::simulated
