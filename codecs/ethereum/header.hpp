// A block's header, of every fork from Frontier to Osaka (Yellow Paper, section 4.3). The block hash is the Keccak hash
// of its RLP encoding, a list of fifteen fields and, fork by fork, up to six more:
//   London baseFeePerGas | Shanghai withdrawalsRoot | Cancun blobGasUsed, excessBlobGas, parentBeaconBlockRoot |
//   Prague requestsHash
// A later fork's never occur without all earlier ones; only anvil gives the first block of a chain with an older fork
// the two blob gas fields behind those of its fork. That cannot be mistaken for another header: a number of 8 bytes
// stands where the withdrawals root or the beacon root has 32. extraData has 32 bytes at most on mainnet, and more
// under Clique.
#pragma once

#include <cstdint>
#include <optional>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/types.hpp"
#include "codecs/json/value.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::ethereum {

struct HeaderNonceTag;
using HeaderNonce = FixedBytes<HeaderNonceTag, 8>;  // of proof of work; zero since the merge

struct Header {
  BlockHash parent_hash;
  Hash32 uncles_hash;
  Address beneficiary;
  Hash32 state_root;
  Hash32 transactions_root;
  Hash32 receipts_root;
  Bloom logs_bloom;
  Word difficulty;
  std::uint64_t number = 0;
  std::uint64_t gas_limit = 0;
  std::uint64_t gas_used = 0;
  std::uint64_t timestamp = 0;  // Unix seconds
  ByteView extra_data;          // into the bytes that the header was decoded from
  Hash32 mix_hash;
  HeaderNonce nonce;
  std::optional<Word> base_fee_per_gas;
  std::optional<Hash32> withdrawals_root;
  std::optional<std::uint64_t> blob_gas_used;
  std::optional<std::uint64_t> excess_blob_gas;
  std::optional<Hash32> parent_beacon_block_root;
  std::optional<Hash32> requests_hash;
};

// The hash of an empty list of uncles: Keccak of one byte 0xc0.
extern const Hash32 kEmptyUnclesHash;

// The header of exactly those bytes. Errors: rlp_malformed.
Result<Header> decode_header(ByteView rlp);

// Appends the encoding of the header, in that order.
void append_header(Buffer& out, const Header& header);

BlockHash header_hash(const Header& header);

// Appends the encoding of a header in JSON-RPC form; other fields of the object are passed over. Error: not_a_block
// with the pointer of the field.
Status append_header_json(Buffer& out, json::Object block);

}  // namespace clearspan::ethereum
