// Receipts: what became of each txn, committed to by the receipts root.
//
//   [status or state root, cumulativeGasUsed, logsBloom, logs], with the type's byte in front for typed txns (EIP-2718)
//   log: [address, topics, data]
//
// Before Byzantium (EIP-658) the first field was the state root after the txn, and nothing said whether it succeeded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/txn.hpp"
#include "codecs/ethereum/types.hpp"
#include "codecs/json/value.hpp"
#include "core/base/result.hpp"

namespace clearspan::ethereum {

inline constexpr std::size_t kTopicsMax = 4;  // the EVM has LOG0 to LOG4

struct Log {
  Address address;  // of the contract that emitted it
  std::array<Hash32, kTopicsMax> topics;
  std::uint8_t topic_count = 0;
  ByteView data;  // into the bytes that the receipt was decoded from
};

struct Receipt {
  TxnType type = TxnType::legacy;
  std::optional<bool> succeeded;  // none before Byzantium: it is not known
  Hash32 state_root;              // before Byzantium
  std::uint64_t cumulative_gas_used = 0;
  Bloom logs_bloom;
  std::size_t first_log = 0;  // its logs are consecutive in the list that decode_receipt fills
  std::size_t log_count = 0;
};

// The receipt of those bytes; its logs are appended to `logs`. Errors: receipt_malformed, rlp_malformed.
Result<Receipt> decode_receipt(ByteView raw, std::vector<Log>& logs);

// Appends the encoding of a receipt in JSON-RPC form. `root` counts if and only if it has 32 bytes; else `status` does.
// Error: receipt_malformed with the pointer of the field.
Status append_receipt_json(Buffer& out, json::Value receipt);

}  // namespace clearspan::ethereum
