#include "codecs/simulated/txn_reader.hpp"

#include <array>
#include <optional>

#include "codecs/crypto/hex_text.hpp"
#include "codecs/json/key_words.hpp"
#include "codecs/json/object_reader.hpp"

namespace clearspan::simulated {
namespace {

constexpr auto kBad = ErrorCode::txn_malformed;

// In the order in which ledgers write them.
enum class TxnField : std::uint8_t { id, signer, salt, not_after, signature, operations, results };
constexpr std::array<std::string_view, 7> kTxnFields = {"id",        "signer",     "salt",   "not_after",
                                                        "signature", "operations", "results"};

using TxnValues = std::array<json::Value, kTxnFields.size()>;

json::Value value_of(const TxnValues& values, TxnField field) {
  return values[static_cast<std::size_t>(field)];
}

// The values of an object that has exactly those fields in that order; false for any other.
bool take_usual(json::Object object, TxnValues& values) {
  std::size_t count = 0;
  for (const json::Field field : object) {
    if (count == values.size() || !json::is_same_key(field.key, kTxnFields[count])) return false;
    values[count++] = field.value;
  }
  return count == values.size();
}

Result<TxnValues> take_values(json::Value value) {
  TxnValues values;
  if (const auto object = value.if_object(); object && take_usual(*object, values)) return values;
  CLEARSPAN_TRY(auto reader, or_code(kBad, json::ObjectReader::open(value)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    CLEARSPAN_TRY(values[i], or_code(kBad, reader.required(kTxnFields[i])));
  }
  CLEARSPAN_CHECK_OK(or_code(kBad, reader.finish()));
  return values;
}

// A ledger time or null. 2^64 - 1 is refused: it would be a second spelling of null.
bool read_time(json::Value value, LedgerTime& out) {
  if (value.is_null()) {
    out = kNever;
    return true;
  }
  const auto number = value.if_u64();
  if (!number) return false;
  out = {*number};
  return out != kNever;
}

// Takes the elements of one array in order; is_complete() is asked once, after all of them.
class ElementReader {
 public:
  explicit ElementReader(json::Array array) : at_(array.begin()), end_(array.end()) {}

  json::Value next() {
    if (!(at_ != end_)) {
      ok_ = false;
      return {};
    }
    const json::Value value = *at_;
    ++at_;
    return value;
  }

  std::string_view text() {
    const json::Value value = next();
    const auto text = ok_ ? value.if_string() : std::nullopt;
    ok_ = text.has_value();
    return text.value_or(std::string_view());
  }

  template <class Fixed>
  void hex(Fixed& out) {
    const json::Value value = next();
    ok_ = ok_ && read_hex(value, out.bytes);
  }

  void time(LedgerTime& out) {
    const json::Value value = next();
    ok_ = ok_ && read_time(value, out);
  }

  bool bit() {
    const json::Value value = next();
    const auto number = ok_ ? value.if_u64() : std::nullopt;
    ok_ = number && *number <= 1;
    return ok_ && *number == 1;
  }

  // Whether every element had the kind that it was asked for, and none is left.
  [[nodiscard]] bool is_complete() const { return ok_ && !(at_ != end_); }

 private:
  json::Array::Iterator at_;
  json::Array::Iterator end_;
  bool ok_ = true;
};

bool read_kind(std::string_view name, OperationKind& out) {
  for (const OperationKind kind : kOperationKinds) {
    if (!json::is_same_key(name, to_string(kind))) continue;
    out = kind;
    return true;
  }
  return false;
}

Status check_transfer(json::Value value, Operation& operation) {
  if (auto checked = check_operation(operation); !checked.ok()) return value.error(kBad, describe(checked.error()));
  auto read = read_amount(operation.amount_digits, operation.amount);
  if (!read.ok()) return value.error(kBad, describe(read.error()));
  return Done{};
}

Status read_operation(json::Value value, Operation& operation) {
  const auto elements = value.if_array();
  if (!elements) return value.error(kBad, "an operation is an array");
  ElementReader reader(*elements);
  operation = {};
  if (!read_kind(reader.text(), operation.kind)) return value.error(kBad, "an operation begins with its kind");
  reader.hex(operation.ref);
  bool is_transfer = false;
  switch (operation.kind) {
    case OperationKind::hold:
    case OperationKind::payment:
      is_transfer = true;
      operation.asset = reader.text();
      operation.amount_digits = reader.text();
      operation.from = reader.text();
      operation.to = reader.text();
      break;
    case OperationKind::release:
    case OperationKind::refund:
      reader.hex(operation.hold_key);
      break;
    case OperationKind::anchor:
      reader.hex(operation.digest);
      break;
  }
  if (operation.kind != OperationKind::anchor) reader.time(operation.not_after);
  if (operation.kind == OperationKind::hold) reader.time(operation.reclaim_after);
  if (!reader.is_complete()) return value.error(kBad, "the elements are not those of its kind");
  return is_transfer ? check_transfer(value, operation) : Done{};
}

Status read_ended(json::Value value, ReadResult& result) {
  const auto elements = value.if_array();
  if (!elements) return value.error(kBad, "the result must be an array or a reason");
  ElementReader reader(*elements);
  OperationResult& stated = result.stated;
  stated.asset = reader.text();
  stated.amount_digits = reader.text();
  stated.from = reader.text();
  stated.to = reader.text();
  stated.reclaimed = reader.bit();
  const bool is_good = reader.is_complete() && is_asset_name(stated.asset) && is_account_name(stated.from) &&
                       is_account_name(stated.to) && read_amount(stated.amount_digits, result.ended).ok();
  if (!is_good) return value.error(kBad, "the result is not [asset,amount,from,to,0 or 1]");
  return Done{};
}

Status read_result(json::Value value, OperationKind kind, ReadResult& result) {
  OperationResult& stated = result.stated;
  stated.reason = {};
  stated.reclaimed = false;
  if (const auto reason = value.if_string()) {
    if (!is_reason(*reason)) return value.error(kBad, "this is no reason");
    stated.reason = *reason;
    return Done{};
  }
  if (has_ended(kind)) return read_ended(value, result);
  if (value.if_u64() != 1) return value.error(kBad, "the result must be 1 or a reason");
  return Done{};
}

}  // namespace

bool read_hex(json::Value value, std::span<std::uint8_t> out) {
  const auto digits = value.if_string();
  return digits && digits->size() == 2 * out.size() && crypto::decode_hex(digits->data(), out.size(), out.data());
}

Status TxnReader::start(json::Value value, std::string_view ledger) {
  CLEARSPAN_TRY(const TxnValues values, take_values(value));
  CLEARSPAN_TRY(id_, hex_value<TxnId>(value_of(values, TxnField::id), kBad));
  CLEARSPAN_TRY(signature_, hex_value<TxnSignature>(value_of(values, TxnField::signature), kBad));
  CLEARSPAN_TRY(header_.signer, hex_value<SignerKey>(value_of(values, TxnField::signer), kBad));
  CLEARSPAN_TRY(header_.salt, or_code(kBad, value_of(values, TxnField::salt).u64()));
  const json::Value not_after = value_of(values, TxnField::not_after);
  if (!read_time(not_after, header_.not_after)) return not_after.error(kBad, "must be a ledger time or null");
  header_.ledger = ledger;

  CLEARSPAN_TRY(const json::Array operations, or_code(kBad, value_of(values, TxnField::operations).array()));
  CLEARSPAN_TRY(const json::Array results, or_code(kBad, value_of(values, TxnField::results).array()));
  const std::size_t count = operations.size();
  if (count == 0 || count > kOperationsPerTxnMax) return operations.value().error(kBad, "must have 1 to 4096 elements");
  if (results.size() != count) return results.value().error(kBad, "must have one element per operation");
  header_.operation_count = static_cast<std::uint16_t>(count);
  operation_ = operations.begin();
  result_ = results.begin();
  return Done{};
}

Status TxnReader::next(Operation& operation, ReadResult& result) {
  CLEARSPAN_CHECK_OK(read_operation(*operation_, operation));
  ++operation_;
  CLEARSPAN_CHECK_OK(read_result(*result_, operation.kind, result));
  ++result_;
  return Done{};
}

}  // namespace clearspan::simulated
