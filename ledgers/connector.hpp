// What the engine asks of a ledger, whatever its kind. A connector is plain, blocking and owned by one thread at a time
// per function group: `read` functions by the block follower, `write` functions by the sender; sign() and sign_anchor()
// do no I/O and are called by the submitter. signer_of(), canonical_account(), traits() and description() may be called
// from any thread. Every call that does I/O has a deadline. An error from submit() proves nothing about the txn
// (safety.md: "unknown is a state"); only verified blocks do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/block.hpp"
#include "core/chain/movement.hpp"
#include "core/chain/traits.hpp"

namespace clearspan {

// How long a call may take, from now.
using CallTimeout = Millis;

struct Tip {
  Height latest;
  Height final_height;  // by the ledger's finality policy; never above latest
};

// A block as its ledger serves it. Nothing in it is trusted before BlockDecoder has recomputed it.
struct RawBlock {
  Height height;
  std::string block_json;
  std::string receipts_json;  // empty for ledgers whose blocks carry their outcomes
};

// Movements in signed bytes. Made once, durable before the first send; only these bytes are ever sent again.
struct SignedTxn {
  TxnId id;
  Bytes raw;
  AccountId signer;
  Sequence sequence;           // 0 where the ledger has none
  LedgerTime not_after;        // past this ledger time it can no longer take effect; kNever if it always can
  std::uint32_t fee_step = 0;  // how often it was replaced by one with a higher fee
  std::vector<MovementKey> movements;

  bool operator==(const SignedTxn&) const = default;
};

struct SigningRequest {
  AccountId signer;
  Sequence sequence;
  LedgerTime not_after;
  std::uint32_t fee_step = 0;  // 0 for the first attempt; each step raises the fee enough to replace the one before
  std::vector<Movement> movements;  // all of one signer, at most movements_per_txn_max; empty: a txn without effect
                                    // that takes its sequence number out of use
};

// Turns a raw block into a verified one, or says precisely what is wrong with it. Pure: no I/O, no clock.
class BlockDecoder {
 public:
  virtual ~BlockDecoder() = default;
  [[nodiscard]] virtual Result<VerifiedBlock> decode(const RawBlock& block) const = 0;
};

class Connector {
 public:
  virtual ~Connector() = default;

  [[nodiscard]] virtual const LedgerTraits& traits() const = 0;
  [[nodiscard]] virtual const BlockDecoder& decoder() const = 0;

  // How the proofs of this ledger's blocks are to be read.
  [[nodiscard]] virtual LedgerDescription description() const = 0;

  // Whether `account` is well formed on this ledger, in its canonical notation. Errors: unknown_account.
  [[nodiscard]] virtual Result<AccountId> canonical_account(std::string_view account) const = 0;

  // read: the newest block and the newest that is final. Errors: unreachable, timed_out, endpoints_disagree.
  virtual Result<Tip> tip(CallTimeout timeout) = 0;

  // read: waits until a block above `height` may exist, or the timeout passes; a hint, never a proof.
  virtual void wait_for_block(Height height, CallTimeout timeout) = 0;

  // read: the block at that height on the chain that the required number of endpoints agree on.
  virtual Result<RawBlock> block(Height height, CallTimeout timeout) = 0;

  // write: the balance of an account after the block at `height`.
  virtual Result<Amount> balance(const AccountId& account, const AssetId& asset, Height height,
                                 CallTimeout timeout) = 0;

  // The account whose signature the movement needs; a payment's follows from its asset and payer alone. Errors:
  // unknown_account when the engine holds no key for it.
  [[nodiscard]] virtual Result<AccountId> signer_of(const Movement& movement) const = 0;

  // No I/O. The same request gives the same bytes. Errors: unknown_account, movement_rejected.
  virtual Result<SignedTxn> sign(const SigningRequest& request) = 0;

  // No I/O. A txn that puts the digest on record and moves nothing. The same arguments give the same bytes. Errors:
  // unknown_account when the engine holds no key for the signer; movement_rejected.
  virtual Result<SignedTxn> sign_anchor(const AccountId& signer, Sequence sequence, LedgerTime not_after,
                                        std::uint32_t fee_step, const Hash32& digest) = 0;

  // write: hands over signed bytes; the same bytes again are success.
  virtual Status submit(const SignedTxn& txn, CallTimeout timeout) = 0;

  // write: the account's next sequence number, counting pending txns of nobody but what the chain includes.
  virtual Result<Sequence> next_sequence(const AccountId& account, CallTimeout timeout) = 0;
};

}  // namespace clearspan
