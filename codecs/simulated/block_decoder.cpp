#include "codecs/simulated/block_decoder.hpp"

#include <unordered_set>
#include <vector>

#include "codecs/json/document.hpp"
#include "codecs/json/object_reader.hpp"
#include "codecs/simulated/merkle.hpp"
#include "codecs/simulated/outcome.hpp"
#include "codecs/simulated/proof.hpp"

namespace clearspan::simulated {
namespace {

// Block, txns, txn, operations, operation: nothing else nests.
constexpr std::size_t kDepthMax = 5;

// Memory that one thread uses again for every block.
struct Scratch {
  json::Document document{json::Limits{.size_bytes_max = kBlockJsonMax, .depth_max = kDepthMax}};
  Bytes content;
  Bytes results_bytes;
  std::vector<Operation> operations;
  std::vector<OperationResult> results;
  std::vector<Hash32> leaves;
  MerkleTree tree;
  Bytes proven_txns;                     // what proofs say of our txns, one after the other
  std::vector<std::size_t> proven_ends;  // where each ends
};

// An error of the JSON reader about one part of the block, as an error of that part.
Error as_code(ErrorCode code, Error error) {
  error.code = code;
  return error;
}

template <class T>
Result<T> or_code(ErrorCode code, Result<T> result) {
  if (result.ok()) return result;
  return as_code(code, std::move(result).error());
}

template <class Fixed>
bool read_hex(json::Value value, Fixed& out) {
  const auto digits = value.if_string();
  return digits && from_hex(*digits, out.bytes);
}

template <class Fixed>
Result<Fixed> hex_field(json::ObjectReader& reader, std::string_view key, ErrorCode code) {
  CLEARSPAN_TRY(const json::Value value, or_code(code, reader.required(key)));
  Fixed fixed;
  if (!read_hex(value, fixed)) {
    return value.error(code, "must be " + std::to_string(2 * Fixed::kSize) + " hexadecimal digits");
  }
  return fixed;
}

// A ledger time or null. 2^64 - 1 is refused: it would be a second spelling of null.
bool read_time(json::Value value, LedgerTime& out) {
  if (value.is_null()) {
    out = kNever;
    return true;
  }
  const auto number = value.if_u64();
  if (!number) return false;
  out = {*number};
  return out != kNever;
}

// Takes the elements of one array in order; is_ok() is asked once, after all of them.
class ElementReader {
 public:
  explicit ElementReader(json::Array array) : at_(array.begin()), end_(array.end()) {}

  json::Value next() {
    if (!(at_ != end_)) {
      ok_ = false;
      return {};
    }
    const json::Value value = *at_;
    ++at_;
    return value;
  }

  std::string_view text() {
    const json::Value value = next();
    const auto text = ok_ ? value.if_string() : std::nullopt;
    ok_ = text.has_value();
    return text.value_or(std::string_view());
  }

  template <class Fixed>
  void hex(Fixed& out) {
    const json::Value value = next();
    ok_ = ok_ && read_hex(value, out);
  }

  void time(LedgerTime& out) {
    const json::Value value = next();
    ok_ = ok_ && read_time(value, out);
  }

  bool bit() {
    const json::Value value = next();
    const auto number = ok_ ? value.if_u64() : std::nullopt;
    ok_ = number && *number <= 1;
    return ok_ && *number == 1;
  }

  // Whether every element had the kind that it was asked for, and none is left.
  [[nodiscard]] bool is_complete() const { return ok_ && !(at_ != end_); }

 private:
  json::Array::Iterator at_;
  json::Array::Iterator end_;
  bool ok_ = true;
};

bool read_kind(std::string_view name, OperationKind& out) {
  for (const OperationKind kind : kOperationKinds) {
    if (name != to_string(kind)) continue;
    out = kind;
    return true;
  }
  return false;
}

Result<Operation> read_operation(json::Value value) {
  const auto elements = value.if_array();
  if (!elements) return value.error(ErrorCode::txn_malformed, "an operation is an array");
  ElementReader reader(*elements);
  Operation operation;
  if (!read_kind(reader.text(), operation.kind)) {
    return value.error(ErrorCode::txn_malformed, "an operation begins with its kind");
  }
  reader.hex(operation.ref);
  switch (operation.kind) {
    case OperationKind::hold:
    case OperationKind::payment:
      operation.asset = reader.text();
      operation.amount_digits = reader.text();
      operation.from = reader.text();
      operation.to = reader.text();
      break;
    case OperationKind::release:
    case OperationKind::refund:
      reader.hex(operation.hold_key);
      break;
    case OperationKind::anchor:
      reader.hex(operation.digest);
      break;
  }
  if (operation.kind != OperationKind::anchor) reader.time(operation.not_after);
  if (operation.kind == OperationKind::hold) reader.time(operation.reclaim_after);
  if (!reader.is_complete()) return value.error(ErrorCode::txn_malformed, "the elements are not those of its kind");

  if (operation.kind != OperationKind::hold && operation.kind != OperationKind::payment) return operation;
  if (auto checked = check_operation(operation); !checked.ok()) {
    return value.error(ErrorCode::txn_malformed, describe(checked.error()));
  }
  auto amount = parse_amount_digits(operation.amount_digits);
  if (!amount.ok()) return value.error(ErrorCode::txn_malformed, describe(amount.error()));
  operation.amount = *amount;
  return operation;
}

Result<OperationResult> read_result(json::Value value, OperationKind kind) {
  OperationResult result;
  if (const auto reason = value.if_string()) {
    if (!is_reason(*reason)) return value.error(ErrorCode::txn_malformed, "this is no reason");
    result.reason = *reason;
    return result;
  }
  if (!has_ended(kind)) {
    if (value.if_u64() != 1) return value.error(ErrorCode::txn_malformed, "the result must be 1 or a reason");
    return result;
  }
  const auto elements = value.if_array();
  if (!elements) return value.error(ErrorCode::txn_malformed, "the result must be an array or a reason");
  ElementReader reader(*elements);
  result.asset = reader.text();
  result.amount_digits = reader.text();
  result.from = reader.text();
  result.to = reader.text();
  result.reclaimed = reader.bit();
  const bool is_good = reader.is_complete() && is_asset_name(result.asset) && is_account_name(result.from) &&
                       is_account_name(result.to) && parse_amount_digits(result.amount_digits).ok();
  if (!is_good) return value.error(ErrorCode::txn_malformed, "the result is not [asset,amount,from,to,0 or 1]");
  return result;
}

Result<TxnHeader> read_txn_header(json::ObjectReader& reader, std::string_view ledger) {
  constexpr auto kBad = ErrorCode::txn_malformed;
  TxnHeader header;
  header.ledger = ledger;
  CLEARSPAN_TRY(header.signer, hex_field<SignerKey>(reader, "signer", kBad));
  CLEARSPAN_TRY(header.salt, or_code(kBad, reader.u64("salt")));
  CLEARSPAN_TRY(const json::Value not_after, or_code(kBad, reader.required("not_after")));
  if (!read_time(not_after, header.not_after)) return not_after.error(kBad, "must be a ledger time or null");
  return header;
}

// Reads operations and results into the scratch, and rebuilds the content that the id is the hash of.
Status read_operations(json::ObjectReader& reader, TxnHeader header, Scratch& scratch) {
  constexpr auto kBad = ErrorCode::txn_malformed;
  CLEARSPAN_TRY(const json::Array operations, or_code(kBad, reader.array("operations")));
  CLEARSPAN_TRY(const json::Array results, or_code(kBad, reader.array("results")));
  const std::size_t count = operations.size();
  if (count == 0 || count > kOperationsPerTxnMax) return operations.value().error(kBad, "must have 1 to 4096 elements");
  if (results.size() != count) return results.value().error(kBad, "must have one element per operation");

  header.operation_count = static_cast<std::uint16_t>(count);
  scratch.content.clear();
  put_txn_header(scratch.content, header);
  scratch.operations.clear();
  for (const json::Value value : operations) {
    CLEARSPAN_TRY(auto operation, read_operation(value));
    put_operation(scratch.content, operation);
    scratch.operations.push_back(operation);
  }
  scratch.results.clear();
  scratch.results_bytes.clear();
  for (const json::Value value : results) {
    const OperationKind kind = scratch.operations[scratch.results.size()].kind;
    CLEARSPAN_TRY(auto result, read_result(value, kind));
    put_result(scratch.results_bytes, kind, result);
    scratch.results.push_back(std::move(result));
  }
  return Done{};
}

// Adds what an operation that took effect did to all holds, whoever asked for it.
void count_held(const Operation& operation, const OperationResult& result, VerifiedBlock& block) {
  if (operation.kind == OperationKind::hold) {
    add_held(block.held, MovementKind::hold, operation.asset, operation.amount);
  } else if (operation.kind == OperationKind::release || operation.kind == OperationKind::refund) {
    add_held(block.held, *movement_kind(operation.kind), result.asset,
             parse_amount_digits(result.amount_digits).value());
  }
}

// Adds what the txn did for this engine to the block.
void collect(Scratch& scratch, const EngineTag& engine, IncludedTxn txn, const TxnSignature& signature,
             VerifiedBlock& block) {
  bool is_ours = false;
  BlockPosition position{block.height, block.hash, txn.id, txn.index, 0};
  for (std::size_t i = 0; i < scratch.operations.size(); ++i) {
    txn.ok = txn.ok || scratch.results[i].ok();
    if (scratch.results[i].ok()) count_held(scratch.operations[i], scratch.results[i], block);
    if (engine_of(scratch.operations[i].ref) != engine) continue;
    is_ours = true;
    position.effect_index = static_cast<std::uint32_t>(i);
    auto outcome = outcome_of(scratch.operations[i], scratch.results[i], position);
    if (outcome) block.outcomes.push_back(*std::move(outcome));
  }
  if (!is_ours) return;
  put_proven_txn(scratch.proven_txns, scratch.content, signature, scratch.results_bytes);
  scratch.proven_ends.push_back(scratch.proven_txns.size());
  block.txns.push_back(std::move(txn));
}

// Proofs of the block's txns, once all leaves are known.
void add_proofs(const Scratch& scratch, VerifiedBlock& block) {
  const ByteView proven_txns = scratch.proven_txns;
  std::size_t begin = 0;
  block.proofs.reserve(block.txns.size());
  for (std::size_t i = 0; i < block.txns.size(); ++i) {
    const std::uint32_t index = block.txns[i].index;
    const std::size_t end = scratch.proven_ends[i];
    block.proofs.push_back({index, txn_proof(proven_txns.subspan(begin, end - begin), scratch.tree.path_of(index))});
    begin = end;
  }
}

Status read_txn(json::Value value, const BlockExpectation& expected, Scratch& scratch, VerifiedBlock& block) {
  CLEARSPAN_TRY(auto reader, or_code(ErrorCode::txn_malformed, json::ObjectReader::open(value)));
  IncludedTxn txn;
  txn.index = static_cast<std::uint32_t>(scratch.leaves.size());
  CLEARSPAN_TRY(txn.id, hex_field<TxnId>(reader, "id", ErrorCode::txn_malformed));
  CLEARSPAN_TRY(const auto signature, hex_field<TxnSignature>(reader, "signature", ErrorCode::txn_malformed));
  CLEARSPAN_TRY(const auto header, read_txn_header(reader, expected.ledger.text));
  CLEARSPAN_CHECK_OK(read_operations(reader, header, scratch));
  CLEARSPAN_CHECK_OK(or_code(ErrorCode::txn_malformed, reader.finish()));
  if (txn_id_of(scratch.content) != txn.id) {
    return reader.error("id", ErrorCode::txn_hash_mismatch, "the content has another hash");
  }
  scratch.leaves.push_back(leaf_of(txn.id, signature, scratch.results_bytes));
  collect(scratch, expected.engine, std::move(txn), signature, block);
  return Done{};
}

struct StatedHeader {
  BlockHeader header;
  BlockHash hash;
};

Result<StatedHeader> read_header(json::ObjectReader& reader, const BlockExpectation& expected) {
  constexpr auto kBad = ErrorCode::not_a_block;
  StatedHeader stated;
  CLEARSPAN_TRY(stated.header.ledger, or_code(kBad, reader.string("ledger")));
  CLEARSPAN_TRY(stated.header.number.value, or_code(kBad, reader.u64("number")));
  CLEARSPAN_TRY(stated.header.branch, or_code(kBad, reader.u64("branch")));
  CLEARSPAN_TRY(stated.hash, hex_field<BlockHash>(reader, "hash", kBad));
  CLEARSPAN_TRY(stated.header.parent, hex_field<BlockHash>(reader, "parent", kBad));
  CLEARSPAN_TRY(stated.header.timestamp_ms, or_code(kBad, reader.u64("timestamp")));
  CLEARSPAN_TRY(stated.header.root, hex_field<Hash32>(reader, "root", kBad));
  if (stated.header.ledger != expected.ledger.text) {
    return reader.error("ledger", kBad, "the block is of another ledger than " + expected.ledger.text);
  }
  if (stated.header.number != expected.number) {
    return reader.error("number", kBad, "the block is not number " + std::to_string(expected.number.value));
  }
  // Beyond this, milliseconds do not fit the signed count of a Timestamp.
  if (stated.header.timestamp_ms > static_cast<std::uint64_t>(Millis::max().count())) {
    return reader.error("timestamp", kBad, "no such time");
  }
  return stated;
}

Status read_txns(json::Array txns, const BlockExpectation& expected, Scratch& scratch, VerifiedBlock& block) {
  block.txn_count = static_cast<std::uint32_t>(txns.size());
  scratch.leaves.clear();
  scratch.proven_txns.clear();
  scratch.proven_ends.clear();
  for (const json::Value value : txns) CLEARSPAN_CHECK_OK(read_txn(value, expected, scratch, block));
  return Done{};
}

// A ledger includes a txn once. RFC 6962 trees do not confuse a repeated last leaf with its absence, but a block that
// states one effect twice must not be believed, whatever its hash.
Status refuse_repeated_txns(const VerifiedBlock& block) {
  std::unordered_set<TxnId> seen;
  seen.reserve(block.txns.size());
  for (const IncludedTxn& txn : block.txns) {
    if (seen.insert(txn.id).second) continue;
    return make_error(ErrorCode::txn_malformed, "the txn is in the block twice", "/txns/" + std::to_string(txn.index));
  }
  return Done{};
}

}  // namespace

Result<VerifiedBlock> decode_block(std::string_view json, const BlockExpectation& expected) {
  thread_local Scratch scratch;
  CLEARSPAN_TRY(const json::Value root, scratch.document.parse(json));
  CLEARSPAN_TRY(auto reader, or_code(ErrorCode::not_a_block, json::ObjectReader::open(root)));
  CLEARSPAN_TRY(auto stated, read_header(reader, expected));
  CLEARSPAN_TRY(const json::Array txns, or_code(ErrorCode::not_a_block, reader.array("txns")));
  CLEARSPAN_CHECK_OK(or_code(ErrorCode::not_a_block, reader.finish()));
  if (txns.size() > kTxnsPerBlockMax) return txns.value().error(ErrorCode::too_large, "too many txns");

  VerifiedBlock block;
  block.ledger = expected.ledger;
  block.height = stated.header.number;
  block.hash = stated.hash;
  block.parent = stated.header.parent;
  block.time = {block.height.value};
  block.timestamp = Timestamp(Millis(static_cast<Millis::rep>(stated.header.timestamp_ms)));
  block.bytes = json.size();
  CLEARSPAN_CHECK_OK(read_txns(txns, expected, scratch, block));
  CLEARSPAN_CHECK_OK(refuse_repeated_txns(block));
  scratch.tree.build(scratch.leaves);
  if (scratch.tree.root() != stated.header.root) {
    return reader.error("root", ErrorCode::transactions_root_mismatch, "the txns have another root");
  }
  stated.header.txn_count = block.txn_count;
  block.header = header_bytes(stated.header);
  if (block_hash_of(block.header) != stated.hash) {
    return reader.error("hash", ErrorCode::block_hash_mismatch, "the header has another hash");
  }
  add_proofs(scratch, block);
  return block;
}

}  // namespace clearspan::simulated
