#include "codecs/simulated/block.hpp"

#include <algorithm>
#include <vector>

#include "codecs/crypto/sha256.hpp"
#include "codecs/simulated/wire.hpp"

namespace clearspan::simulated {
namespace {

constexpr std::string_view kMagic = "CSB1";
constexpr std::uint8_t kLeafPrefix = 0;
constexpr std::uint8_t kFailed = 0;
constexpr std::uint8_t kDone = 1;

Error malformed(const char* detail) {
  return make_error(ErrorCode::txn_malformed, detail, "results");
}

Result<OperationResult> read_result(WireReader& reader, OperationKind kind) {
  OperationResult result;
  const auto outcome = reader.number<std::uint8_t>();
  if (outcome == kFailed) {
    result.reason = reader.text();
    if (!is_reason(result.reason)) return malformed("this is no reason");
    return result;
  }
  if (outcome != kDone) return malformed("a result is 0 or 1");
  if (!has_ended(kind)) return result;
  result.asset = reader.text();
  result.amount_digits = reader.text();
  result.from = reader.text();
  result.to = reader.text();
  const auto reclaimed = reader.number<std::uint8_t>();
  result.reclaimed = reclaimed == 1;
  Amount amount;
  const bool is_good = reclaimed <= 1 && is_asset_name(result.asset) && is_account_name(result.from) &&
                       is_account_name(result.to) && read_amount(result.amount_digits, amount).ok();
  if (!is_good) return malformed("the result of a release or refund does not say what it ended");
  return result;
}

}  // namespace

bool is_reason(std::string_view text) {
  const auto is_reason_char = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && text.size() <= kReasonMax && std::all_of(text.begin(), text.end(), is_reason_char);
}

bool has_ended(OperationKind kind) {
  return kind == OperationKind::release || kind == OperationKind::refund;
}

namespace {

std::size_t size_of(OperationKind kind, const OperationResult& result) {
  if (!result.ok()) return 1 + text_size(result.reason);
  if (!has_ended(kind)) return 1;
  return 2 + text_size(result.asset) + text_size(result.amount_digits) + text_size(result.from) + text_size(result.to);
}

}  // namespace

void put_result(Bytes& out, OperationKind kind, const OperationResult& result) {
  WireWriter writer(out, size_of(kind, result));
  write_result(writer, kind, result);
}

void write_result(WireWriter& out, OperationKind kind, const OperationResult& result) {
  if (!result.ok()) {
    out.u8(kFailed);
    return out.text(result.reason);
  }
  out.u8(kDone);
  if (!has_ended(kind)) return;
  out.text(result.asset);
  out.text(result.amount_digits);
  out.text(result.from);
  out.text(result.to);
  out.u8(result.reclaimed ? 1 : 0);
}

void put_leaf_head(Bytes& out, const TxnId& id, const TxnSignature& signature) {
  WireWriter writer(out, kLeafHeadBytes);
  writer.u8(kLeafPrefix);
  writer.fixed(id);
  writer.fixed(signature);
}

Hash32 leaf_of(const TxnId& id, const TxnSignature& signature, ByteView results_bytes) {
  Bytes leaf;
  leaf.reserve(kLeafHeadBytes + results_bytes.size());
  put_leaf_head(leaf, id, signature);
  put_bytes(leaf, results_bytes);
  return crypto::sha256(leaf);
}

Bytes header_bytes(const BlockHeader& header) {
  Bytes bytes;
  bytes.reserve(kMagic.size() + 1 + header.ledger.size() + 3 * 8 + 4 + 2 * 32);
  put_bytes(bytes, as_bytes(kMagic));
  put_text(bytes, header.ledger);
  put_u64(bytes, header.number.value);
  put_u64(bytes, header.branch);
  put_bytes(bytes, header.parent.view());
  put_u64(bytes, header.timestamp_ms);
  put_u32(bytes, header.txn_count);
  put_bytes(bytes, header.root.view());
  return bytes;
}

BlockHash block_hash_of(ByteView header) {
  return crypto::sha256(header).as<BlockHash>();
}

Result<BlockHeader> parse_header(ByteView bytes) {
  WireReader reader(bytes);
  BlockHeader header;
  const bool is_ours = as_text(reader.take(kMagic.size())) == kMagic;
  header.ledger = reader.text();
  header.number = {reader.number<std::uint64_t>()};
  header.branch = reader.number<std::uint64_t>();
  header.parent = reader.fixed<BlockHash>();
  header.timestamp_ms = reader.number<std::uint64_t>();
  header.txn_count = reader.number<std::uint32_t>();
  header.root = reader.fixed<Hash32>();
  if (!is_ours || !reader.is_ok() || !reader.is_at_end() || !is_ledger_name(header.ledger)) {
    return make_error(ErrorCode::not_a_block, "this is no header of a simulated block");
  }
  return header;
}

Result<std::vector<OperationResult>> parse_results(ByteView bytes, std::span<const Operation> operations) {
  WireReader reader(bytes);
  std::vector<OperationResult> results;
  results.reserve(operations.size());
  for (const Operation& operation : operations) {
    CLEARSPAN_TRY(auto result, read_result(reader, operation.kind));
    results.push_back(std::move(result));
  }
  if (!reader.is_ok() || !reader.is_at_end()) return malformed("there is not one result per operation");
  return results;
}

}  // namespace clearspan::simulated
