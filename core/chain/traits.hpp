// What the rules need to know of a ledger: its clock, its pace and when it calls a block final.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/chain/ids.hpp"

namespace clearspan {

// What LedgerTime counts on a ledger. Both are proven by block data.
enum class ClockKind : std::uint8_t { height, unix_seconds };

struct Asset {
  AssetId id;
  unsigned scale = 0;  // decimal places of the unit that people use

  bool operator==(const Asset&) const = default;
};

struct LedgerTraits {
  LedgerId id;
  ClockKind clock = ClockKind::height;
  Millis block_interval{1000};     // expected time between blocks
  Millis finality_max{0};          // from inclusion to final by policy, at the expected pace
  std::uint64_t txn_validity = 0;  // ledger time that a release or refund stays valid once signed; 0: for ever
  std::uint32_t movements_per_txn_max = 1;
  bool has_sequence = false;  // txns of an account are ordered by a sequence number
  bool has_reclaim = false;   // the payer may take a hold back by itself after reclaim_after
  std::vector<Asset> assets;
  AccountId held_in;   // the account whose balance is all that open holds keep; empty where the ledger has none
  std::string escrow;  // where payers deposit by themselves: a contract's address; empty where holds need no address
};

}  // namespace clearspan
