// The two forms of hexadecimal in JSON-RPC answers: quantities ("0x0", "0x1f": no leading zeros) and data ("0x",
// "0x00ff": whole bytes), and account addresses. Source: Ethereum execution APIs, "Base types"; EIP-55 for the letters
// of addresses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codecs/ethereum/types.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "core/money/amount.hpp"

namespace clearspan::ethereum {

std::string to_quantity(std::uint64_t number);
std::string to_quantity(const Amount& amount);

// Errors: remote_malformed.
Result<std::uint64_t> read_quantity_u64(std::string_view text);
Result<Amount> read_quantity(std::string_view text);
Result<Bytes> read_data(std::string_view text);
Result<Hash32> read_hash(std::string_view text);

// An address in lower case is the account's canonical notation.
AccountId account_of(const Address& address);
std::string to_text(const Address& address);

// "0x" and 40 hexadecimal digits. With letters of both cases it must be the checksum form of EIP-55. The zero address
// is nobody's account. Errors: unknown_account.
Result<Address> parse_account(std::string_view text);

// EIP-55: the letters' cases are a checksum.
std::string to_checksum_text(const Address& address);

}  // namespace clearspan::ethereum
