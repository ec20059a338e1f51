// Reads one txn of a block's JSON (see block.hpp for its form).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "codecs/json/value.hpp"
#include "codecs/simulated/block.hpp"

namespace clearspan::simulated {

struct ReadResult {
  OperationResult stated;
  Amount ended;  // release, refund that took effect: the amount as a number
};

// Reads one txn of a block, and then its operations one after the other, each with its result: what is done with one
// is done while it is in the nearest cache. Texts are views into the document. Errors: txn_malformed, with the JSON
// pointer of what is wrong; then nothing more may be read.
class TxnReader {
 public:
  // All but the operations and results, of which there are equally many.
  Status start(json::Value value, std::string_view ledger);

  [[nodiscard]] const TxnId& id() const { return id_; }  // as stated

  [[nodiscard]] const TxnSignature& signature() const { return signature_; }

  [[nodiscard]] const TxnHeader& header() const { return header_; }

  // The next operation and its result; to be called header().operation_count times.
  Status next(Operation& operation, ReadResult& result);

 private:
  TxnId id_;
  TxnSignature signature_;
  TxnHeader header_;
  json::Array::Iterator operation_{json::Value()};
  json::Array::Iterator result_{json::Value()};
};

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
