#include "ledgers/ethereum/signer.hpp"

#include <algorithm>

#include "codecs/ethereum/txn.hpp"
#include "ledgers/ethereum/notation.hpp"

namespace clearspan::ethereum {

// A call in the making.
struct Signer::Content {
  Batch batch;
  Amount value;
  std::uint64_t gas = GasBudget::kBatch;
};

struct Signer::Call {
  Address to;
  Amount value;
  Bytes data;
  std::uint64_t gas = 0;
};

Signer::Signer(const EvmOptions& options, const Keyring& keyring, const Assets& assets, FeeBook& fees)
    : options_(options), keyring_(keyring), assets_(assets), fees_(fees) {}

Result<Address> Signer::operator_for(const OperationRef& ref) const {
  if (options_.operators.empty()) return make_error(ErrorCode::unknown_account, "no operator is configured");
  // The last bytes of a trade id are random: trades spread evenly, and one trade keeps its operator.
  const std::size_t spread = static_cast<std::size_t>(ref.bytes[14]) << 8 | ref.bytes[15];
  const Address& account = options_.operators[spread % options_.operators.size()];
  if (!keyring_.has(account)) return make_error(ErrorCode::unknown_account, "no key for operator " + to_text(account));
  return account;
}

Result<Address> Signer::signer_of(const Movement& movement) const {
  switch (movement.kind) {
    case MovementKind::release:
    case MovementKind::refund:
      return operator_for(movement.ref);
    case MovementKind::hold:
    case MovementKind::payment:
      break;
  }
  CLEARSPAN_TRY(const Address from, parse_account(movement.from.text));
  if (keyring_.has(from)) return from;
  CLEARSPAN_TRY(const Address token, assets_.token_of(movement.asset));
  if (movement.kind == MovementKind::hold && !token.is_zero()) return operator_for(movement.ref);
  return make_error(ErrorCode::unknown_account, "no key for " + movement.from.text);
}

Status Signer::add_value(Content& content, const Movement& movement) const {
  CLEARSPAN_TRY(const Address token, assets_.token_of(movement.asset));
  CLEARSPAN_TRY(const Address from, parse_account(movement.from.text));
  CLEARSPAN_TRY(const Address to, parse_account(movement.to.text));
  if (movement.amount.is_zero()) return make_error(ErrorCode::movement_rejected, "the amount is zero");
  if (to == options_.escrow) return make_error(ErrorCode::movement_rejected, "the escrow contract cannot be the payee");
  const bool is_hold = movement.kind == MovementKind::hold;
  if (token.is_zero()) {
    CLEARSPAN_TRY(content.value, clearspan::add(content.value, movement.amount));
    content.gas += is_hold ? GasBudget::kHoldNative : GasBudget::kPayNative;
  } else if (!assets_.is_configured(token)) {
    content.gas += GasBudget::kUnknownToken;
  } else {
    content.gas += is_hold ? GasBudget::kHoldToken : GasBudget::kPayToken;
  }
  if (is_hold) {
    content.batch.holds.push_back(
        {movement.ref, from, token, movement.amount, to, movement.not_after.value, movement.reclaim_after.value});
  } else {
    content.batch.payments.push_back({movement.ref, token, movement.amount, to, movement.not_after.value});
  }
  return Done{};
}

Status Signer::add_end(Content& content, const Movement& movement) const {
  if (movement.hold_key.is_zero()) return make_error(ErrorCode::movement_rejected, "no hold is named");
  const auto token = assets_.token_of(movement.asset);
  const bool is_known = token.ok() && (token->is_zero() || assets_.is_configured(*token));
  content.gas += is_known ? GasBudget::kEnd : GasBudget::kUnknownToken;
  auto& ends = movement.kind == MovementKind::release ? content.batch.releases : content.batch.refunds;
  ends.push_back({movement.ref, movement.hold_key});
  return Done{};
}

Status Signer::add(Content& content, const Movement& movement, LedgerTime not_after) const {
  switch (movement.kind) {
    case MovementKind::release:
    case MovementKind::refund:
      return add_end(content, movement);  // the contract has no deadline for these
    case MovementKind::hold:
    case MovementKind::payment:
      break;
  }
  Movement bounded = movement;
  bounded.not_after = std::min(movement.not_after, not_after);
  return add_value(content, bounded);
}

Result<Signer::Content> Signer::content_of(const SigningRequest& request, const Address& signer) const {
  if (request.movements.size() > options_.movements_per_txn_max) {
    return make_error(ErrorCode::movement_rejected, "too many movements for one txn");
  }
  Content content;
  for (const Movement& movement : request.movements) {
    CLEARSPAN_TRY(const Address needed, signer_of(movement));
    if (needed != signer) return make_error(ErrorCode::movement_rejected, "a movement needs another signer");
    CLEARSPAN_CHECK_OK(add(content, movement, request.not_after));
  }
  return content;
}

Result<SignedTxn> Signer::sign(const SigningRequest& request) {
  CLEARSPAN_TRY(const Address signer, parse_account(request.signer.text));
  if (!keyring_.has(signer)) return make_error(ErrorCode::unknown_account, "no key for " + request.signer.text);
  CLEARSPAN_TRY(Content content, content_of(request, signer));
  Call call{signer, {}, {}, GasBudget::kTransfer};
  if (!request.movements.empty()) {
    call = {options_.escrow, content.value, encode_batch(content.batch), content.gas};
    call.gas += call.data.size() * GasBudget::kPerByte;
  }
  CLEARSPAN_TRY(SignedTxn txn, sign_call(signer, request.sequence, request.fee_step, call));
  for (const Movement& movement : request.movements) txn.movements.push_back(key_of(movement));
  return txn;
}

Result<SignedTxn> Signer::sign_anchor(const AccountId& signer, Sequence sequence, std::uint32_t fee_step,
                                      const Hash32& digest) {
  CLEARSPAN_TRY(const Address account, parse_account(signer.text));
  return sign_call(account, sequence, fee_step, {options_.escrow, {}, encode_anchor(digest), GasBudget::kAnchor});
}

Result<SignedTxn> Signer::sign_call(const Address& signer, Sequence sequence, std::uint32_t fee_step,
                                    const Call& call) {
  const crypto::SecretKey* key = keyring_.find(signer);
  if (key == nullptr) return make_error(ErrorCode::unknown_account, "no key for " + to_text(signer));
  const Fee fee = fees_.fee_for(signer, sequence, fee_step);
  Txn txn;
  txn.chain_id = options_.chain_id;
  txn.nonce = sequence.value;
  txn.gas_limit = call.gas;
  txn.to = call.to;
  txn.value = to_word(call.value);
  txn.data = call.data;
  switch (options_.fees.market) {
    case FeeMarket::legacy:
      txn.type = TxnType::legacy;
      txn.gas_price = to_word(fee.max_fee);
      break;
    case FeeMarket::dynamic_fee:
      txn.type = TxnType::dynamic_fee;
      txn.max_fee_per_gas = to_word(fee.max_fee);
      txn.max_priority_fee_per_gas = to_word(fee.priority_fee);
      break;
  }
  CLEARSPAN_TRY(SignedBytes signed_bytes, sign_txn(txn, *key));

  SignedTxn out;
  out.id = signed_bytes.id;
  out.raw = std::move(signed_bytes.raw);
  out.signer = account_of(signer);
  out.sequence = sequence;
  // What it does may have deadlines, but the txn uses up its number however late it comes: until then it is
  // outstanding.
  out.not_after = kNever;
  out.fee_step = fee_step;
  return out;
}

}  // namespace clearspan::ethereum
