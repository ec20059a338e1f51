// Signed bytes as the ledgers read them, against what the record says that they are.
#include <algorithm>

#include "codecs/ethereum/txn.hpp"
#include "codecs/simulated/proof.hpp"
#include "codecs/simulated/txn.hpp"
#include "ledgers/ethereum/notation.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "tools/auditor/facts.hpp"

namespace clearspan::audit {
namespace {

Error differs(const std::string& what) {
  return make_error(ErrorCode::txn_malformed, "the signed bytes have another " + what + " than the record");
}

bool is_same(const simulated::Operation& operation, const Movement& movement) {
  if (simulated::movement_kind(operation.kind) != movement.kind || operation.ref != movement.ref) return false;
  if (movement.kind == MovementKind::release || movement.kind == MovementKind::refund) {
    return operation.hold_key == movement.hold_key;
  }
  const bool has_same_end = movement.kind == MovementKind::payment || operation.reclaim_after == movement.reclaim_after;
  return has_same_end && operation.asset == movement.asset.text && operation.amount == movement.amount &&
         operation.from == movement.from.text && operation.to == movement.to.text &&
         operation.not_after == movement.not_after;
}

// An anchor moves nothing, so the record names no movement.
Status check_movements(const std::vector<simulated::Operation>& operations, const std::vector<Movement>& movements) {
  const bool is_anchor =
      movements.empty() && operations.size() == 1 && operations.front().kind == simulated::OperationKind::anchor;
  if (is_anchor) return Done{};
  if (!std::equal(operations.begin(), operations.end(), movements.begin(), movements.end(), is_same)) {
    return differs("list of movements");
  }
  return Done{};
}

Result<std::string> read_simulated(const evidence::TxnSigned& txn) {
  if (txn.raw.size() < simulated::TxnSignature::kSize) return differs("size");
  const ByteView content = ByteView(txn.raw).first(txn.raw.size() - simulated::TxnSignature::kSize);
  CLEARSPAN_TRY(const simulated::TxnContent parsed, simulated::parse_txn_content(content));
  if (simulated::txn_id_of(content) != txn.id) return differs("id");
  if (parsed.header.ledger != txn.ledger.text) return differs("ledger");
  if (parsed.header.salt != txn.sequence.value) return differs("sequence number");
  if (parsed.header.not_after != txn.not_after) return differs("end of validity");
  CLEARSPAN_CHECK_OK(check_movements(parsed.operations, txn.movements));
  return to_hex(parsed.header.signer.view());
}

// What its call asks for shows in the block that includes it.
Result<std::string> read_ethereum(const evidence::TxnSigned& txn) {
  CLEARSPAN_TRY(const ethereum::Txn parsed, ethereum::decode_txn(txn.raw));
  if (ethereum::txn_id(txn.raw) != txn.id) return differs("id");
  if (parsed.nonce != txn.sequence.value) return differs("sequence number");
  CLEARSPAN_TRY(const ethereum::Address sender, ethereum::sender_of(parsed, ethereum::HighS::refused));
  const AccountId account = ethereum::account_of(sender);
  if (account != txn.signer) return differs("signer");
  return account.text;
}

}  // namespace

Result<std::string> signer_key_of(const LedgerDescription& ledger, const evidence::TxnSigned& txn) {
  return ledger.kind == "ethereum" ? read_ethereum(txn) : read_simulated(txn);
}

const evidence::ProofChecks& all_proof_checks() {
  static const evidence::ProofChecks checks = {{"ethereum", ethereum::check_block_proof},
                                               {"simulated", simulated::check_block_proof}};
  return checks;
}

}  // namespace clearspan::audit
