#include "codecs/ethereum/block.hpp"

#include <string>

#include "codecs/ethereum/block_check.hpp"
#include "codecs/ethereum/trie.hpp"

namespace clearspan::ethereum {
namespace {

// Parsers and arenas settle on the size of the blocks that a thread sees.
BlockCheck& thread_check() {
  thread_local BlockCheck check;
  return check;
}

}  // namespace

std::string_view to_string(PartStatus status) {
  switch (status) {
    case PartStatus::verified:
      return "verified";
    case PartStatus::absent:
      return "absent";
    case PartStatus::hashes_only:
      return "hashes_only";
    case PartStatus::not_recomputable:
      return "not_recomputable";
    case PartStatus::mismatch:
      return "mismatch";
  }
  return "absent";
}

Result<BlockReport> verify_block(std::string_view block_json, std::optional<std::string_view> receipts_json,
                                 std::optional<std::string_view> uncles_json) {
  return thread_check().run(block_json, receipts_json, uncles_json);
}

Result<EthereumBlock> decode_block(std::string_view block_json, std::string_view receipts_json) {
  BlockCheck& check = thread_check();
  std::optional<std::string_view> receipts;
  if (!receipts_json.empty()) receipts = receipts_json;
  CLEARSPAN_TRY(const BlockReport report, check.run(block_json, receipts, std::nullopt));
  if (report.mismatch) return *report.mismatch;
  if (report.transactions != PartStatus::verified) {
    return make_error(ErrorCode::not_a_block, "the txns are hashes only", "/transactions");
  }
  if (report.receipt_count != report.transaction_count) {
    return make_error(ErrorCode::receipt_malformed, std::to_string(report.transaction_count) + " txns but " +
                                                        std::to_string(report.receipt_count) + " receipts");
  }
  CLEARSPAN_TRY(EthereumBlock block, check.take_block(report));
  if (!receipts && block.header.receipts_root != kEmptyTrieRoot) {
    return make_error(ErrorCode::receipts_root_mismatch,
                      "the header has a root of receipts, but the block has no txns");
  }
  block.json_bytes = block_json.size() + receipts_json.size();
  return block;
}

}  // namespace clearspan::ethereum
