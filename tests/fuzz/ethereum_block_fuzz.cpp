// A block as an EVM node serves it: block JSON, receipts JSON and uncles JSON, each behind the other (Texts). What
// decode_block returns must be what the bytes say that its hashes commit to.
#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/block.hpp"
#include "codecs/ethereum/trie.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

using ethereum::EthereumBlock;
using ethereum::PartStatus;

void expect_input_error(const Error& error) {
  expect_one_of(error, {ErrorCode::malformed_json, ErrorCode::duplicate_key, ErrorCode::too_deep, ErrorCode::too_large,
                        ErrorCode::not_a_block, ErrorCode::txn_malformed, ErrorCode::receipt_malformed});
}

void check_report(const ethereum::BlockReport& report) {
  bool has_mismatch = false;
  for (const PartStatus part :
       {report.header, report.transactions, report.receipts, report.withdrawals, report.uncles}) {
    has_mismatch = has_mismatch || part == PartStatus::mismatch;
  }
  CLEARSPAN_VERIFY(has_mismatch == report.mismatch.has_value() || report.mismatch.has_value());
  CLEARSPAN_VERIFY(report.header == PartStatus::verified || report.header == PartStatus::mismatch);
  if (!report.mismatch) return;
  expect_one_of(*report.mismatch, {ErrorCode::block_hash_mismatch, ErrorCode::transactions_root_mismatch,
                                   ErrorCode::txn_hash_mismatch, ErrorCode::receipts_root_mismatch,
                                   ErrorCode::withdrawals_root_mismatch, ErrorCode::uncles_hash_mismatch});
}

Hash32 root_of(const EthereumBlock& block, const std::vector<ethereum::Slice>& members) {
  std::vector<ByteView> views;
  for (const ethereum::Slice& member : members) views.push_back(block.bytes.view(member));
  return ethereum::ordered_root(views);
}

void check_block(const EthereumBlock& block) {
  const ByteView header = block.bytes.view(block.header_bytes);
  ethereum::Buffer again;
  append_header(again, block.header);
  CLEARSPAN_VERIFY(is_same(again.view(), header));
  CLEARSPAN_VERIFY(crypto::keccak256(header) == block.hash.as<Hash32>());
  CLEARSPAN_VERIFY(root_of(block, block.txn_bytes) == block.header.transactions_root);
  CLEARSPAN_VERIFY(root_of(block, block.receipt_bytes) == block.header.receipts_root);
  CLEARSPAN_VERIFY(block.txns.size() == block.receipts.size());
  for (std::size_t i = 0; i < block.txns.size(); ++i) {
    const ByteView raw = block.bytes.view(block.txn_bytes[i]);
    CLEARSPAN_VERIFY(ethereum::txn_id(raw) == block.txns[i].id);
    CLEARSPAN_VERIFY(is_same(encode_txn(block.txns[i].txn), raw));
    for (const ethereum::Log& log : block.logs_of(i)) CLEARSPAN_VERIFY(is_within(log.data, block.bytes.view()));
  }
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  fuzz::Texts texts({data, size});
  const std::string_view block_json = texts.next();
  const bool has_receipts = !texts.empty();
  const std::string_view receipts_json = texts.next();
  const std::string_view uncles_json = texts.next();
  const auto receipts = has_receipts ? std::optional(receipts_json) : std::nullopt;
  const auto report =
      ethereum::verify_block(block_json, receipts, uncles_json.empty() ? std::nullopt : std::optional(uncles_json));
  report.ok() ? fuzz::check_report(*report) : fuzz::expect_input_error(report.error());

  const auto block = ethereum::decode_block(block_json, receipts_json);
  if (!block.ok()) return 0;
  fuzz::check_block(*block);
  if (uncles_json.empty() && !receipts_json.empty()) {
    CLEARSPAN_VERIFY(report.ok() && !report->mismatch && report->hash == block->hash);
    CLEARSPAN_VERIFY(report->transaction_count == block->txns.size());
  }
  return 0;
}
