// The book of an EVM chain as far as an escrow contract is concerned, from one node's JSON-RPC: the contract's events
// with the txns that caused them, what the contract says that it holds, and what it has. Hashes are recomputed by
// codecs/ethereum, so a node can leave out blocks at the end and nothing else.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/chain/proof.hpp"
#include "tools/auditor/ledger_book.hpp"

namespace clearspan::audit {

// `described` says where the escrow is, which tokens there are, and when a block is final (depth 0: by the node's
// `finalized` tag). Txns of `accounts` are in the book whatever they do. `first`: no block before it concerns the
// contract. Errors: those of JsonRpc and of ethereum::decode_block; parent_mismatch when the chain changes meanwhile;
// config_invalid for a description that is not of an EVM chain.
Result<LedgerBook> read_evm_book(std::string_view url, const LedgerDescription& described,
                                 const std::vector<AccountId>& accounts, Height first, Millis timeout);

}  // namespace clearspan::audit
