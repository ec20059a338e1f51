// A block with every kind of operation and result in it, for the tests of this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codecs/crypto/sha256.hpp"
#include "codecs/simulated/block_decoder.hpp"
#include "codecs/simulated/block_writer.hpp"

namespace clearspan::simulated::testing {

inline const LedgerId kLedger{"a-coin"};
inline constexpr Height kNumber{42};

inline EngineTag our_engine() {
  EngineTag tag;
  tag.bytes.fill(0xee);
  return tag;
}

inline OperationRef ref_of(std::uint8_t trade, const EngineTag& engine) {
  TradeId id;
  id.bytes.fill(trade);
  return make_operation_ref(id, 1, engine);
}

inline HoldKey some_key(std::uint8_t byte) {
  HoldKey key;
  key.bytes.fill(byte);
  return key;
}

inline Operation transfer(MovementKind kind, std::uint8_t trade, std::string_view digits) {
  Operation operation;
  operation.kind = operation_kind(kind);
  operation.ref = ref_of(trade, our_engine());
  operation.asset = "ACN";
  operation.amount_digits = digits;
  operation.amount = parse_amount(digits).value();
  operation.from = "alice";
  operation.to = "bob";
  operation.not_after = {90};
  return operation;
}

inline Operation ending(MovementKind kind, std::uint8_t trade) {
  Operation operation;
  operation.kind = operation_kind(kind);
  operation.ref = ref_of(trade, our_engine());
  operation.hold_key = some_key(trade);
  operation.not_after = {95};
  return operation;
}

inline Operation anchoring(std::uint8_t digest) {
  Operation operation;
  operation.kind = OperationKind::anchor;
  operation.ref = ref_of(0, our_engine());
  operation.digest.bytes.fill(digest);
  return operation;
}

inline OperationResult failure(std::string_view reason) {
  OperationResult result;
  result.reason = reason;
  return result;
}

inline OperationResult ended(bool reclaimed) {
  OperationResult result;
  result.asset = "ACN";
  result.amount_digits = "77";
  result.from = "carol";
  result.to = "dave";
  result.reclaimed = reclaimed;
  return result;
}

// A txn with its signature and results, at a place that does not move.
struct SampleTxn {
  Bytes content;
  TxnContent parsed;
  TxnSignature signature;
  std::vector<OperationResult> results;

  SampleTxn(const std::vector<Operation>& operations, std::vector<OperationResult> outcome, std::uint64_t salt)
      : results(std::move(outcome)) {
    const crypto::Ed25519Signer signer{crypto::SecretKey(crypto::sha256(as_bytes("sample")).bytes)};
    TxnHeader header;
    header.ledger = kLedger.text;
    header.signer = signer.public_key();
    header.salt = salt;
    header.not_after = {100};
    header.operation_count = static_cast<std::uint16_t>(operations.size());
    put_txn_header(content, header);
    for (const Operation& operation : operations) put_operation(content, operation);
    parsed = parse_txn_content(content).value();
    signature = signer.sign(txn_id_of(content).view());
  }

  [[nodiscard]] BlockTxn shown() const { return {txn_id_of(content), &parsed, &signature, results}; }
};

inline std::vector<std::unique_ptr<SampleTxn>> sample_txns() {
  Operation foreign = transfer(MovementKind::payment, 9, "5");
  foreign.ref = ref_of(9, EngineTag{});
  Operation endless = transfer(MovementKind::hold, 3, "340282366920938463463374607431768211456");
  endless.not_after = kNever;
  endless.reclaim_after = {500};
  std::vector<std::unique_ptr<SampleTxn>> txns;
  txns.push_back(
      std::make_unique<SampleTxn>(std::vector{transfer(MovementKind::hold, 1, "1250"),
                                              transfer(MovementKind::payment, 2, "18446744073709551615"), endless},
                                  std::vector{OperationResult{}, OperationResult{}, failure("insufficient_funds")}, 0));
  txns.push_back(std::make_unique<SampleTxn>(
      std::vector{ending(MovementKind::release, 4), ending(MovementKind::refund, 5), ending(MovementKind::release, 6)},
      std::vector{ended(false), ended(true), failure("hold_not_open")}, 7));
  txns.push_back(std::make_unique<SampleTxn>(std::vector{foreign}, std::vector{OperationResult{}}, 8));
  return txns;
}

inline BlockHeader sample_header() {
  BlockHeader header;
  header.ledger = kLedger.text;
  header.number = kNumber;
  header.branch = 1;
  header.parent = some_key(0x99).as<BlockHash>();
  header.timestamp_ms = 1'760'000'000'123;
  return header;
}

inline RenderedBlock render(const std::vector<std::unique_ptr<SampleTxn>>& txns) {
  std::vector<BlockTxn> shown;
  shown.reserve(txns.size());
  for (const auto& txn : txns) shown.push_back(txn->shown());
  return render_block(sample_header(), shown);
}

inline std::string sample_json() {
  return render(sample_txns()).json;
}

inline Result<VerifiedBlock> decode(std::string_view json) {
  return decode_block(json, {kLedger, kNumber, our_engine()});
}

}  // namespace clearspan::simulated::testing
