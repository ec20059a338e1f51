// Txns as nodes serve them in JSON, turned into the bytes that their ids and the transactions root commit to.
#pragma once

#include <optional>

#include "codecs/ethereum/buffer.hpp"
#include "codecs/ethereum/types.hpp"
#include "codecs/json/value.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::ethereum {

// What the JSON says besides the txn's own fields. Nothing commits to it.
struct StatedTxn {
  std::optional<TxnId> hash;
  std::optional<Address> from;
};

// Appends the txn's bytes as they stand in a block. The type decides which fields count; without one the txn is legacy.
// Error: txn_malformed with the pointer of the field.
Result<StatedTxn> append_txn_json(Buffer& out, json::Value txn);

}  // namespace clearspan::ethereum
