#include "codecs/ethereum/validate.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "codecs/ethereum/rlp.hpp"

namespace clearspan::ethereum {
namespace {

// Gas, by the Yellow Paper's appendix G and the EIP named.
constexpr std::uint64_t kTxnGas = 21000;
constexpr std::uint64_t kCreateGas = 32000;  // EIP-2
constexpr std::uint64_t kZeroByteGas = 4;
constexpr std::uint64_t kByteGas = 68;
constexpr std::uint64_t kByteGasIstanbul = 16;      // EIP-2028
constexpr std::uint64_t kAccessAddressGas = 2400;   // EIP-2930
constexpr std::uint64_t kAccessKeyGas = 1900;       // EIP-2930
constexpr std::uint64_t kInitcodeWordGas = 2;       // EIP-3860
constexpr std::uint64_t kAuthorizationGas = 25000;  // EIP-7702
constexpr std::uint64_t kFloorTokenGas = 10;        // EIP-7623
constexpr std::uint64_t kTokensPerByte = 4;         // EIP-7623, for a byte that is not zero
constexpr std::size_t kInitcodeBytesMax = 49152;    // EIP-3860
constexpr std::uint64_t kGasLimitMax = 1ULL << 24;  // EIP-7825
constexpr std::uint8_t kBlobHashVersion = 0x01;     // EIP-4844

struct DataCount {
  std::uint64_t zeros = 0;
  std::uint64_t others = 0;
};

DataCount count_data(ByteView data) {
  const auto zeros = static_cast<std::uint64_t>(std::count(data.begin(), data.end(), std::uint8_t{0}));
  return {zeros, data.size() - zeros};
}

std::uint64_t access_list_gas(ByteView encoded) {
  if (encoded.empty()) return 0;
  std::uint64_t gas = 0;
  rlp::Reader tuples = rlp::Reader(encoded).list();
  while (!tuples.at_end()) {
    rlp::Reader tuple = tuples.list();
    tuple.bytes();
    gas += kAccessAddressGas;
    for (rlp::Reader keys = tuple.list(); !keys.at_end(); gas += kAccessKeyGas) keys.bytes();
  }
  return gas;
}

std::uint64_t count_members(ByteView encoded) {
  if (encoded.empty()) return 0;
  std::uint64_t count = 0;
  for (rlp::Reader members = rlp::Reader(encoded).list(); !members.at_end(); ++count) members.item();
  return count;
}

// What the data costs at least, however little the txn does (EIP-7623).
std::uint64_t floor_gas(const Txn& txn) {
  const DataCount data = count_data(txn.data);
  return kTxnGas + kFloorTokenGas * (data.zeros + kTokensPerByte * data.others);
}

// Whether gas limit times price needs more than 256 bits: by the product's digits to base 256, the lowest first.
bool cost_overflows(std::uint64_t gas_limit, const Word& price) {
  constexpr std::size_t kLimitBytes = sizeof(gas_limit);
  std::array<std::uint32_t, Word::kSize + kLimitBytes> digits{};
  for (std::size_t i = 0; i < Word::kSize; ++i) {
    for (std::size_t j = 0; j < kLimitBytes; ++j) {
      const auto factor = static_cast<std::uint8_t>(gas_limit >> (8 * j));
      digits[i + j] += static_cast<std::uint32_t>(price.bytes[Word::kSize - 1 - i]) * factor;
    }
  }
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    digits[i + 1] += digits[i] >> 8;
    digits[i] &= 0xff;
  }
  return std::any_of(digits.begin() + Word::kSize, digits.end(), [](std::uint32_t digit) { return digit != 0; });
}

Error broken(const char* rule) {
  return make_error(ErrorCode::txn_malformed, rule);
}

Fork first_fork_of(TxnType type) {
  switch (type) {
    case TxnType::legacy:
      return Fork::frontier;
    case TxnType::access_list:
      return Fork::berlin;
    case TxnType::dynamic_fee:
      return Fork::london;
    case TxnType::blob:
      return Fork::cancun;
    case TxnType::set_code:
      return Fork::prague;
  }
  return Fork::osaka;
}

Status check_chain(const Txn& txn, Fork fork, std::uint64_t chain_id) {
  if (!txn.chain_id) return Done{};
  if (fork < Fork::spurious_dragon) return broken("a txn is bound to a chain before EIP-155");
  if (*txn.chain_id != chain_id) return broken("the txn is for another chain");
  return Done{};
}

Status check_blobs(const Txn& txn) {
  if (txn.type != TxnType::blob) return Done{};
  if (count_members(txn.blob_hashes) == 0) return broken("a blob txn has no blobs");
  for (rlp::Reader hashes = rlp::Reader(txn.blob_hashes).list(); !hashes.at_end();) {
    if (hashes.fixed<Hash32>().bytes[0] != kBlobHashVersion) return broken("a blob hash has an unknown version");
  }
  return Done{};
}

Status check_fees(const Txn& txn) {
  const bool has_cap = txn.type >= TxnType::dynamic_fee;
  if (has_cap && txn.max_priority_fee_per_gas > txn.max_fee_per_gas) return broken("the priority fee is above the cap");
  if (cost_overflows(txn.gas_limit, has_cap ? txn.max_fee_per_gas : txn.gas_price)) {
    return broken("gas limit times price needs more than 256 bits");
  }
  return Done{};
}

Status check_gas(const Txn& txn, Fork fork, std::uint64_t intrinsic) {
  if (!txn.to && fork >= Fork::shanghai && txn.data.size() > kInitcodeBytesMax)
    return broken("the initcode is too long");
  if (txn.gas_limit < intrinsic) return broken("the gas limit is below the intrinsic gas");
  if (fork >= Fork::prague && txn.gas_limit < floor_gas(txn))
    return broken("the gas limit is below the floor of its data");
  if (fork >= Fork::osaka && txn.gas_limit > kGasLimitMax) return broken("the gas limit is above the cap of a txn");
  return Done{};
}

}  // namespace

std::uint64_t intrinsic_gas(const Txn& txn, Fork fork) {
  const DataCount data = count_data(txn.data);
  std::uint64_t gas = kTxnGas + kZeroByteGas * data.zeros;
  gas += (fork >= Fork::istanbul ? kByteGasIstanbul : kByteGas) * data.others;
  if (!txn.to && fork >= Fork::homestead) gas += kCreateGas;
  if (!txn.to && fork >= Fork::shanghai) gas += kInitcodeWordGas * ((txn.data.size() + 31) / 32);
  return gas + access_list_gas(txn.access_list) + kAuthorizationGas * count_members(txn.authorizations);
}

Result<TxnFacts> validate_txn(const Txn& txn, Fork fork, std::uint64_t chain_id) {
  if (fork < first_fork_of(txn.type)) return broken("the fork does not have txns of this type");
  CLEARSPAN_CHECK_OK(check_chain(txn, fork, chain_id));
  if (txn.nonce == std::numeric_limits<std::uint64_t>::max()) return broken("the nonce is 2^64 - 1 (EIP-2681)");
  CLEARSPAN_CHECK_OK(check_fees(txn));
  CLEARSPAN_CHECK_OK(check_blobs(txn));
  if (txn.type == TxnType::set_code && count_members(txn.authorizations) == 0) {
    return broken("a set-code txn has no authorizations");
  }
  const std::uint64_t gas = intrinsic_gas(txn, fork);
  CLEARSPAN_CHECK_OK(check_gas(txn, fork, gas));
  const HighS high_s = fork >= Fork::homestead ? HighS::refused : HighS::accepted;
  CLEARSPAN_TRY(const Address sender, sender_of(txn, high_s));
  return TxnFacts{sender, gas};
}

}  // namespace clearspan::ethereum
