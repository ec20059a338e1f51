// The checking of one block, shared by verify_block and decode_block: encodes all parts into one arena and recomputes
// every hash.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "codecs/ethereum/block.hpp"
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
  Status check_header(json::Object block);
  Status check_txns(json::Object block);
  Status check_txn_hashes();
  Status check_withdrawals(json::Object block);
  Status check_receipts(std::string_view receipts_json);
  Status check_uncles(json::Object block, std::optional<std::string_view> uncles_json);
  Status check_uncle_headers(json::Object block, std::string_view uncles_json);

  // Recomputes the root of a list whose members' encodings are `members`.
  Hash32 root_of(const std::vector<Slice>& members);
  void mismatch(PartStatus& part, ErrorCode code, const Hash32& stated, const Hash32& recomputed);

  json::Document block_document_;
  json::Document receipts_document_;
  json::Document uncles_document_;
  std::vector<json::Value> items_;
  Buffer arena_;
  Slice header_bytes_;
  Header header_;
  BlockHash stated_hash_;
  std::vector<Slice> txns_;
  std::vector<StatedTxn> stated_;
  std::vector<Hash32> txn_hashes_;
  std::vector<Slice> receipts_;
  std::vector<Slice> withdrawals_;
  std::vector<ByteView> views_;
  BlockReport report_;
};

}  // namespace clearspan::ethereum
