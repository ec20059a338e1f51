// RLP and the structures in it: each value has one encoding, so whatever is accepted is written again as the same
// bytes.
#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/block_rlp.hpp"
#include "codecs/ethereum/receipt.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/withdrawal.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

namespace rlp = ethereum::rlp;
using ethereum::Buffer;

// Copies the next item; rlp::check has bounded its depth.
void copy_item(rlp::Reader& reader, Buffer& out) {
  if (!reader.is_list()) return rlp::append_bytes(out, reader.bytes());
  rlp::Reader members = reader.list();
  const std::size_t mark = rlp::begin_list(out);
  while (!members.at_end()) copy_item(members, out);
  rlp::end_list(out, mark);
  CLEARSPAN_VERIFY(members.ok());
}

void try_item(ByteView input) {
  const Status status = rlp::check(input);
  if (!status.ok()) return expect_one_of(status.error(), {ErrorCode::rlp_malformed, ErrorCode::too_deep});
  rlp::Reader reader(input);
  Buffer out;
  copy_item(reader, out);
  CLEARSPAN_VERIFY(reader.ok() && reader.at_end() && is_same(out.view(), input));
}

void try_numbers(ByteView input) {
  rlp::Reader numbers(input);
  const std::uint64_t number = numbers.u64();
  rlp::Reader words(input);
  const ethereum::Word word = words.word();
  if (numbers.ok()) CLEARSPAN_VERIFY(words.ok() && ethereum::as_u64(word) == number);
  if (!words.ok() || !words.at_end()) return;
  Buffer out;
  rlp::append_word(out, word);
  CLEARSPAN_VERIFY(is_same(out.view(), input));
}

void try_header(ByteView input) {
  const auto header = ethereum::decode_header(input);
  if (!header.ok()) return expect_one_of(header.error(), {ErrorCode::rlp_malformed});
  Buffer out;
  append_header(out, *header);
  CLEARSPAN_VERIFY(is_same(out.view(), input) && is_within(header->extra_data, input));
  CLEARSPAN_VERIFY(header_hash(*header).as<Hash32>() == crypto::keccak256(input));
}

void try_receipt(ByteView input) {
  std::vector<ethereum::Log> logs(1);
  const auto receipt = ethereum::decode_receipt(input, logs);
  if (!receipt.ok()) return expect_one_of(receipt.error(), {ErrorCode::rlp_malformed, ErrorCode::receipt_malformed});
  CLEARSPAN_VERIFY(receipt->first_log == 1 && receipt->first_log + receipt->log_count == logs.size());
  for (const ethereum::Log& log : logs) CLEARSPAN_VERIFY(is_within(log.data, input));
}

void try_withdrawal(ByteView input) {
  const auto withdrawal = ethereum::decode_withdrawal(input);
  if (!withdrawal.ok()) return expect_one_of(withdrawal.error(), {ErrorCode::rlp_malformed});
  Buffer out;
  const std::size_t mark = rlp::begin_list(out);
  rlp::append_u64(out, withdrawal->index);
  rlp::append_u64(out, withdrawal->validator_index);
  rlp::append_bytes(out, withdrawal->address.view());
  rlp::append_u64(out, withdrawal->amount_gwei);
  rlp::end_list(out, mark);
  CLEARSPAN_VERIFY(is_same(out.view(), input));
}

void try_block(ByteView input) {
  ByteView left = input;
  const auto block = ethereum::take_block_rlp(left);
  if (!block.ok()) return expect_one_of(block.error(), {ErrorCode::rlp_malformed});
  CLEARSPAN_VERIFY(is_within(left, input) && is_within(block->uncles, input));
  CLEARSPAN_VERIFY(header_hash(block->header) == block->hash);
  for (const ByteView txn : block->txns) CLEARSPAN_VERIFY(is_within(txn, input));
  const Status roots = check_roots(*block);
  if (roots.ok()) return;
  expect_one_of(roots.error(), {ErrorCode::transactions_root_mismatch, ErrorCode::withdrawals_root_mismatch,
                                ErrorCode::uncles_hash_mismatch});
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const clearspan::ByteView input(data, size);
  clearspan::fuzz::try_item(input);
  clearspan::fuzz::try_numbers(input);
  clearspan::fuzz::try_header(input);
  clearspan::fuzz::try_receipt(input);
  clearspan::fuzz::try_withdrawal(input);
  clearspan::fuzz::try_block(input);
  return 0;
}
