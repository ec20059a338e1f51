// The parts of a block in JSON, each by itself: header, txn, receipt and withdrawal. Which hash a part has decides
// nothing here, so that the fuzzer gets past the roots. What is turned into bytes and can be read is read as the same
// bytes again.
#include "codecs/ethereum/header.hpp"
#include "codecs/ethereum/receipt.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/txn.hpp"
#include "codecs/ethereum/txn_json.hpp"
#include "codecs/ethereum/withdrawal.hpp"
#include "codecs/json/document.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

using ethereum::Buffer;

void try_header(json::Object object) {
  Buffer bytes;
  const Status status = append_header_json(bytes, object);
  if (!status.ok()) return expect_one_of(status.error(), {ErrorCode::not_a_block});
  CLEARSPAN_VERIFY(ethereum::rlp::check(bytes.view()).ok());
  const auto header = ethereum::decode_header(bytes.view());
  if (!header.ok()) return expect_one_of(header.error(), {ErrorCode::rlp_malformed});
  Buffer again;
  append_header(again, *header);
  CLEARSPAN_VERIFY(is_same(again.view(), bytes.view()));
}

void try_txn(json::Value value) {
  Buffer bytes;
  const auto stated = append_txn_json(bytes, value);
  if (!stated.ok()) return expect_one_of(stated.error(), {ErrorCode::txn_malformed});
  const auto txn = ethereum::decode_txn(bytes.view());
  if (!txn.ok()) return expect_one_of(txn.error(), {ErrorCode::txn_malformed, ErrorCode::rlp_malformed});
  CLEARSPAN_VERIFY(is_same(encode_txn(*txn), bytes.view()));
}

void try_receipt(json::Value value) {
  Buffer bytes;
  const Status status = append_receipt_json(bytes, value);
  if (!status.ok()) return expect_one_of(status.error(), {ErrorCode::receipt_malformed});
  std::vector<ethereum::Log> logs;
  const auto receipt = ethereum::decode_receipt(bytes.view(), logs);
  if (!receipt.ok()) return expect_one_of(receipt.error(), {ErrorCode::receipt_malformed, ErrorCode::rlp_malformed});
  CLEARSPAN_VERIFY(receipt->first_log == 0 && receipt->log_count == logs.size());
  for (const ethereum::Log& log : logs) {
    CLEARSPAN_VERIFY(log.topic_count <= ethereum::kTopicsMax && is_within(log.data, bytes.view()));
  }
}

void try_withdrawal(json::Value value) {
  Buffer bytes;
  const Status status = append_withdrawal_json(bytes, value);
  if (!status.ok()) return expect_one_of(status.error(), {ErrorCode::not_a_block});
  CLEARSPAN_VERIFY(ethereum::decode_withdrawal(bytes.view()).ok());
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  json::Document document;
  const auto root = document.parse(as_text({data, size}));
  if (!root.ok()) return 0;
  if (const auto object = root->if_object()) fuzz::try_header(*object);
  fuzz::try_txn(*root);
  fuzz::try_receipt(*root);
  fuzz::try_withdrawal(*root);
  return 0;
}
