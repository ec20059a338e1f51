// Movements into signed txns. A txn is one call of the escrow contract's batch(), whatever the movements are: each
// stands alone there, and one that cannot be carried out leaves a Failed event instead of failing the others. No I/O.
#pragma once

#include "core/chain/movement.hpp"
#include "ledgers/connector.hpp"
#include "ledgers/ethereum/assets.hpp"
#include "ledgers/ethereum/fees.hpp"
#include "ledgers/ethereum/keyring.hpp"
#include "ledgers/ethereum/options.hpp"

namespace clearspan::ethereum {

// Gas is bounded per item, so that the limit of a txn is known without asking a node. The figures are the measured cost
// of the dearest ordinary case and half as much again; what is not used is not paid.
struct GasBudget {
  static constexpr std::uint64_t kTransfer = 21'000;  // a plain transfer of the native coin
  static constexpr std::uint64_t kBatch = 70'000;     // a batch without items
  static constexpr std::uint64_t kAnchor = 30'000;    // a digest on record, call data included
  static constexpr std::uint64_t kPerByte = 40;       // of call data, none of it zero (EIP-7623)
  static constexpr std::uint64_t kHoldNative = 180'000;
  static constexpr std::uint64_t kHoldToken = 280'000;
  static constexpr std::uint64_t kEnd = 200'000;        // release or refund, of the native coin or a token
  static constexpr std::uint64_t kPayNative = 150'000;  // with the 50,000 that a payee contract may use
  static constexpr std::uint64_t kPayToken = 180'000;
  static constexpr std::uint64_t kUnknownToken = 420'000;  // all that the contract lets one item use
};

class Signer {
 public:
  // Views of what the connector owns; they outlive the signer.
  Signer(const EvmOptions& options, const Keyring& keyring, const Assets& assets, FeeBook& fees);

  // hold: the payer when its key is here, else, for a token, an operator through the payer's allowance. payment: the
  // giver. release, refund: an operator. Errors: unknown_account.
  [[nodiscard]] Result<Address> signer_of(const Movement& movement) const;

  // Holds and payments take effect until the earlier of their own not_after and the request's; the contract sees to
  // that. The txn itself is valid until its number is used up. Errors: unknown_account, unknown_asset,
  // movement_rejected.
  Result<SignedTxn> sign(const SigningRequest& request);

  // A call that puts the digest on record. Errors: unknown_account.
  Result<SignedTxn> sign_anchor(const AccountId& signer, Sequence sequence, std::uint32_t fee_step,
                                const Hash32& digest);

 private:
  struct Content;
  struct Call;

  [[nodiscard]] Result<Address> operator_for(const OperationRef& ref) const;
  Result<Content> content_of(const SigningRequest& request, const Address& signer) const;
  Result<SignedTxn> sign_call(const Address& signer, Sequence sequence, std::uint32_t fee_step, const Call& call);
  Status add(Content& content, const Movement& movement, LedgerTime not_after) const;
  Status add_value(Content& content, const Movement& movement) const;
  Status add_end(Content& content, const Movement& movement) const;

  const EvmOptions& options_;
  const Keyring& keyring_;
  const Assets& assets_;
  FeeBook& fees_;
};

}  // namespace clearspan::ethereum
