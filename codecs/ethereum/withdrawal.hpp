// Withdrawals from the consensus layer (EIP-4895): [index, validatorIndex, address, amount], committed to by the
// withdrawals root since Shanghai.
#pragma once

#include <cstdint>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/types.hpp"
#include "codecs/json/value.hpp"
#include "core/base/result.hpp"

namespace clearspan::ethereum {

struct Withdrawal {
  std::uint64_t index = 0;
  std::uint64_t validator_index = 0;
  Address address;
  std::uint64_t amount_gwei = 0;
};

// Errors: rlp_malformed.
Result<Withdrawal> decode_withdrawal(ByteView raw);

// Appends the encoding of a withdrawal in JSON-RPC form. Error: not_a_block with the pointer of the field.
Status append_withdrawal_json(Buffer& out, json::Value withdrawal);

}  // namespace clearspan::ethereum
