// Reads one txn of a block's JSON (see block.hpp for its form).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/json/value.hpp"
#include "codecs/simulated/block.hpp"

namespace clearspan::simulated {

struct ReadResult {
  OperationResult stated;
  Amount ended;  // release, refund that took effect: the amount as a number
};

// Texts are views into the document. Used again for every txn, so that its memory stays.
struct ReadTxn {
  TxnId id;  // as stated
  TxnSignature signature;
  TxnHeader header;
  std::vector<Operation> operations;
  std::vector<ReadResult> results;  // one per operation
};

// Errors: txn_malformed, with the JSON pointer of what is wrong. On error `txn` is unspecified.
Status read_txn(json::Value value, std::string_view ledger, ReadTxn& txn);

// An error of the JSON reader about one part of the block, as an error of that part.
template <class T>
Result<T> or_code(ErrorCode code, Result<T> result) {
  if (result.ok()) return result;
  Error error = std::move(result).error();
  error.code = code;
  return error;
}

// The bytes that a string has the digits of; false for any other value.
bool read_hex(json::Value value, std::span<std::uint8_t> out);

// That field as a hash of its kind.
template <class Fixed>
Result<Fixed> hex_value(json::Value value, ErrorCode code) {
  Fixed fixed;
  if (read_hex(value, fixed.bytes)) return fixed;
  return value.error(code, "must be " + std::to_string(2 * Fixed::kSize) + " hexadecimal digits");
}

}  // namespace clearspan::simulated
