// The values that Ethereum's structures are made of.
#pragma once

#include <cstdint>
#include <optional>

#include "codecs/crypto/secp256k1.hpp"
#include "core/base/bytes.hpp"

namespace clearspan {
struct AmountTag;  // core/money/amount.hpp: AmountWord is the same type as Word below
}

namespace clearspan::ethereum {

struct AddressTag;
using Address = FixedBytes<AddressTag, 20>;
struct BloomTag;
using Bloom = FixedBytes<BloomTag, 256>;

// An unsigned 256-bit number, big-endian. Its order as bytes is its order as a number.
using Word = FixedBytes<AmountTag, 32>;

Word word_of(std::uint64_t number);

// The number, when it is below 2^64.
std::optional<std::uint64_t> as_u64(const Word& word);

// The bytes of the number without leading zeros: empty for zero. A view into `word`.
ByteView trimmed(const Word& word);

// The account of a key: the last 20 bytes of the hash of its point (Yellow Paper, appendix F).
Address address_of(const crypto::PublicKey& key);

// The account of the contract that `creator`'s txn with that sequence number (nonce) creates (Yellow Paper, section 7).
Address contract_address(const Address& creator, std::uint64_t nonce);

}  // namespace clearspan::ethereum
