#include "codecs/simulated/txn.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "codecs/crypto/sha256.hpp"
#include "codecs/simulated/wire.hpp"

namespace clearspan::simulated {
namespace {

constexpr std::string_view kMagic = "CST1";
constexpr std::size_t kOperationBytesMin = 1 + OperationRef::kSize;  // every one has more
// So many digits always fit 64 bits.
constexpr std::size_t kShortAmountDigits = 19;

// What a character may be part of.
constexpr std::uint8_t kNameChar = 1;   // of an account or a ledger
constexpr std::uint8_t kAssetChar = 2;  // of an asset

constexpr std::array<std::uint8_t, 256> make_char_uses() {
  std::array<std::uint8_t, 256> uses{};
  for (char c = 'a'; c <= 'z'; ++c) uses[static_cast<unsigned char>(c)] = kNameChar | kAssetChar;
  for (char c = '0'; c <= '9'; ++c) uses[static_cast<unsigned char>(c)] = kNameChar | kAssetChar;
  for (char c = 'A'; c <= 'Z'; ++c) uses[static_cast<unsigned char>(c)] = kAssetChar;
  for (const char c : {'.', '_', '-'}) uses[static_cast<unsigned char>(c)] = kNameChar | kAssetChar;
  return uses;
}

constexpr std::array<std::uint8_t, 256> kCharUses = make_char_uses();

bool is_name(std::string_view text, std::size_t size_max, std::uint8_t use) {
  if (text.empty() || text.size() > size_max) return false;
  for (const char c : text) use &= kCharUses[static_cast<unsigned char>(c)];
  return use != 0;
}

Error malformed(std::string detail, std::string field) {
  return make_error(ErrorCode::txn_malformed, std::move(detail), std::move(field));
}

Result<OperationKind> kind_of(std::uint8_t value) {
  for (const OperationKind kind : kOperationKinds) {
    if (value == static_cast<std::uint8_t>(kind)) return kind;
  }
  return malformed("no operation has the kind " + std::to_string(value), "kind");
}

// False for digits that are too many or not the usual ones, which parse_amount judges.
bool read_short(std::string_view digits, std::uint64_t& units) {
  if (digits.empty() || digits.size() > kShortAmountDigits || (digits.front() == '0' && digits.size() > 1))
    return false;
  bool are_digits = true;
  for (const char c : digits) {
    const auto digit = static_cast<unsigned char>(c - '0');
    are_digits = are_digits && digit <= 9;
    units = units * 10 + digit;
  }
  return are_digits;
}

void read_transfer(WireReader& reader, Operation& operation) {
  operation.asset = reader.text();
  operation.amount_digits = reader.text();
  operation.from = reader.text();
  operation.to = reader.text();
  operation.not_after = {reader.number<std::uint64_t>()};
}

// Into an operation that has its first values.
Status read_operation(WireReader& reader, Operation& operation) {
  CLEARSPAN_TRY(operation.kind, kind_of(reader.number<std::uint8_t>()));
  operation.ref = reader.fixed<OperationRef>();
  switch (operation.kind) {
    case OperationKind::hold:
      read_transfer(reader, operation);
      operation.reclaim_after = {reader.number<std::uint64_t>()};
      break;
    case OperationKind::payment:
      read_transfer(reader, operation);
      break;
    case OperationKind::release:
    case OperationKind::refund:
      operation.hold_key = reader.fixed<HoldKey>();
      operation.not_after = {reader.number<std::uint64_t>()};
      return Done{};
    case OperationKind::anchor:
      operation.digest = reader.fixed<Hash32>();
      return Done{};
  }
  if (!reader.is_ok()) return malformed("the content ends within an operation", "operations");
  if (auto read = read_amount(operation.amount_digits, operation.amount); !read.ok()) {
    return malformed(describe(read.error()), "amount");
  }
  return check_operation(operation);
}

}  // namespace

std::string_view to_string(OperationKind kind) {
  const auto movement = movement_kind(kind);
  return movement ? clearspan::to_string(*movement) : "anchor";
}

OperationKind operation_kind(MovementKind kind) {
  switch (kind) {
    case MovementKind::hold:
      return OperationKind::hold;
    case MovementKind::release:
      return OperationKind::release;
    case MovementKind::refund:
      return OperationKind::refund;
    case MovementKind::payment:
      break;
  }
  return OperationKind::payment;
}

std::optional<MovementKind> movement_kind(OperationKind kind) {
  switch (kind) {
    case OperationKind::hold:
      return MovementKind::hold;
    case OperationKind::release:
      return MovementKind::release;
    case OperationKind::refund:
      return MovementKind::refund;
    case OperationKind::payment:
      return MovementKind::payment;
    case OperationKind::anchor:
      break;
  }
  return std::nullopt;
}

bool is_account_name(std::string_view text) {
  return is_name(text, kAccountNameMax, kNameChar);
}

bool is_ledger_name(std::string_view text) {
  return is_name(text, kLedgerNameMax, kNameChar);
}

bool is_asset_name(std::string_view text) {
  return is_name(text, kAssetNameMax, kAssetChar);
}

Status read_amount(std::string_view digits, Amount& amount) {
  std::uint64_t units = 0;
  if (read_short(digits, units)) {
    std::construct_at(&amount,
                      units);  // in place: a copy of five words that have just been written has to wait for them
    return Done{};
  }
  CLEARSPAN_TRY(amount, parse_amount(digits));
  return Done{};
}

Status check_operation(const Operation& operation) {
  const bool is_transfer = operation.kind == OperationKind::hold || operation.kind == OperationKind::payment;
  if (!is_transfer) return Done{};
  if (!is_asset_name(operation.asset)) return malformed("this is no name of an asset", "asset");
  if (!is_account_name(operation.from)) return malformed("this is no name of an account", "from");
  if (!is_account_name(operation.to)) return malformed("this is no name of an account", "to");
  return Done{};
}

void put_txn_header(Bytes& out, const TxnHeader& header) {
  put_bytes(out, as_bytes(kMagic));
  put_text(out, header.ledger);
  put_bytes(out, header.signer.view());
  put_u64(out, header.salt);
  put_u64(out, header.not_after.value);
  put_u16(out, header.operation_count);
}

namespace {

std::size_t size_of(const Operation& operation) {
  constexpr std::size_t kCommon = 1 + OperationRef::kSize;
  switch (operation.kind) {
    case OperationKind::hold:
    case OperationKind::payment:
      return kCommon + text_size(operation.asset) + text_size(operation.amount_digits) + text_size(operation.from) +
             text_size(operation.to) + (operation.kind == OperationKind::hold ? 16 : 8);
    case OperationKind::release:
    case OperationKind::refund:
      return kCommon + HoldKey::kSize + 8;
    case OperationKind::anchor:
      break;
  }
  return kCommon + Hash32::kSize;
}

}  // namespace

void put_operation(Bytes& out, const Operation& operation) {
  WireWriter writer(out, size_of(operation));
  write_operation(writer, operation);
}

void write_operation(WireWriter& out, const Operation& operation) {
  out.u8(static_cast<std::uint8_t>(operation.kind));
  out.fixed(operation.ref);
  switch (operation.kind) {
    case OperationKind::hold:
    case OperationKind::payment:
      out.text(operation.asset);
      out.text(operation.amount_digits);
      out.text(operation.from);
      out.text(operation.to);
      break;
    case OperationKind::release:
    case OperationKind::refund:
      out.fixed(operation.hold_key);
      break;
    case OperationKind::anchor:
      return out.fixed(operation.digest);
  }
  out.u64(operation.not_after.value);
  if (operation.kind == OperationKind::hold) out.u64(operation.reclaim_after.value);
}

Result<TxnContent> parse_txn_content(ByteView content) {
  WireReader reader(content);
  TxnContent txn;
  if (as_text(reader.take(kMagic.size())) != kMagic) return malformed("this is no txn of a simulated ledger", "");
  txn.header.ledger = reader.text();
  txn.header.signer = reader.fixed<SignerKey>();
  txn.header.salt = reader.number<std::uint64_t>();
  txn.header.not_after = {reader.number<std::uint64_t>()};
  txn.header.operation_count = reader.number<std::uint16_t>();
  const std::size_t count = txn.header.operation_count;
  if (!reader.is_ok()) return malformed("the content ends within its header", "");
  if (!is_ledger_name(txn.header.ledger)) return malformed("this is no name of a ledger", "ledger");
  if (count == 0 || count > kOperationsPerTxnMax) {
    return malformed("a txn has 1 to 4096 operations, not " + std::to_string(count), "operations");
  }
  txn.operations.reserve(std::min(count, content.size() / kOperationBytesMin));
  for (std::size_t i = 0; i < count; ++i) CLEARSPAN_CHECK_OK(read_operation(reader, txn.operations.emplace_back()));
  if (!reader.is_ok()) return malformed("the content ends within an operation", "operations");
  if (!reader.is_at_end()) return malformed("there are bytes after the last operation", "operations");
  return txn;
}

TxnId txn_id_of(ByteView content) {
  return crypto::sha256(content).as<TxnId>();
}

HoldName hold_name_of(const TxnId& txn, std::uint32_t operation_index) {
  HoldName name;
  WireWriter writer(name.data());
  writer.fixed(txn);
  writer.u32(operation_index);
  return name;
}

HoldKey hold_key_of(const TxnId& txn, std::uint32_t operation_index) {
  return crypto::sha256(hold_name_of(txn, operation_index)).as<HoldKey>();
}

}  // namespace clearspan::simulated
