#include "codecs/simulated/block_decoder.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "codecs/crypto/sha256.hpp"
#include "codecs/json/document.hpp"
#include "codecs/json/object_reader.hpp"
#include "codecs/simulated/held_sums.hpp"
#include "codecs/simulated/merkle.hpp"
#include "codecs/simulated/outcome.hpp"
#include "codecs/simulated/proof.hpp"
#include "codecs/simulated/txn_reader.hpp"
#include "codecs/simulated/txn_set.hpp"
#include "codecs/simulated/wire.hpp"

namespace clearspan::simulated {
namespace {

// Block, txns, txn, operations, operation: nothing else nests.
constexpr std::size_t kDepthMax = 5;

// The hold that an outcome has made, whose key is still to be hashed.
struct NewHold {
  std::size_t outcome = 0;  // of the block's
  HoldName name;
};

// Txns are hashed together once they have so much content: two long streams keep the processor as busy as it gets, and
// all of it is still in its cache.
constexpr std::size_t kHashAtOnceBytes = std::size_t{128} << 10;
constexpr std::size_t kHashAtOnceTxns = 2;

// What is hashed of each txn, one after the other.
class Messages {
 public:
  void clear() {
    bytes_.clear();
    ends_.clear();
  }

  // To be appended to, up to the end of the next message.
  [[nodiscard]] Bytes& bytes() { return bytes_; }

  void end_message() { ends_.push_back(bytes_.size()); }

  [[nodiscard]] std::size_t size() const { return ends_.size(); }

  [[nodiscard]] std::size_t begin_of(std::size_t index) const { return index == 0 ? 0 : ends_[index - 1]; }

  [[nodiscard]] ByteView operator[](std::size_t index) const {
    return ByteView(bytes_).subspan(begin_of(index), ends_[index] - begin_of(index));
  }

 private:
  Bytes bytes_;
  std::vector<std::size_t> ends_;
};

// Memory that one thread uses again for every block.
struct Scratch {
  json::Document document{json::Limits{.size_bytes_max = kBlockJsonMax, .depth_max = kDepthMax}};
  TxnReader txn;
  Operation operation;
  ReadResult result;
  std::vector<TxnId> ids;          // as stated, of all txns so far
  Messages contents;               // of the same
  Messages leaf_contents;          // of the same
  std::vector<Hash32> leaves;      // of those that have been hashed
  std::vector<NewHold> new_holds;  // of those that have not
  std::vector<ByteView> messages;
  std::vector<Hash32> hashes;
  MerkleTree tree;
  Bytes proven_txn;
  TxnSet seen;
  HeldSums held;

  void clear() {
    ids.clear();
    contents.clear();
    leaf_contents.clear();
    leaves.clear();
    new_holds.clear();
    held.clear();
  }
};

// Adds what an operation that took effect did to all holds, whoever asked for it.
void count_held(const Operation& operation, const ReadResult& result, HeldSums& held, VerifiedBlock& block) {
  if (operation.kind == OperationKind::hold) {
    held.add(block.held, MovementKind::hold, operation.asset, operation.amount);
  } else if (has_ended(operation.kind)) {
    held.add(block.held, *movement_kind(operation.kind), result.stated.asset, result.ended);
  }
}

void add_outcome(const Operation& operation, const ReadResult& result, const BlockPosition& position, Scratch& scratch,
                 VerifiedBlock& block) {
  if (!movement_kind(operation.kind)) return;
  Outcome& outcome = block.outcomes.emplace_back();
  fill_outcome(operation, result.stated, result.ended, position, outcome);
  if (operation.kind != OperationKind::hold || !outcome.ok) return;
  scratch.new_holds.push_back({block.outcomes.size() - 1, hold_name_of(position.txn, position.effect_index)});
}

// Rebuilds what the id and the leaf are the hashes of, and adds what the txn did for this engine to the block.
Status read_one(json::Value value, const BlockExpectation& expected, Scratch& scratch, VerifiedBlock& block) {
  CLEARSPAN_CHECK_OK(scratch.txn.start(value, expected.ledger.text));
  const TxnReader& txn = scratch.txn;
  const auto index = static_cast<std::uint32_t>(scratch.ids.size());
  const std::size_t count = txn.header().operation_count;
  Bytes& content = scratch.contents.bytes();
  Bytes& leaf = scratch.leaf_contents.bytes();
  put_txn_header(content, txn.header());
  put_leaf_head(leaf, txn.id(), txn.signature());
  WireWriter operations(content, count * kOperationBytesMax);
  WireWriter results(leaf, count * kResultBytesMax);

  BlockPosition position{block.height, block.hash, txn.id(), index, 0};
  bool is_ours = false;
  bool is_ok = false;
  for (; position.effect_index < count; ++position.effect_index) {
    CLEARSPAN_CHECK_OK(scratch.txn.next(scratch.operation, scratch.result));
    write_operation(operations, scratch.operation);
    write_result(results, scratch.operation.kind, scratch.result.stated);
    if (scratch.result.stated.ok()) {
      is_ok = true;
      count_held(scratch.operation, scratch.result, scratch.held, block);
    }
    if (engine_of(scratch.operation.ref) != expected.engine) continue;
    is_ours = true;
    add_outcome(scratch.operation, scratch.result, position, scratch, block);
  }
  content.resize(static_cast<std::size_t>(operations.at() - content.data()));
  leaf.resize(static_cast<std::size_t>(results.at() - leaf.data()));
  scratch.contents.end_message();
  scratch.leaf_contents.end_message();
  scratch.ids.push_back(txn.id());
  if (!is_ours) return Done{};
  IncludedTxn& included = block.txns.emplace_back();
  included.id = txn.id();
  included.index = index;
  included.ok = is_ok;
  return Done{};
}

// The error of a txn that has not the id that it states.
Error wrong_id(json::Array txns, std::size_t index) {
  auto txn = txns.begin();
  for (; index > 0; --index) ++txn;
  return make_error(ErrorCode::txn_hash_mismatch, "the content has another hash", json::Object(*txn).pointer_to("id"));
}

// Hashes what has not been hashed, and compares the ids: the error is that of the first wrong one.
Status hash_new(json::Array txns, Scratch& scratch, VerifiedBlock& block) {
  const std::size_t first = scratch.leaves.size();
  const std::size_t count = scratch.ids.size() - first;
  scratch.messages.clear();
  for (std::size_t i = first; i < scratch.ids.size(); ++i) scratch.messages.push_back(scratch.contents[i]);
  for (std::size_t i = first; i < scratch.ids.size(); ++i) scratch.messages.push_back(scratch.leaf_contents[i]);
  for (const NewHold& hold : scratch.new_holds) scratch.messages.emplace_back(hold.name);
  scratch.hashes.resize(scratch.messages.size());
  crypto::sha256_many(scratch.messages, scratch.hashes);
  for (std::size_t i = 0; i < count; ++i) {
    if (scratch.hashes[i].bytes != scratch.ids[first + i].bytes) return wrong_id(txns, first + i);
  }
  const auto leaves = std::span(scratch.hashes).subspan(count, count);
  scratch.leaves.insert(scratch.leaves.end(), leaves.begin(), leaves.end());
  const Hash32* key = scratch.hashes.data() + 2 * count;
  for (const NewHold& hold : scratch.new_holds) block.outcomes[hold.outcome].hold_key = (key++)->as<HoldKey>();
  scratch.new_holds.clear();
  return Done{};
}

// Proofs of the block's txns, once all leaves are known.
void add_proofs(Scratch& scratch, VerifiedBlock& block) {
  block.proofs.reserve(block.txns.size());
  for (const IncludedTxn& txn : block.txns) {
    const ByteView leaf = scratch.leaf_contents[txn.index];
    TxnSignature signature;
    std::memcpy(signature.data(), leaf.data() + kLeafHeadBytes - TxnSignature::kSize, TxnSignature::kSize);
    scratch.proven_txn.clear();
    put_proven_txn(scratch.proven_txn, scratch.contents[txn.index], signature, leaf.subspan(kLeafHeadBytes));
    block.proofs.push_back({txn.index, txn_proof(scratch.proven_txn, scratch.tree.path_of(txn.index))});
  }
}

// Room for the outcomes of a block in which every operation is ours, so that they are never moved.
void reserve_outcomes(json::Array txns, VerifiedBlock& block) {
  std::size_t count = 0;
  for (const json::Value value : txns) {
    const auto txn = value.if_object();
    const auto operations = txn ? txn->find("operations") : std::nullopt;
    const auto list = operations ? operations->if_array() : std::nullopt;
    if (list) count += std::min(list->size(), kOperationsPerTxnMax);
  }
  block.outcomes.reserve(std::min(count, kOperationsPerBlockMax));
}

// Leaves the leaves in the scratch.
Status read_txns(json::Array txns, const BlockExpectation& expected, Scratch& scratch, VerifiedBlock& block) {
  block.txn_count = static_cast<std::uint32_t>(txns.size());
  scratch.clear();
  reserve_outcomes(txns, block);
  Status read = Done{};
  for (const json::Value value : txns) {
    read = read_one(value, expected, scratch, block);
    if (!read.ok()) break;
    const std::size_t hashed = scratch.leaves.size();
    const bool is_enough = scratch.ids.size() - hashed >= kHashAtOnceTxns &&
                           scratch.contents.bytes().size() - scratch.contents.begin_of(hashed) >= kHashAtOnceBytes;
    if (is_enough) CLEARSPAN_CHECK_OK(hash_new(txns, scratch, block));
  }
  CLEARSPAN_CHECK_OK(hash_new(txns, scratch, block));  // of those before the one that could not be read too
  CLEARSPAN_CHECK_OK(std::move(read));
  scratch.held.flush(block.held);
  return Done{};
}

// A ledger includes a txn once. RFC 6962 trees do not confuse a repeated last leaf with its absence, but a block that
// states one effect twice must not be believed, whatever its hash.
Status refuse_repeated_txns(const VerifiedBlock& block, TxnSet& seen) {
  seen.start(block.txns.size());
  for (const IncludedTxn& txn : block.txns) {
    if (seen.insert(txn.id)) continue;
    return make_error(ErrorCode::txn_malformed, "the txn is in the block twice", "/txns/" + std::to_string(txn.index));
  }
  return Done{};
}

template <class Fixed>
Result<Fixed> hex_field(json::ObjectReader& reader, std::string_view key, ErrorCode code) {
  CLEARSPAN_TRY(const json::Value value, or_code(code, reader.required(key)));
  return hex_value<Fixed>(value, code);
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

}  // namespace

Result<VerifiedBlock> decode_block(std::string_view json, const BlockExpectation& expected) {
  thread_local Scratch scratch;
  CLEARSPAN_TRY(const json::Value root, scratch.document.parse_in_place(json));
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
  CLEARSPAN_CHECK_OK(refuse_repeated_txns(block, scratch.seen));
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
