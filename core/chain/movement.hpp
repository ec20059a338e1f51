// One movement of value that the engine asks of a ledger, and what a verified block says became of it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/chain/ids.hpp"
#include "core/money/amount.hpp"

namespace clearspan {

// What a movement does. A hold locks value; exactly one of release and refund ends it; a payment moves value at once.
enum class MovementKind : std::uint8_t { hold, release, refund, payment };

std::string_view to_string(MovementKind kind);

// The ledger time that never comes: a movement without an end of validity.
inline constexpr LedgerTime kNever{std::numeric_limits<std::uint64_t>::max()};

struct Movement {
  OperationRef ref;
  MovementKind kind = MovementKind::hold;
  AssetId asset;
  Amount amount;
  AccountId from;            // hold, payment: who gives. release, refund: the same account as in the hold
  AccountId to;              // hold, release: the payee on release. payment: the payee. refund: who gave
  HoldKey hold_key;          // release, refund: the hold to end. Zero otherwise
  LedgerTime not_after;      // the last ledger time at which it may take effect; kNever for one without an end
  LedgerTime reclaim_after;  // hold: from here on the payer may take the value back by itself; kNever if it never may
  std::uint8_t attempt = 0;  // release, refund: how many before it failed or died. Not part of what the ledger sees

  bool operator==(const Movement&) const = default;
};

// Names one movement among all that the engine ever asks for. A retried release has the same key.
struct MovementKey {
  OperationRef ref;
  MovementKind kind = MovementKind::hold;

  auto operator<=>(const MovementKey&) const = default;
};

inline MovementKey key_of(const Movement& movement) {
  return {movement.ref, movement.kind};
}

// Where a block proves something: everything needed to find the same fact again.
struct BlockPosition {
  Height height;
  BlockHash block;
  TxnId txn;
  std::uint32_t txn_index = 0;     // of the txn in its block
  std::uint32_t effect_index = 0;  // of the effect in its txn: a log on EVM, an operation on the simulated ledger

  bool operator==(const BlockPosition&) const = default;
};

// What one included txn did with one movement. `ok` false: it was included and had no effect (final once the block is).
struct Outcome {
  OperationRef ref;
  MovementKind kind = MovementKind::hold;
  bool ok = false;
  bool reclaimed = false;  // a refund that the payer took by itself, not by the engine's order
  AssetId asset;
  Amount amount;  // what was actually received, not what was asked
  AccountId from;
  AccountId to;
  HoldKey hold_key;          // hold: the key that it got. release, refund: the hold that it ended. Zero for payment
  LedgerTime reclaim_after;  // hold: as recorded by the ledger
  BlockPosition position;
  std::string reason;  // why it failed, in the ledger's words; empty when ok

  bool operator==(const Outcome&) const = default;
};

// The movement as its ledger shows it once it took effect, without a position. The key of a hold is the ledger's to
// give.
Outcome effect_of(const Movement& movement);

}  // namespace clearspan

template <>
struct std::hash<clearspan::MovementKey> {
  std::size_t operator()(const clearspan::MovementKey& key) const noexcept {
    const std::uint64_t leg_and_kind = key.ref.bytes[17] * std::size_t{4} + static_cast<std::size_t>(key.kind);
    return clearspan::mix(std::hash<clearspan::OperationRef>{}(key.ref) + leg_and_kind);
  }
};
