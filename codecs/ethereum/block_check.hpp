// The checking of one block, shared by verify_block and decode_block: encodes all parts into one arena, recomputes
// every hash together, and compares. The members of a list stand in the arena with room for a leaf of its trie in
// front.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/hash_batch.hpp"
#include "codecs/ethereum/trie_builder.hpp"
#include "codecs/ethereum/txn_json.hpp"
#include "codecs/json/document.hpp"

namespace clearspan::ethereum {

// Reused from block to block: the parsers' and lists' memory stays.
class BlockCheck {
 public:
  Result<BlockReport> run(std::string_view block_json, std::optional<std::string_view> receipts_json,
                          std::optional<std::string_view> uncles_json);

  // The verified block of the last run, whose report had no mismatch; takes the arena with it.
  Result<EthereumBlock> take_block(const BlockReport& report);

 private:
  // Encode one part each; what is no block of any kind is an error here.
  Status encode_header(json::Object block);
  Status encode_txns(json::Object block);
  Status encode_receipts(std::string_view receipts_json);
  Status encode_withdrawals(json::Object block);

  // Recomputes every hash of what was encoded, all in the same batches.
  void hash_all();
  void begin_trie(TrieBuilder& trie, const std::vector<Slice>& members);

  // Compare, in the order in which a mismatch counts.
  void compare_txns();
  void compare_txn_hashes();
  void compare_withdrawals(json::Object block);
  static Hash32 root_of(const TrieBuilder& trie, const std::vector<Slice>& members);
  Status check_uncles(json::Object block, std::optional<std::string_view> uncles_json);
  Status check_uncle_headers(json::Object block, std::string_view uncles_json);
  void mismatch(PartStatus& part, ErrorCode code, const Hash32& stated, const Hash32& recomputed);

  json::Document block_document_;
  json::Document receipts_document_;
  json::Document uncles_document_;
  std::vector<json::Value> items_;
  Buffer arena_;
  Slice header_bytes_;
  Header header_;
  Hash32 stated_hash_;
  Hash32 hash_;
  std::vector<Slice> txns_;
  std::vector<StatedTxn> stated_;
  std::vector<Hash32> txn_hashes_;
  std::vector<Slice> receipts_;
  std::vector<Slice> withdrawals_;
  bool has_withdrawals_ = false;
  std::vector<ByteView> views_;
  TrieBuilder txns_trie_;
  TrieBuilder receipts_trie_;
  TrieBuilder withdrawals_trie_;
  std::vector<TrieBuilder*> tries_;
  HashBatch batch_;
  BlockReport report_;
};

}  // namespace clearspan::ethereum
