// The keys with which the engine (or a payer, or a test) signs on a simulated ledger. Accounts with the same key are
// one signer, named by the first of them in alphabetical order, so that their movements share batches.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>

#include "codecs/crypto/secret_key.hpp"
#include "codecs/simulated/txn.hpp"
#include "ledgers/connector.hpp"

namespace clearspan::simulated {

class Keyring {
 public:
  // Releases and refunds need the signature of this account.
  explicit Keyring(AccountId escrow_operator);

  // Adds an account with its key, an Ed25519 seed. Errors: unknown_account (not a name), invalid_value (there already).
  Status add(const AccountId& account, const crypto::SecretKey& seed);

  // Errors: unknown_account when the keyring has no key for the account that must sign.
  [[nodiscard]] Result<AccountId> signer_of(const Movement& movement) const;

  // The public key of an account. Errors: unknown_account.
  [[nodiscard]] Result<SignerKey> public_key(const AccountId& account) const;

  // Signs a batch for the ledger; request.sequence becomes the salt. The same request gives the same bytes. Errors:
  // unknown_account; movement_rejected when the batch is empty or too large, its movements need another signer or are
  // not of this ledger's form, or the txn is to be replaced by one with a higher fee.
  [[nodiscard]] Result<SignedTxn> sign(const LedgerId& ledger, const SigningRequest& request) const;

  // Signs a txn that puts the digest on record under that ref; of the request all but the movements counts. Errors: as
  // sign.
  [[nodiscard]] Result<SignedTxn> sign_anchor(const LedgerId& ledger, const OperationRef& ref, const Hash32& digest,
                                              const SigningRequest& request) const;

 private:
  struct Signer {
    AccountId name;
    std::unique_ptr<const crypto::Ed25519Signer> key;
  };

  [[nodiscard]] Result<const Signer*> find(const AccountId& account) const;
  // The txn's content up to its operations, and the txn once they are there.
  static Result<Bytes> start_txn(const LedgerId& ledger, const Signer& signer, const SigningRequest& request,
                                 std::size_t operation_count);
  static SignedTxn finish_txn(Bytes content, const Signer& signer, const SigningRequest& request);

  [[nodiscard]] const AccountId& account_to_sign(const Movement& movement) const;

  AccountId operator_;
  std::map<SignerKey, Signer> signers_;
  std::unordered_map<AccountId, const Signer*> by_account_;
};

}  // namespace clearspan::simulated
