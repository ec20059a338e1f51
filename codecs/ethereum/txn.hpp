// Ethereum's txns: the five types, their bytes, what their senders sign and who that was.
//
//   legacy       [nonce, gasPrice, gas, to, value, data, v, r, s]; v is 27 + parity, or 35 + 2 * chainId + parity
//   (EIP-155) access_list  01 [chainId, nonce, gasPrice, gas, to, value, data, accessList, parity, r, s] (EIP-2930)
//   dynamic_fee  02 [chainId, nonce, priorityFee, maxFee, gas, to, value, data, accessList, parity, r, s]    (EIP-1559)
//   blob         03 [..., accessList, maxFeePerBlobGas, blobHashes, parity, r, s]                            (EIP-4844)
//   set_code     04 [..., accessList, authorizations, parity, r, s]                                          (EIP-7702)
//
// The id of a txn is the Keccak hash of all its bytes, signature included (EIP-2718).
#pragma once

#include <cstdint>
#include <optional>

#include "codecs/crypto/secp256k1.hpp"
#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/types.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::ethereum {

enum class TxnType : std::uint8_t { legacy = 0, access_list = 1, dynamic_fee = 2, blob = 3, set_code = 4 };

// The views point into the bytes that the txn was decoded from, or into those that its builder owns.
struct Txn {
  TxnType type = TxnType::legacy;
  std::optional<std::uint64_t> chain_id;  // none only for legacy: valid on every chain
  std::uint64_t nonce = 0;
  Word gas_price;                 // legacy and access_list
  Word max_priority_fee_per_gas;  // the others
  Word max_fee_per_gas;           // the others
  std::uint64_t gas_limit = 0;
  std::optional<Address> to;  // none: the txn creates a contract
  Word value;
  ByteView data;
  ByteView access_list;       // the RLP list, header included; empty stands for the empty list
  Word max_fee_per_blob_gas;  // blob
  ByteView blob_hashes;       // blob: the RLP list, header included
  ByteView authorizations;    // set_code: the RLP list, header included
  crypto::Signature signature;
};

// The txn of those bytes, every nested list checked for its shape. Errors: txn_malformed, rlp_malformed.
Result<Txn> decode_txn(ByteView raw);

// Appends the txn with its signature.
void append_txn(Buffer& out, const Txn& txn);
Bytes encode_txn(const Txn& txn);

// What the sender signs: the txn without signature, and for legacy txns with a chain id the id and two zeros (EIP-155).
Bytes signing_payload(const Txn& txn);
Hash32 signing_hash(const Txn& txn);

// The id of the txn with these bytes.
TxnId txn_id(ByteView raw);

struct SignedBytes {
  Bytes raw;
  TxnId id;
};

// Signs the txn as it stands; its own signature field is ignored. Error: key_invalid.
Result<SignedBytes> sign_txn(const Txn& txn, const crypto::SecretKey& key);

// EIP-2, since Homestead: of the two forms of a signature only the one with the lower s is valid.
enum class HighS : std::uint8_t { refused, accepted };

// Who signed. Errors: signature_invalid.
Result<Address> sender_of(const Txn& txn, HighS high_s);

// The v field of a legacy txn.
Word legacy_v(const Txn& txn);

}  // namespace clearspan::ethereum
