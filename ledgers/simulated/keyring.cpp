#include "ledgers/simulated/keyring.hpp"

namespace clearspan::simulated {
namespace {

// About the size of a hold with ordinary names.
constexpr std::size_t kOperationBytesTypical = 96;

Error rejected(std::string detail, std::string field) {
  return make_error(ErrorCode::movement_rejected, std::move(detail), std::move(field));
}

// Appends the movement as an operation. Errors: those of check_operation.
Status put_movement(Bytes& content, const Movement& movement) {
  Operation operation;
  const std::string digits = to_string(movement.amount);
  operation.kind = operation_kind(movement.kind);
  operation.ref = movement.ref;
  operation.asset = movement.asset.text;
  operation.amount_digits = digits;
  operation.amount = movement.amount;
  operation.from = movement.from.text;
  operation.to = movement.to.text;
  operation.hold_key = movement.hold_key;
  operation.not_after = movement.not_after;
  operation.reclaim_after = movement.reclaim_after;
  CLEARSPAN_CHECK_OK(check_operation(operation));
  put_operation(content, operation);
  return Done{};
}

}  // namespace

Keyring::Keyring(AccountId escrow_operator) : operator_(std::move(escrow_operator)) {}

Status Keyring::add(const AccountId& account, const crypto::SecretKey& seed) {
  if (!is_account_name(account.text)) {
    return make_error(ErrorCode::unknown_account, "this is no name of an account", "account");
  }
  if (by_account_.contains(account)) return make_error(ErrorCode::invalid_value, "the account is there already");
  auto key = std::make_unique<const crypto::Ed25519Signer>(seed);
  const SignerKey public_key = key->public_key();
  const auto [signer, is_new] = signers_.try_emplace(public_key, Signer{account, std::move(key)});
  if (account < signer->second.name) signer->second.name = account;
  by_account_.emplace(account, &signer->second);
  return Done{};
}

Result<const Keyring::Signer*> Keyring::find(const AccountId& account) const {
  const auto found = by_account_.find(account);
  if (found == by_account_.end()) return make_error(ErrorCode::unknown_account, "no key for " + account.text);
  return found->second;
}

const AccountId& Keyring::account_to_sign(const Movement& movement) const {
  switch (movement.kind) {
    case MovementKind::hold:
    case MovementKind::payment:
      return movement.from;
    case MovementKind::release:
    case MovementKind::refund:
      break;
  }
  return operator_;
}

Result<AccountId> Keyring::signer_of(const Movement& movement) const {
  CLEARSPAN_TRY(const Signer* signer, find(account_to_sign(movement)));
  return signer->name;
}

Result<SignerKey> Keyring::public_key(const AccountId& account) const {
  CLEARSPAN_TRY(const Signer* signer, find(account));
  return signer->key->public_key();
}

Result<Bytes> Keyring::start_txn(const LedgerId& ledger, const Signer& signer, const SigningRequest& request,
                                 std::size_t operation_count) {
  if (request.fee_step != 0) return rejected("this ledger has no fees", "fee_step");
  if (operation_count == 0 || operation_count > kOperationsPerTxnMax) {
    return rejected("a txn has 1 to 4096 operations", "movements");
  }
  Bytes content;
  content.reserve(kOperationBytesTypical * (1 + operation_count) + TxnSignature::kSize);
  TxnHeader header;
  header.ledger = ledger.text;
  header.signer = signer.key->public_key();
  header.salt = request.sequence.value;
  header.not_after = request.not_after;
  header.operation_count = static_cast<std::uint16_t>(operation_count);
  put_txn_header(content, header);
  return content;
}

SignedTxn Keyring::finish_txn(Bytes content, const Signer& signer, const SigningRequest& request) {
  SignedTxn txn;
  txn.id = txn_id_of(content);
  txn.raw = std::move(content);
  const TxnSignature signature = signer.key->sign(txn.id.view());
  txn.raw.insert(txn.raw.end(), signature.bytes.begin(), signature.bytes.end());
  txn.signer = signer.name;
  txn.sequence = request.sequence;
  txn.not_after = request.not_after;
  return txn;
}

Result<SignedTxn> Keyring::sign_anchor(const LedgerId& ledger, const OperationRef& ref, const Hash32& digest,
                                       const SigningRequest& request) const {
  CLEARSPAN_TRY(const Signer* signer, find(request.signer));
  CLEARSPAN_TRY(Bytes content, start_txn(ledger, *signer, request, 1));
  Operation operation;
  operation.kind = OperationKind::anchor;
  operation.ref = ref;
  operation.digest = digest;
  put_operation(content, operation);
  return finish_txn(std::move(content), *signer, request);
}

Result<SignedTxn> Keyring::sign(const LedgerId& ledger, const SigningRequest& request) const {
  CLEARSPAN_TRY(const Signer* signer, find(request.signer));
  CLEARSPAN_TRY(Bytes content, start_txn(ledger, *signer, request, request.movements.size()));
  std::vector<MovementKey> keys;
  keys.reserve(request.movements.size());
  for (const Movement& movement : request.movements) {
    const auto field = [&keys] { return "movements/" + std::to_string(keys.size()); };
    const auto needed = find(account_to_sign(movement));
    // A payer may sign the refund of its own hold, as a reclaim: the ledger decides whether it may have it.
    const bool is_reclaim = movement.kind == MovementKind::refund && by_account_.contains(movement.to) &&
                            by_account_.at(movement.to) == signer;
    if (!is_reclaim && (!needed.ok() || *needed != signer)) return rejected("needs another signer", field());
    if (auto put = put_movement(content, movement); !put.ok()) return rejected(describe(put.error()), field());
    keys.push_back(key_of(movement));
  }
  SignedTxn txn = finish_txn(std::move(content), *signer, request);
  txn.movements = std::move(keys);
  return txn;
}

}  // namespace clearspan::simulated
