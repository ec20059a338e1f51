// The binary forms of the simulated ledger: one meaning has one encoding, so what is read is written again as the same
// bytes.
#include "codecs/simulated/block.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

namespace sim = simulated;

void try_results(ByteView bytes, const sim::TxnContent& content) {
  const auto results = sim::parse_results(bytes, content.operations);
  if (!results.ok()) return expect_one_of(results.error(), {ErrorCode::txn_malformed});
  CLEARSPAN_VERIFY(results->size() == content.operations.size());
  Bytes again;
  for (std::size_t i = 0; i < results->size(); ++i) {
    sim::put_result(again, content.operations[i].kind, (*results)[i]);
  }
  CLEARSPAN_VERIFY(is_same(again, bytes));
}

void try_content(ByteView bytes, ByteView results) {
  const auto content = sim::parse_txn_content(bytes);
  if (!content.ok()) return expect_one_of(content.error(), {ErrorCode::txn_malformed});
  Bytes again;
  sim::put_txn_header(again, content->header);
  for (const sim::Operation& operation : content->operations) {
    sim::put_operation(again, operation);
    CLEARSPAN_VERIFY(check_operation(operation).ok());
    CLEARSPAN_VERIFY(operation.amount_digits.empty() || to_string(operation.amount) == operation.amount_digits);
  }
  CLEARSPAN_VERIFY(content->header.operation_count == content->operations.size() && is_same(again, bytes));
  try_results(results, *content);
}

void try_header(ByteView bytes) {
  const auto header = sim::parse_header(bytes);
  if (!header.ok()) return expect_one_of(header.error(), {ErrorCode::not_a_block});
  CLEARSPAN_VERIFY(is_same(header_bytes(*header), bytes));
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clearspan::fuzz::Pieces input({data, size});
  clearspan::fuzz::try_header({data, size});
  const clearspan::ByteView content = input.piece();
  clearspan::fuzz::try_content(content, input.rest());
  return 0;
}
