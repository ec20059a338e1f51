#include "codecs/ethereum/txn_json.hpp"

#include <span>
#include <string>

#include "codecs/ethereum/json_item.hpp"
#include "codecs/ethereum/rlp.hpp"
#include "codecs/ethereum/txn.hpp"

namespace clearspan::ethereum {
namespace {

enum class TxnField : std::uint8_t {
  type,
  chain_id,
  nonce,
  gas_price,
  max_priority_fee_per_gas,
  max_fee_per_gas,
  gas,
  to,
  value,
  input,
  data,
  access_list,
  max_fee_per_blob_gas,
  blob_hashes,
  authorizations,
  v,
  parity,
  r,
  s,
  hash,
  from
};

constexpr std::size_t kTxnFields = 21;

constexpr FieldTable<TxnField, kTxnFields> kTxnTable({
    "type",
    "chainId",
    "nonce",
    "gasPrice",
    "maxPriorityFeePerGas",
    "maxFeePerGas",
    "gas",
    "to",
    "value",
    "input",
    "data",
    "accessList",
    "maxFeePerBlobGas",
    "blobVersionedHashes",
    "authorizationList",
    "v",
    "yParity",
    "r",
    "s",
    "hash",
    "from",
});

using TxnValues = FieldValues<TxnField, kTxnFields>;

enum class Shape : std::uint8_t {
  number,  // a quantity of at most 8 bytes
  word,    // a quantity of at most 32 bytes
  to,      // an address, or absent for a txn that creates a contract
  input,   // bytes; some nodes call the field "data"
  parity,  // "yParity", or "v" from nodes that have no such field
  access_list,
  hashes,
  authorizations
};

struct Item {
  TxnField field;
  Shape shape;
};

constexpr Item kLegacy[] = {
    {TxnField::nonce, Shape::number}, {TxnField::gas_price, Shape::word}, {TxnField::gas, Shape::number},
    {TxnField::to, Shape::to},        {TxnField::value, Shape::word},     {TxnField::input, Shape::input},
    {TxnField::v, Shape::word},       {TxnField::r, Shape::word},         {TxnField::s, Shape::word},
};

constexpr Item kAccessList[] = {
    {TxnField::chain_id, Shape::number}, {TxnField::nonce, Shape::number},
    {TxnField::gas_price, Shape::word},  {TxnField::gas, Shape::number},
    {TxnField::to, Shape::to},           {TxnField::value, Shape::word},
    {TxnField::input, Shape::input},     {TxnField::access_list, Shape::access_list},
    {TxnField::parity, Shape::parity},   {TxnField::r, Shape::word},
    {TxnField::s, Shape::word},
};

constexpr Item kDynamicFee[] = {
    {TxnField::chain_id, Shape::number},
    {TxnField::nonce, Shape::number},
    {TxnField::max_priority_fee_per_gas, Shape::word},
    {TxnField::max_fee_per_gas, Shape::word},
    {TxnField::gas, Shape::number},
    {TxnField::to, Shape::to},
    {TxnField::value, Shape::word},
    {TxnField::input, Shape::input},
    {TxnField::access_list, Shape::access_list},
    {TxnField::parity, Shape::parity},
    {TxnField::r, Shape::word},
    {TxnField::s, Shape::word},
};

constexpr Item kBlob[] = {
    {TxnField::chain_id, Shape::number},
    {TxnField::nonce, Shape::number},
    {TxnField::max_priority_fee_per_gas, Shape::word},
    {TxnField::max_fee_per_gas, Shape::word},
    {TxnField::gas, Shape::number},
    {TxnField::to, Shape::to},
    {TxnField::value, Shape::word},
    {TxnField::input, Shape::input},
    {TxnField::access_list, Shape::access_list},
    {TxnField::max_fee_per_blob_gas, Shape::word},
    {TxnField::blob_hashes, Shape::hashes},
    {TxnField::parity, Shape::parity},
    {TxnField::r, Shape::word},
    {TxnField::s, Shape::word},
};

constexpr Item kSetCode[] = {
    {TxnField::chain_id, Shape::number},
    {TxnField::nonce, Shape::number},
    {TxnField::max_priority_fee_per_gas, Shape::word},
    {TxnField::max_fee_per_gas, Shape::word},
    {TxnField::gas, Shape::number},
    {TxnField::to, Shape::to},
    {TxnField::value, Shape::word},
    {TxnField::input, Shape::input},
    {TxnField::access_list, Shape::access_list},
    {TxnField::authorizations, Shape::authorizations},
    {TxnField::parity, Shape::parity},
    {TxnField::r, Shape::word},
    {TxnField::s, Shape::word},
};

std::span<const Item> items_of(TxnType type) {
  switch (type) {
    case TxnType::legacy:
      return kLegacy;
    case TxnType::access_list:
      return kAccessList;
    case TxnType::dynamic_fee:
      return kDynamicFee;
    case TxnType::blob:
      return kBlob;
    case TxnType::set_code:
      return kSetCode;
  }
  return {};
}

bool append_hashes(Buffer& out, json::Value value) {
  const auto hashes = value.if_array();
  if (!hashes) return false;
  const std::size_t list = rlp::begin_list(out);
  for (const json::Value hash : *hashes) {
    if (!append_item(out, hash, Notation::data, Hash32::kSize)) return false;
  }
  rlp::end_list(out, list);
  return true;
}

bool append_access_list(Buffer& out, json::Value value) {
  const auto tuples = value.if_array();
  if (!tuples) return false;
  const std::size_t list = rlp::begin_list(out);
  for (const json::Value tuple : *tuples) {
    const auto fields = tuple.if_object();
    if (!fields) return false;
    const auto address = fields->find("address");
    const auto keys = fields->find("storageKeys");
    const std::size_t members = rlp::begin_list(out);
    if (!address || !append_item(out, *address, Notation::data, Address::kSize)) return false;
    if (!keys || !append_hashes(out, *keys)) return false;
    rlp::end_list(out, members);
  }
  rlp::end_list(out, list);
  return true;
}

enum class AuthorizationField : std::uint8_t { chain_id, address, nonce, parity, v, r, s };

constexpr FieldTable<AuthorizationField, 7> kAuthorizationTable({"chainId", "address", "nonce", "yParity", "v", "r",
                                                                 "s"});

bool append_authorization(Buffer& out, json::Object authorization) {
  const FieldValues<AuthorizationField, 7> values(kAuthorizationTable, authorization);
  const AuthorizationField parity =
      values.has(AuthorizationField::parity) ? AuthorizationField::parity : AuthorizationField::v;
  const ItemSpec<AuthorizationField> items[] = {
      {AuthorizationField::chain_id, Notation::quantity, 32}, {AuthorizationField::address, Notation::data, 20},
      {AuthorizationField::nonce, Notation::quantity, 8},     {parity, Notation::quantity, 1},
      {AuthorizationField::r, Notation::quantity, 32},        {AuthorizationField::s, Notation::quantity, 32},
  };
  const std::size_t list = rlp::begin_list(out);
  for (const auto& item : items) {
    if (!values.has(item.field) || !append_item(out, values[item.field], item.notation, item.size)) return false;
  }
  rlp::end_list(out, list);
  return true;
}

bool append_authorizations(Buffer& out, json::Value value) {
  const auto authorizations = value.if_array();
  if (!authorizations) return false;
  const std::size_t list = rlp::begin_list(out);
  for (const json::Value authorization : *authorizations) {
    const auto fields = authorization.if_object();
    if (!fields || !append_authorization(out, *fields)) return false;
  }
  rlp::end_list(out, list);
  return true;
}

// The field that stands in the JSON for an item: two have a second name.
TxnField field_in(const TxnValues& values, const Item& item) {
  if (item.shape == Shape::input && !values.has(TxnField::input)) return TxnField::data;
  if (item.shape == Shape::parity && !values.has(TxnField::parity)) return TxnField::v;
  return item.field;
}

bool append_value(Buffer& out, json::Value value, Shape shape) {
  switch (shape) {
    case Shape::number:
      return append_item(out, value, Notation::quantity, 8);
    case Shape::word:
      return append_item(out, value, Notation::quantity, 32);
    case Shape::to:
      return append_item(out, value, Notation::data, Address::kSize);
    case Shape::input:
      return append_item(out, value, Notation::data, kAnySize);
    case Shape::parity:
      return append_item(out, value, Notation::quantity, 1);
    case Shape::access_list:
      return append_access_list(out, value);
    case Shape::hashes:
      return append_hashes(out, value);
    case Shape::authorizations:
      return append_authorizations(out, value);
  }
  return false;
}

// What stands for an absent field; false when it may not be absent. A null access list means an empty one.
bool append_absent(Buffer& out, Shape shape, TxnType type) {
  if (shape == Shape::to && type < TxnType::blob) {
    *out.extend(1) = rlp::kEmptyString;
    return true;
  }
  if (shape == Shape::access_list) {
    *out.extend(1) = rlp::kEmptyList;
    return true;
  }
  return false;
}

Error missing(json::Object txn, TxnField field) {
  const std::string_view name = kTxnTable.name(field);
  return make_error(ErrorCode::txn_malformed, "the txn lacks " + std::string(name), txn.pointer_to(name));
}

Result<TxnType> read_type(const TxnValues& values) {
  if (!values.has(TxnField::type)) return TxnType::legacy;
  const json::Value value = values[TxnField::type];
  const auto text = value.if_string();
  const auto number = text ? parse_quantity_u64(*text) : std::nullopt;
  if (!number || *number > static_cast<std::uint64_t>(TxnType::set_code)) {
    return value.error(ErrorCode::txn_malformed, "no known txn type");
  }
  return static_cast<TxnType>(*number);
}

Result<StatedTxn> read_stated(const TxnValues& values) {
  StatedTxn stated;
  if (values.has(TxnField::hash)) {
    const auto text = values[TxnField::hash].if_string();
    if (text) stated.hash = parse_data<TxnId>(*text);
    if (!stated.hash) return values[TxnField::hash].error(ErrorCode::txn_malformed, "must be 32 hexadecimal bytes");
  }
  if (values.has(TxnField::from)) {
    const auto text = values[TxnField::from].if_string();
    if (text) stated.from = parse_data<Address>(*text);
    if (!stated.from) return values[TxnField::from].error(ErrorCode::txn_malformed, "must be 20 hexadecimal bytes");
  }
  return stated;
}

}  // namespace

Result<StatedTxn> append_txn_json(Buffer& out, json::Value txn) {
  const auto object = txn.if_object();
  if (!object) return txn.error(ErrorCode::txn_malformed, "a txn must be an object");
  const TxnValues values(kTxnTable, *object);
  CLEARSPAN_TRY(const TxnType type, read_type(values));
  if (type != TxnType::legacy) *out.extend(1) = static_cast<std::uint8_t>(type);
  const std::size_t list = rlp::begin_list(out);
  for (const Item& item : items_of(type)) {
    const TxnField field = field_in(values, item);
    if (!values.has(field)) {
      if (!append_absent(out, item.shape, type)) return missing(*object, item.field);
    } else if (!append_value(out, values[field], item.shape)) {
      return values[field].error(ErrorCode::txn_malformed, "not a valid value for this field");
    }
  }
  rlp::end_list(out, list);
  return read_stated(values);
}

}  // namespace clearspan::ethereum
