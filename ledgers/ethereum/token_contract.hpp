// ERC-20 (EIP-20) calls, and the object that eth_call takes.
#pragma once

#include <string>

#include "codecs/ethereum/types.hpp"
#include "core/base/bytes.hpp"
#include "core/money/amount.hpp"

namespace clearspan::ethereum {

Bytes encode_balance_of(const Address& account);
Bytes encode_allowance(const Address& owner, const Address& spender);
Bytes encode_approve(const Address& spender, const Amount& amount);
Bytes encode_transfer(const Address& to, const Amount& amount);
Bytes encode_mint(const Address& to, const Amount& amount);  // contracts/TestToken.sol

// {"to":...,"data":...}; `input`, the newer name, is not known to every node.
std::string call_object(const Address& to, ByteView data);

}  // namespace clearspan::ethereum
