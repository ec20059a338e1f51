#include "codecs/ethereum/block_check.hpp"

#include <algorithm>
#include <string>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/hex.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/trie.hpp"

namespace clearspan::ethereum {
namespace {

// Collects the objects that `value` holds, through arrays and JSON-RPC responses in any nesting.
Status collect(json::Value value, ErrorCode code, std::vector<json::Value>& items) {
  if (const auto elements = value.if_array()) {
    for (const json::Value element : *elements) CLEARSPAN_CHECK_OK(collect(element, code, items));
    return Done{};
  }
  const auto object = value.if_object();
  if (!object) return value.error(code, "neither an object nor a list of objects");
  if (const auto result = object->find("result")) return collect(*result, code, items);
  if (object->find("jsonrpc")) return value.error(code, "a JSON-RPC response without a result");
  items.push_back(value);
  return Done{};
}

// The one block among the items.
Result<json::Object> only_block(const std::vector<json::Value>& items) {
  std::optional<json::Object> found;
  for (const json::Value item : items) {
    const json::Object object(item);
    if (!object.find("parentHash")) continue;
    if (found) return item.error(ErrorCode::not_a_block, "there is more than one block");
    found = object;
  }
  if (!found) return make_error(ErrorCode::not_a_block, "there is no object with a parentHash");
  return *found;
}

// A field that is there and not null.
std::optional<json::Value> find_present(json::Object object, std::string_view key) {
  const auto value = object.find(key);
  if (!value || value->is_null()) return std::nullopt;
  return value;
}

Result<Hash32> read_hash(json::Value value) {
  const auto text = value.if_string();
  const auto hash = text ? parse_data<Hash32>(*text) : std::nullopt;
  if (!hash) return value.error(ErrorCode::not_a_block, "must be 32 hexadecimal bytes");
  return *hash;
}

// The stated hash of a block or uncle. A pending block has none, and is no block yet.
Result<Hash32> read_own_hash(json::Object block) {
  const auto value = find_present(block, "hash");
  if (!value) return make_error(ErrorCode::not_a_block, "the block has no hash", block.pointer_to("hash"));
  return read_hash(*value);
}

}  // namespace

void BlockCheck::mismatch(PartStatus& part, ErrorCode code, const Hash32& stated, const Hash32& recomputed) {
  part = PartStatus::mismatch;
  if (report_.mismatch) return;
  report_.mismatch = make_error(
      code, "stated " + to_hex_prefixed(stated.view()) + ", recomputed " + to_hex_prefixed(recomputed.view()));
}

Status BlockCheck::encode_header(json::Object block) {
  CLEARSPAN_TRY(stated_hash_, read_own_hash(block));
  CLEARSPAN_CHECK_OK(append_header_json(arena_, block));
  header_bytes_ = arena_.slice_from(0);
  CLEARSPAN_TRY(header_, decode_header(arena_.view(header_bytes_)));
  report_.number = header_.number;
  report_.parent_hash = header_.parent_hash;
  report_.header = PartStatus::verified;
  return Done{};
}

Status BlockCheck::encode_txns(json::Object block) {
  const auto value = block.find("transactions");
  const auto list = value ? value->if_array() : std::nullopt;
  if (!list) return make_error(ErrorCode::not_a_block, "must be a list", block.pointer_to("transactions"));
  report_.transaction_count = list->size();
  if (!list->empty() && (*list->begin()).is_string()) {
    for (const json::Value hash : *list) CLEARSPAN_CHECK_OK(read_hash(hash));
    report_.transactions = PartStatus::hashes_only;
    return Done{};
  }
  for (const json::Value txn : *list) {
    arena_.extend(kLeafRoomBytes);
    const std::size_t start = arena_.size();
    CLEARSPAN_TRY(const StatedTxn stated, append_txn_json(arena_, txn));
    txns_.push_back(arena_.slice_from(start));
    stated_.push_back(stated);
  }
  report_.transactions = PartStatus::verified;
  return Done{};
}

Status BlockCheck::encode_receipts(std::string_view receipts_json) {
  CLEARSPAN_TRY(const json::Value root_value, receipts_document_.parse_in_place(receipts_json));
  items_.clear();
  CLEARSPAN_CHECK_OK(collect(root_value, ErrorCode::receipt_malformed, items_));
  for (const json::Value receipt : items_) {
    arena_.extend(kLeafRoomBytes);
    const std::size_t start = arena_.size();
    CLEARSPAN_CHECK_OK(append_receipt_json(arena_, receipt));
    receipts_.push_back(arena_.slice_from(start));
  }
  report_.receipt_count = receipts_.size();
  report_.receipts = PartStatus::verified;
  return Done{};
}

Status BlockCheck::encode_withdrawals(json::Object block) {
  const auto value = find_present(block, "withdrawals");
  has_withdrawals_ = value.has_value();
  if (!value || !header_.withdrawals_root) return Done{};
  const auto list = value->if_array();
  if (!list) return value->error(ErrorCode::not_a_block, "must be a list");
  for (const json::Value withdrawal : *list) {
    arena_.extend(kLeafRoomBytes);
    const std::size_t start = arena_.size();
    CLEARSPAN_CHECK_OK(append_withdrawal_json(arena_, withdrawal));
    withdrawals_.push_back(arena_.slice_from(start));
  }
  report_.withdrawal_count = withdrawals_.size();
  report_.withdrawals = PartStatus::verified;
  return Done{};
}

void BlockCheck::begin_trie(TrieBuilder& trie, const std::vector<Slice>& members) {
  if (members.empty()) return;
  views_.clear();
  for (const Slice& member : members) views_.push_back(arena_.view(member));
  trie.begin_ordered(views_, LeafRoom::in_front);
  tries_.push_back(&trie);
}

Hash32 BlockCheck::root_of(const TrieBuilder& trie, const std::vector<Slice>& members) {
  return members.empty() ? kEmptyTrieRoot : trie.top();
}

void BlockCheck::hash_all() {
  tries_.clear();
  batch_.add(arena_.view(header_bytes_), hash_.data());
  txn_hashes_.resize(txns_.size());
  for (std::size_t i = 0; i < txns_.size(); ++i) batch_.add(arena_.view(txns_[i]), txn_hashes_[i].data());
  begin_trie(txns_trie_, txns_);
  begin_trie(receipts_trie_, receipts_);
  begin_trie(withdrawals_trie_, withdrawals_);
  TrieBuilder::run_rounds(tries_, batch_);
  report_.hash = hash_.as<BlockHash>();
}

void BlockCheck::compare_txns() {
  if (report_.transactions != PartStatus::verified) return;
  const Hash32 root = root_of(txns_trie_, txns_);
  if (root != header_.transactions_root) {
    mismatch(report_.transactions, ErrorCode::transactions_root_mismatch, header_.transactions_root, root);
  }
  compare_txn_hashes();
}

// The root proves the txns; a stated id that differs would still mislead whoever looks the txn up by it.
void BlockCheck::compare_txn_hashes() {
  for (std::size_t i = 0; i < stated_.size(); ++i) {
    if (!stated_[i].hash || stated_[i].hash->bytes == txn_hashes_[i].bytes) continue;
    const bool is_first = !report_.mismatch;
    mismatch(report_.transactions, ErrorCode::txn_hash_mismatch, stated_[i].hash->as<Hash32>(), txn_hashes_[i]);
    if (is_first) report_.mismatch->field = "/transactions/" + std::to_string(i) + "/hash";
    break;
  }
}

void BlockCheck::compare_withdrawals(json::Object block) {
  if (has_withdrawals_ != header_.withdrawals_root.has_value()) {
    report_.withdrawals = PartStatus::mismatch;
    if (report_.mismatch) return;
    report_.mismatch = make_error(ErrorCode::withdrawals_root_mismatch,
                                  has_withdrawals_ ? "there are withdrawals, but the header has no root of them"
                                                   : "the header has a root of withdrawals, but there are none",
                                  block.pointer_to(has_withdrawals_ ? "withdrawalsRoot" : "withdrawals"));
    return;
  }
  if (!has_withdrawals_) return;
  const Hash32 root = root_of(withdrawals_trie_, withdrawals_);
  if (root != *header_.withdrawals_root) {
    mismatch(report_.withdrawals, ErrorCode::withdrawals_root_mismatch, *header_.withdrawals_root, root);
  }
}

// Encodes the given headers as the list that sha3Uncles is the hash of, and compares the block's list of their hashes.
Status BlockCheck::check_uncle_headers(json::Object block, std::string_view uncles_json) {
  CLEARSPAN_TRY(const json::Value root_value, uncles_document_.parse_in_place(uncles_json));
  items_.clear();
  CLEARSPAN_CHECK_OK(collect(root_value, ErrorCode::not_a_block, items_));
  const std::size_t list = rlp::begin_list(arena_);
  std::vector<Hash32> hashes;
  for (const json::Value uncle : items_) {
    const std::size_t start = arena_.size();
    CLEARSPAN_CHECK_OK(append_header_json(arena_, json::Object(uncle)));
    hashes.push_back(crypto::keccak256(arena_.view(arena_.slice_from(start))));
    const auto stated = find_present(json::Object(uncle), "hash");
    if (!stated) continue;
    CLEARSPAN_TRY(const Hash32 stated_hash, read_hash(*stated));
    if (stated_hash != hashes.back()) {
      mismatch(report_.uncles, ErrorCode::uncles_hash_mismatch, stated_hash, hashes.back());
    }
  }
  rlp::end_list(arena_, list);
  const Hash32 recomputed = crypto::keccak256(arena_.view(arena_.slice_from(list)));
  if (recomputed != header_.uncles_hash) {
    mismatch(report_.uncles, ErrorCode::uncles_hash_mismatch, header_.uncles_hash, recomputed);
  }
  const auto listed = find_present(block, "uncles");  // check_uncles has seen that it is a list
  if (!listed) return Done{};
  std::size_t position = 0;
  for (const json::Value value : json::Array(*listed)) {
    CLEARSPAN_TRY(const Hash32 hash, read_hash(value));
    if (position >= hashes.size() || hashes[position] != hash) {
      mismatch(report_.uncles, ErrorCode::uncles_hash_mismatch, hash,
               position < hashes.size() ? hashes[position] : Hash32{});
    }
    ++position;
  }
  if (position < hashes.size()) {
    mismatch(report_.uncles, ErrorCode::uncles_hash_mismatch, Hash32{}, hashes[position]);
  }
  return Done{};
}

Status BlockCheck::check_uncles(json::Object block, std::optional<std::string_view> uncles_json) {
  const auto listed = find_present(block, "uncles");
  if (listed) {
    const auto list = listed->if_array();
    if (!list) return listed->error(ErrorCode::not_a_block, "must be a list");
    for (const json::Value hash : *list) CLEARSPAN_CHECK_OK(read_hash(hash));
    report_.uncle_count = list->size();
  }
  report_.uncles = PartStatus::verified;
  if (uncles_json) {
    CLEARSPAN_CHECK_OK(check_uncle_headers(block, *uncles_json));
    if (!listed) report_.uncle_count = items_.size();
    return Done{};
  }
  const bool is_empty = header_.uncles_hash == kEmptyUnclesHash;
  if (!listed) {
    if (!is_empty) report_.uncles = PartStatus::not_recomputable;
  } else if (is_empty != (report_.uncle_count == 0)) {
    mismatch(report_.uncles, ErrorCode::uncles_hash_mismatch, header_.uncles_hash, kEmptyUnclesHash);
  } else if (!is_empty) {
    report_.uncles = PartStatus::not_recomputable;
  }
  return Done{};
}

Result<BlockReport> BlockCheck::run(std::string_view block_json, std::optional<std::string_view> receipts_json,
                                    std::optional<std::string_view> uncles_json) {
  report_ = {};
  arena_.clear();
  arena_.reserve((block_json.size() + receipts_json.value_or("").size()) / 2);  // two digits per byte
  txns_.clear();
  stated_.clear();
  txn_hashes_.clear();
  receipts_.clear();
  withdrawals_.clear();
  CLEARSPAN_TRY(const json::Value root, block_document_.parse_in_place(block_json));
  items_.clear();
  CLEARSPAN_CHECK_OK(collect(root, ErrorCode::not_a_block, items_));
  CLEARSPAN_TRY(const json::Object block, only_block(items_));
  CLEARSPAN_CHECK_OK(encode_header(block));
  CLEARSPAN_CHECK_OK(encode_txns(block));
  if (receipts_json) CLEARSPAN_CHECK_OK(encode_receipts(*receipts_json));
  CLEARSPAN_CHECK_OK(encode_withdrawals(block));
  hash_all();
  if (hash_ != stated_hash_) mismatch(report_.header, ErrorCode::block_hash_mismatch, stated_hash_, hash_);
  compare_txns();
  if (receipts_json) {
    const Hash32 receipts = root_of(receipts_trie_, receipts_);
    if (receipts != header_.receipts_root) {
      mismatch(report_.receipts, ErrorCode::receipts_root_mismatch, header_.receipts_root, receipts);
    }
  }
  compare_withdrawals(block);
  CLEARSPAN_CHECK_OK(check_uncles(block, uncles_json));
  return report_;
}

Result<EthereumBlock> BlockCheck::take_block(const BlockReport& report) {
  EthereumBlock block;
  block.bytes = std::move(arena_);
  block.hash = report.hash;
  CLEARSPAN_TRY(block.header, decode_header(block.bytes.view(header_bytes_)));
  block.header_bytes = header_bytes_;
  block.txn_bytes = txns_;
  block.receipt_bytes = receipts_;
  block.txns.reserve(txns_.size());
  for (std::size_t i = 0; i < txns_.size(); ++i) {
    CLEARSPAN_TRY(const Txn txn, decode_txn(block.bytes.view(txns_[i])));
    block.txns.push_back({txn_hashes_[i].as<TxnId>(), txn, stated_[i].from});
  }
  block.receipts.reserve(receipts_.size());
  for (const Slice& receipt : receipts_) {
    CLEARSPAN_TRY(const Receipt decoded, decode_receipt(block.bytes.view(receipt), block.logs));
    block.receipts.push_back(decoded);
  }
  block.withdrawals.reserve(withdrawals_.size());
  for (const Slice& withdrawal : withdrawals_) {
    CLEARSPAN_TRY(const Withdrawal decoded, decode_withdrawal(block.bytes.view(withdrawal)));
    block.withdrawals.push_back(decoded);
  }
  return block;
}

}  // namespace clearspan::ethereum
