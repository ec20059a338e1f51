// Whether a txn is valid by itself under the rules of a fork: what every node checks before it looks at any account.
// The engine's own txns and those that it watches are checked by blocks; this is for offline checks and the published
// vectors.
#pragma once

#include <cstdint>
#include <string_view>

#include "codecs/ethereum/txn.hpp"
#include "core/base/result.hpp"

namespace clearspan::ethereum {

// In order of time; each has all rules of those before it.
enum class Fork : std::uint8_t {
  frontier,
  homestead,
  tangerine_whistle,  // EIP-150
  spurious_dragon,    // EIP-155, EIP-158
  byzantium,
  constantinople,
  petersburg,
  istanbul,
  berlin,
  london,
  paris,
  shanghai,
  cancun,
  prague,
  osaka
};

struct TxnFacts {
  Address sender;
  std::uint64_t intrinsic_gas = 0;  // what the txn costs before any code runs
};

// Gas for the txn's own bytes, access list and authorizations (Yellow Paper, section 6.2; EIP-2028, 2930, 3860, 7702).
std::uint64_t intrinsic_gas(const Txn& txn, Fork fork);

// Errors: txn_malformed for a rule that is broken, signature_invalid for the signature.
Result<TxnFacts> validate_txn(const Txn& txn, Fork fork, std::uint64_t chain_id);

}  // namespace clearspan::ethereum
