#include "codecs/simulated/block_decoder.hpp"

#include <algorithm>
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

// Memory that one thread uses again for every block.
struct Scratch {
  json::Document document{json::Limits{.size_bytes_max = kBlockJsonMax, .depth_max = kDepthMax}};
  ReadTxn txn;
  Bytes content;
  Bytes results_bytes;
  std::vector<TxnId> ids;                 // as stated, of all txns so far
  std::vector<Hash32> leaves;             // of those that have been hashed
  Bytes contents;                         // of those that have not, one after the other
  std::vector<std::size_t> content_ends;  // where each ends
  Bytes leaf_contents;                    // the same for their leaves
  std::vector<std::size_t> leaf_ends;
  std::vector<NewHold> new_holds;  // the same
  std::vector<ByteView> messages;
  std::vector<Hash32> hashes;
  MerkleTree tree;
  Bytes proven_txns;                     // what proofs say of our txns, one after the other
  std::vector<std::size_t> proven_ends;  // where each ends
  TxnSet seen;
  HeldSums held;

  void clear() {
    clear_unhashed();
    ids.clear();
    leaves.clear();
    proven_txns.clear();
    proven_ends.clear();
    held.clear();
  }

  void clear_unhashed() {
    contents.clear();
    content_ends.clear();
    leaf_contents.clear();
    leaf_ends.clear();
    new_holds.clear();
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

// Adds what the txn did for this engine to the block.
void collect(Scratch& scratch, const EngineTag& engine, IncludedTxn included, VerifiedBlock& block) {
  const ReadTxn& txn = scratch.txn;
  bool is_ours = false;
  BlockPosition position{block.height, block.hash, txn.id, included.index, 0};
  for (std::size_t i = 0; i < txn.operations.size(); ++i) {
    const bool is_ok = txn.results[i].stated.ok();
    included.ok = included.ok || is_ok;
    if (is_ok) count_held(txn.operations[i], txn.results[i], scratch.held, block);
    if (engine_of(txn.operations[i].ref) != engine) continue;
    is_ours = true;
    position.effect_index = static_cast<std::uint32_t>(i);
    add_outcome(txn.operations[i], txn.results[i], position, scratch, block);
  }
  if (!is_ours) return;
  put_proven_txn(scratch.proven_txns, scratch.content, txn.signature, scratch.results_bytes);
  scratch.proven_ends.push_back(scratch.proven_txns.size());
  block.txns.push_back(std::move(included));
}

// Rebuilds the content that the id is the hash of, and what the leaf is the hash of.
void put_hashed(Scratch& scratch) {
  const ReadTxn& txn = scratch.txn;
  scratch.content.clear();
  put_txn_header(scratch.content, txn.header);
  for (const Operation& operation : txn.operations) put_operation(scratch.content, operation);
  put_bytes(scratch.contents, scratch.content);
  scratch.content_ends.push_back(scratch.contents.size());
  scratch.results_bytes.clear();
  for (std::size_t i = 0; i < txn.results.size(); ++i) {
    put_result(scratch.results_bytes, txn.operations[i].kind, txn.results[i].stated);
  }
  put_leaf(scratch.leaf_contents, txn.id, txn.signature, scratch.results_bytes);
  scratch.leaf_ends.push_back(scratch.leaf_contents.size());
  scratch.ids.push_back(txn.id);
}

void add_messages(ByteView joined, const std::vector<std::size_t>& ends, std::vector<ByteView>& messages) {
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    messages.push_back(joined.subspan(begin, end - begin));
    begin = end;
  }
}

// The error of a txn that has not the id that it states.
Error wrong_id(json::Array txns, std::size_t index) {
  auto txn = txns.begin();
  for (; index > 0; --index) ++txn;
  return make_error(ErrorCode::txn_hash_mismatch, "the content has another hash", json::Object(*txn).pointer_to("id"));
}

// Hashes what has not been hashed, and compares the ids: the error is that of the first wrong one.
Status hash_all(json::Array txns, Scratch& scratch, VerifiedBlock& block) {
  const std::size_t count = scratch.content_ends.size();
  scratch.messages.clear();
  add_messages(scratch.contents, scratch.content_ends, scratch.messages);
  add_messages(scratch.leaf_contents, scratch.leaf_ends, scratch.messages);
  for (const NewHold& hold : scratch.new_holds) scratch.messages.push_back(hold.name);
  scratch.hashes.resize(scratch.messages.size());
  crypto::sha256_many(scratch.messages, scratch.hashes);
  const std::size_t first = scratch.ids.size() - count;
  for (std::size_t i = 0; i < count; ++i) {
    if (scratch.hashes[i].bytes != scratch.ids[first + i].bytes) return wrong_id(txns, first + i);
  }
  const auto leaves = std::span(scratch.hashes).subspan(count, count);
  scratch.leaves.insert(scratch.leaves.end(), leaves.begin(), leaves.end());
  const Hash32* key = scratch.hashes.data() + 2 * count;
  for (const NewHold& hold : scratch.new_holds) block.outcomes[hold.outcome].hold_key = (key++)->as<HoldKey>();
  scratch.clear_unhashed();
  return Done{};
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

Status read_one(json::Value value, const BlockExpectation& expected, Scratch& scratch, VerifiedBlock& block) {
  CLEARSPAN_CHECK_OK(read_txn(value, expected.ledger.text, scratch.txn));
  IncludedTxn included;
  included.id = scratch.txn.id;
  included.index = static_cast<std::uint32_t>(scratch.ids.size());
  put_hashed(scratch);
  collect(scratch, expected.engine, std::move(included), block);
  return Done{};
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
    const bool is_enough = scratch.contents.size() >= kHashAtOnceBytes;
    if (is_enough && scratch.content_ends.size() >= kHashAtOnceTxns) CLEARSPAN_CHECK_OK(hash_all(txns, scratch, block));
  }
  CLEARSPAN_CHECK_OK(hash_all(txns, scratch, block));  // of those before the one that could not be read too
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
