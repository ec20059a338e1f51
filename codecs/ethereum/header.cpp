#include "codecs/ethereum/header.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>

#include "codecs/crypto/keccak.hpp"
#include "codecs/ethereum/json_item.hpp"
#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {

const Hash32 kEmptyUnclesHash{{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5,
                               0x67, 0xb6, 0xcc, 0xd4, 0x1a, 0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a,
                               0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47}};

namespace {

enum class HeaderField : std::uint8_t {
  parent_hash,
  uncles_hash,
  beneficiary,
  state_root,
  transactions_root,
  receipts_root,
  logs_bloom,
  difficulty,
  number,
  gas_limit,
  gas_used,
  timestamp,
  extra_data,
  mix_hash,
  nonce,
  base_fee_per_gas,
  withdrawals_root,
  blob_gas_used,
  excess_blob_gas,
  parent_beacon_block_root,
  requests_hash
};

constexpr std::size_t kHeaderFields = 21;
constexpr std::size_t kRequiredFields = 15;

constexpr FieldTable<HeaderField, kHeaderFields> kHeaderTable({
    "parentHash",    "sha3Uncles",      "miner",       "stateRoot",     "transactionsRoot",
    "receiptsRoot",  "logsBloom",       "difficulty",  "number",        "gasLimit",
    "gasUsed",       "timestamp",       "extraData",   "mixHash",       "nonce",
    "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot",
    "requestsHash",
});

// The fields in the order of the encoding.
constexpr std::array<ItemSpec<HeaderField>, kHeaderFields> kHeaderItems = {{
    {HeaderField::parent_hash, Notation::data, 32},
    {HeaderField::uncles_hash, Notation::data, 32},
    {HeaderField::beneficiary, Notation::data, 20},
    {HeaderField::state_root, Notation::data, 32},
    {HeaderField::transactions_root, Notation::data, 32},
    {HeaderField::receipts_root, Notation::data, 32},
    {HeaderField::logs_bloom, Notation::data, 256},
    {HeaderField::difficulty, Notation::quantity, 32},
    {HeaderField::number, Notation::quantity, 8},
    {HeaderField::gas_limit, Notation::quantity, 8},
    {HeaderField::gas_used, Notation::quantity, 8},
    {HeaderField::timestamp, Notation::quantity, 8},
    {HeaderField::extra_data, Notation::data, kAnySize},
    {HeaderField::mix_hash, Notation::data, 32},
    {HeaderField::nonce, Notation::data, 8},
    {HeaderField::base_fee_per_gas, Notation::quantity, 32},
    {HeaderField::withdrawals_root, Notation::data, 32},
    {HeaderField::blob_gas_used, Notation::quantity, 8},
    {HeaderField::excess_blob_gas, Notation::quantity, 8},
    {HeaderField::parent_beacon_block_root, Notation::data, 32},
    {HeaderField::requests_hash, Notation::data, 32},
}};

using HeaderValues = FieldValues<HeaderField, kHeaderFields>;

// Which tail fields a header has: bit i stands for the i-th after the required ones.
using Tail = std::uint8_t;
constexpr std::size_t kTailFields = kHeaderFields - kRequiredFields;
constexpr std::size_t kWithdrawalsRoot = 1;  // its place in the tail
constexpr Tail kBlobGas = 0b001100;
constexpr Tail kLondonBlobGas = 0b001101;
constexpr Tail kShanghaiBlobGas = 0b001111;
constexpr Tail kTails[] = {0b000000, 0b000001,       0b000011,        0b011111, 0b111111,  // the forks'
                           kBlobGas, kLondonBlobGas, kShanghaiBlobGas};                    // anvil's first blocks

bool is_known(Tail tail) {
  return std::find(std::begin(kTails), std::end(kTails), tail) != std::end(kTails);
}

Status check_fields(const HeaderValues& values, json::Object block) {
  std::size_t missing = 0;
  while (missing < kHeaderFields && values.has(kHeaderItems[missing].field)) ++missing;
  if (missing >= kRequiredFields) {
    unsigned tail = 0;
    for (std::size_t i = 0; i < kTailFields; ++i) {
      if (values.has(kHeaderItems[kRequiredFields + i].field)) tail |= 1U << i;
    }
    if (is_known(static_cast<Tail>(tail))) return Done{};
  }
  const std::string_view name = kHeaderTable.name(kHeaderItems[missing].field);
  return make_error(ErrorCode::not_a_block, "the header lacks " + std::string(name), block.pointer_to(name));
}

// The tail that `count` encoded fields are. Two or three of them without a root in second place are the blob gas
// fields.
std::optional<Tail> tail_of(std::span<const ByteView> items) {
  constexpr std::size_t kEncodedRoot = 1 + Hash32::kSize;
  if (items.size() == 2 && items[kWithdrawalsRoot].size() != kEncodedRoot) return kBlobGas;
  if (items.size() == 3) return kLondonBlobGas;
  const auto tail = static_cast<Tail>((1U << items.size()) - 1);
  return is_known(tail) ? std::optional(tail) : std::nullopt;
}

void read_tail(rlp::Reader& fields, Header& header) {
  std::array<ByteView, kTailFields> items;
  std::size_t count = 0;
  while (!fields.at_end() && count < kTailFields) items[count++] = fields.item();
  fields.expect_end();
  const auto tail = tail_of(std::span(items).first(count));
  if (!tail) {
    fields.fail("the header has a number of fields that no fork has");
    return;
  }
  std::size_t next = 0;
  const auto read = [&](std::size_t place, auto into) {
    if ((*tail >> place & 1U) == 0) return;
    rlp::Reader field(items[next++]);
    into(field);
    fields.adopt(field);
  };
  read(0, [&](rlp::Reader& field) { header.base_fee_per_gas = field.word(); });
  read(1, [&](rlp::Reader& field) { header.withdrawals_root = field.fixed<Hash32>(); });
  read(2, [&](rlp::Reader& field) { header.blob_gas_used = field.u64(); });
  read(3, [&](rlp::Reader& field) { header.excess_blob_gas = field.u64(); });
  read(4, [&](rlp::Reader& field) { header.parent_beacon_block_root = field.fixed<Hash32>(); });
  read(5, [&](rlp::Reader& field) { header.requests_hash = field.fixed<Hash32>(); });
}

}  // namespace

Status append_header_json(Buffer& out, json::Object block) {
  const HeaderValues values(kHeaderTable, block);
  CLEARSPAN_CHECK_OK(check_fields(values, block));
  const std::size_t list = rlp::begin_list(out, rlp::kLargeHeaderRoom);
  for (const auto& spec : kHeaderItems) {
    if (!values.has(spec.field)) continue;
    if (!append_item(out, values[spec.field], spec.notation, spec.size)) {
      return values[spec.field].error(ErrorCode::not_a_block, describe_item(spec.notation, spec.size));
    }
  }
  rlp::end_list(out, list, rlp::kLargeHeaderRoom);
  return Done{};
}

Result<Header> decode_header(ByteView rlp) {
  rlp::Reader whole(rlp);
  rlp::Reader fields = whole.list();
  Header header;
  header.parent_hash = fields.fixed<BlockHash>();
  header.uncles_hash = fields.fixed<Hash32>();
  header.beneficiary = fields.fixed<Address>();
  header.state_root = fields.fixed<Hash32>();
  header.transactions_root = fields.fixed<Hash32>();
  header.receipts_root = fields.fixed<Hash32>();
  header.logs_bloom = fields.fixed<Bloom>();
  header.difficulty = fields.word();
  header.number = fields.u64();
  header.gas_limit = fields.u64();
  header.gas_used = fields.u64();
  header.timestamp = fields.u64();
  header.extra_data = fields.bytes();
  header.mix_hash = fields.fixed<Hash32>();
  header.nonce = fields.fixed<HeaderNonce>();
  read_tail(fields, header);
  whole.adopt(fields);
  whole.expect_end();
  CLEARSPAN_CHECK_OK(whole.status());
  return header;
}

void append_header(Buffer& out, const Header& header) {
  const std::size_t list = rlp::begin_list(out);
  rlp::append_bytes(out, header.parent_hash.view());
  rlp::append_bytes(out, header.uncles_hash.view());
  rlp::append_bytes(out, header.beneficiary.view());
  rlp::append_bytes(out, header.state_root.view());
  rlp::append_bytes(out, header.transactions_root.view());
  rlp::append_bytes(out, header.receipts_root.view());
  rlp::append_bytes(out, header.logs_bloom.view());
  rlp::append_word(out, header.difficulty);
  rlp::append_u64(out, header.number);
  rlp::append_u64(out, header.gas_limit);
  rlp::append_u64(out, header.gas_used);
  rlp::append_u64(out, header.timestamp);
  rlp::append_bytes(out, header.extra_data);
  rlp::append_bytes(out, header.mix_hash.view());
  rlp::append_bytes(out, header.nonce.view());
  if (header.base_fee_per_gas) rlp::append_word(out, *header.base_fee_per_gas);
  if (header.withdrawals_root) rlp::append_bytes(out, header.withdrawals_root->view());
  if (header.blob_gas_used) rlp::append_u64(out, *header.blob_gas_used);
  if (header.excess_blob_gas) rlp::append_u64(out, *header.excess_blob_gas);
  if (header.parent_beacon_block_root) rlp::append_bytes(out, header.parent_beacon_block_root->view());
  if (header.requests_hash) rlp::append_bytes(out, header.requests_hash->view());
  rlp::end_list(out, list);
}

BlockHash header_hash(const Header& header) {
  Buffer buffer;
  append_header(buffer, header);
  return crypto::keccak256(buffer.view()).as<BlockHash>();
}

}  // namespace clearspan::ethereum
