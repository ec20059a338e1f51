#include "codecs/ethereum/receipt.hpp"

#include <string>

#include "codecs/ethereum/json_item.hpp"
#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {
namespace {

enum class ReceiptField : std::uint8_t { type, root, status, cumulative_gas_used, logs_bloom, logs };

constexpr std::size_t kReceiptFields = 6;

constexpr FieldTable<ReceiptField, kReceiptFields> kReceiptTable({"type", "root", "status", "cumulativeGasUsed",
                                                                  "logsBloom", "logs"});

using ReceiptValues = FieldValues<ReceiptField, kReceiptFields>;

enum class LogField : std::uint8_t { address, topics, data };

constexpr FieldTable<LogField, 3> kLogTable({"address", "topics", "data"});

bool append_topics(Buffer& out, json::Value value) {
  const auto topics = value.if_array();
  if (!topics) return false;
  const std::size_t list = rlp::begin_list(out);
  for (const json::Value topic : *topics) {
    if (!append_item(out, topic, Notation::data, Hash32::kSize)) return false;
  }
  rlp::end_list(out, list);
  return true;
}

bool append_log(Buffer& out, json::Value log) {
  const auto object = log.if_object();
  if (!object) return false;
  const FieldValues<LogField, 3> values(kLogTable, *object);
  if (!values.has(LogField::address) || !values.has(LogField::topics) || !values.has(LogField::data)) return false;
  const std::size_t list = rlp::begin_list(out);
  if (!append_item(out, values[LogField::address], Notation::data, Address::kSize)) return false;
  if (!append_topics(out, values[LogField::topics])) return false;
  if (!append_item(out, values[LogField::data], Notation::data, kAnySize)) return false;
  rlp::end_list(out, list);
  return true;
}

Error missing(json::Object receipt, ReceiptField field) {
  const std::string_view name = kReceiptTable.name(field);
  return make_error(ErrorCode::receipt_malformed, "the receipt lacks " + std::string(name), receipt.pointer_to(name));
}

Status append_logs(Buffer& out, json::Value value) {
  const auto logs = value.if_array();
  if (!logs) return value.error(ErrorCode::receipt_malformed, "must be a list of logs");
  const std::size_t list = rlp::begin_list(out);
  for (const json::Value log : *logs) {
    if (!append_log(out, log)) return log.error(ErrorCode::receipt_malformed, "must have an address, topics and data");
  }
  rlp::end_list(out, list);
  return Done{};
}

Status append_outcome(Buffer& out, const ReceiptValues& values, json::Object receipt) {
  constexpr std::size_t kRootText = 2 + 2 * Hash32::kSize;
  if (values.has(ReceiptField::root)) {
    const auto text = values[ReceiptField::root].if_string();
    if (text && text->size() == kRootText) {
      if (append_data_of(out, *text, Hash32::kSize)) return Done{};
      return values[ReceiptField::root].error(ErrorCode::receipt_malformed, "must be hexadecimal");
    }
  }
  if (!values.has(ReceiptField::status)) return missing(receipt, ReceiptField::status);
  if (append_item(out, values[ReceiptField::status], Notation::quantity, 1)) return Done{};
  return values[ReceiptField::status].error(ErrorCode::receipt_malformed, "must be 0x0 or 0x1");
}

Result<TxnType> read_type(const ReceiptValues& values) {
  if (!values.has(ReceiptField::type)) return TxnType::legacy;
  const json::Value value = values[ReceiptField::type];
  const auto text = value.if_string();
  const auto number = text ? parse_quantity_u64(*text) : std::nullopt;
  if (!number || *number > static_cast<std::uint64_t>(TxnType::set_code)) {
    return value.error(ErrorCode::receipt_malformed, "no known txn type");
  }
  return static_cast<TxnType>(*number);
}

}  // namespace

Status append_receipt_json(Buffer& out, json::Value receipt) {
  const auto object = receipt.if_object();
  if (!object) return receipt.error(ErrorCode::receipt_malformed, "a receipt must be an object");
  const ReceiptValues values(kReceiptTable, *object);
  CLEARSPAN_TRY(const TxnType type, read_type(values));
  if (type != TxnType::legacy) *out.extend(1) = static_cast<std::uint8_t>(type);
  const std::size_t list = rlp::begin_list(out, rlp::kLargeHeaderRoom);  // the bloom alone has 256 bytes
  CLEARSPAN_CHECK_OK(append_outcome(out, values, *object));
  constexpr ItemSpec<ReceiptField> kItems[] = {
      {ReceiptField::cumulative_gas_used, Notation::quantity, 8},
      {ReceiptField::logs_bloom, Notation::data, Bloom::kSize},
  };
  for (const auto& item : kItems) {
    if (!values.has(item.field)) return missing(*object, item.field);
    if (!append_item(out, values[item.field], item.notation, item.size)) {
      return values[item.field].error(ErrorCode::receipt_malformed, describe_item(item.notation, item.size));
    }
  }
  if (!values.has(ReceiptField::logs)) return missing(*object, ReceiptField::logs);
  CLEARSPAN_CHECK_OK(append_logs(out, values[ReceiptField::logs]));
  rlp::end_list(out, list, rlp::kLargeHeaderRoom);
  return Done{};
}

namespace {

void read_outcome(rlp::Reader& fields, Receipt& receipt) {
  const ByteView outcome = fields.bytes();
  if (outcome.size() == Hash32::kSize) {
    std::copy(outcome.begin(), outcome.end(), receipt.state_root.bytes.begin());
  } else if (outcome.empty()) {
    receipt.succeeded = false;
  } else if (outcome.size() == 1 && outcome[0] == 1) {
    receipt.succeeded = true;
  } else {
    fields.fail("the status is neither 0 nor 1");
  }
}

void read_logs(rlp::Reader& fields, std::vector<Log>& logs) {
  rlp::Reader members = fields.list();
  while (!members.at_end()) {
    rlp::Reader parts = members.list();
    Log log;
    log.address = parts.fixed<Address>();
    rlp::Reader topics = parts.list();
    while (!topics.at_end() && log.topic_count < kTopicsMax) log.topics[log.topic_count++] = topics.fixed<Hash32>();
    topics.expect_end();
    log.data = parts.bytes();
    parts.expect_end();
    parts.adopt(topics);
    members.adopt(parts);
    logs.push_back(log);
  }
  fields.adopt(members);
}

}  // namespace

Result<Receipt> decode_receipt(ByteView raw, std::vector<Log>& logs) {
  Receipt receipt;
  if (raw.empty()) return make_error(ErrorCode::receipt_malformed, "the receipt has no bytes");
  if (raw[0] < rlp::kEmptyList) {
    if (raw[0] == 0 || raw[0] > static_cast<std::uint8_t>(TxnType::set_code)) {
      return make_error(ErrorCode::receipt_malformed, "txn type " + std::to_string(raw[0]) + " is not known");
    }
    receipt.type = static_cast<TxnType>(raw[0]);
    raw = raw.subspan(1);
  }
  receipt.first_log = logs.size();
  rlp::Reader whole(raw);
  rlp::Reader fields = whole.list();
  read_outcome(fields, receipt);
  receipt.cumulative_gas_used = fields.u64();
  receipt.logs_bloom = fields.fixed<Bloom>();
  read_logs(fields, logs);
  receipt.log_count = logs.size() - receipt.first_log;
  fields.expect_end();
  whole.adopt(fields);
  whole.expect_end();
  CLEARSPAN_CHECK_OK(whole.status());
  return receipt;
}

}  // namespace clearspan::ethereum
