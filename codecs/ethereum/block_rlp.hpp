// A block in the form in which nodes exchange and store it: [header, txns, uncles] and, since Shanghai, [..,
// withdrawals]. In the list a legacy txn is a list itself, and a typed one is a string with its bytes (EIP-2718).
#pragma once

#include <optional>
#include <vector>

#include "codecs/ethereum/header.hpp"
#include "core/base/result.hpp"

namespace clearspan::ethereum {

// Views into the bytes that the block was decoded from.
struct RlpBlock {
  Header header;
  BlockHash hash;              // recomputed
  std::vector<ByteView> txns;  // the bytes of each
  ByteView uncles;             // the list of their headers, encoded
  std::optional<std::vector<ByteView>> withdrawals;
};

// The block whose bytes `input` starts with; what follows them is left in `input`. Nothing is compared yet. Error:
// rlp_malformed.
Result<RlpBlock> take_block_rlp(ByteView& input);

// Recomputes the roots and the uncles' hash. Errors: transactions_root_mismatch, withdrawals_root_mismatch,
// uncles_hash_mismatch.
Status check_roots(const RlpBlock& block);

}  // namespace clearspan::ethereum
