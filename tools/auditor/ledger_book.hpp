// A ledger's own book: every effect of its blocks, and who has what at the end. It says nothing of trades and is made
// without the engine: from a simulated ledger (simulated_book.hpp), an EVM node (evm_book.hpp) or a file
// (book_file.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/chain/movement.hpp"

namespace clearspan::audit {

// What one step of an included txn did: a movement of value, or a digest put on record.
struct BookEffect {
  Outcome outcome;               // with its position; of an anchor only ref, ok and position mean something
  std::optional<Hash32> anchor;  // the digest
};

struct BookTxn {
  TxnId id;
  Height height;
  std::uint32_t index = 0;  // in its block
  std::string signer;       // the key or address that signed it, as signer_key_of() writes those of recorded txns
  Sequence sequence;        // 0 where the ledger has no such notion
  bool ok = false;          // false: it was included and had no effect at all
  std::vector<BookEffect> effects;
};

struct BookBlock {
  BlockHash hash;
  LedgerTime time;
};

// An account whose balance the effects alone explain.
struct BookAccount {
  AccountId account;
  AssetId asset;
  Amount at_start;
  Amount now;
};

struct BookEscrow {
  AssetId asset;
  Amount held;     // what the ledger says is held, all open holds together
  Amount balance;  // what the escrow account has
};

struct BookHold {
  HoldKey key;
  OperationRef ref;
  AssetId asset;
  Amount amount;
  AccountId payer;
  AccountId payee;
};

struct LedgerBook {
  LedgerId ledger;
  std::string kind;  // "simulated", "ethereum"
  Height height;     // of the last block here, and of all balances
  Height final_height;
  Height first;                       // of the first block here
  std::vector<BookBlock> blocks;      // by height, from `first`
  std::vector<BookTxn> txns;          // in the order of the ledger
  std::vector<BookAccount> accounts;  // all accounts with all assets; empty where other things move balances too
  std::vector<BookEscrow> escrow;
  std::optional<std::vector<BookHold>> open_holds;  // by key; none where the ledger cannot list them

  [[nodiscard]] const BookBlock* block_at(Height at) const {
    if (at < first || at.value - first.value >= blocks.size()) return nullptr;
    return &blocks[at.value - first.value];
  }
};

}  // namespace clearspan::audit
