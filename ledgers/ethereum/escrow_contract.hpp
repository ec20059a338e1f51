// contracts/Escrow.sol as seen from outside: its calls as bytes, its logs as values. The contract's own text says what
// they mean.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "codecs/ethereum/types.hpp"
#include "core/chain/movement.hpp"
#include "ledgers/ethereum/abi.hpp"

namespace clearspan::ethereum {

// Keccak-256 of the runtime code that contracts/Escrow.sol compiles to. A test compares it with the compiler's output.
extern const Hash32 kEscrowCodeHash;

struct HoldItem {
  OperationRef ref;
  Address payer;
  Address token;
  Amount amount;
  Address payee;
  std::uint64_t not_after = 0;
  std::uint64_t reclaim_after = 0;
};

struct EndItem {
  OperationRef ref;
  HoldKey key;
};

struct PayItem {
  OperationRef ref;
  Address token;
  Amount amount;
  Address payee;
  std::uint64_t not_after = 0;
};

struct Batch {
  std::vector<HoldItem> holds;
  std::vector<EndItem> releases;
  std::vector<EndItem> refunds;
  std::vector<PayItem> payments;
};

Bytes encode_batch(const Batch& batch);

// The single calls, for people's own wallets, tests and instructions to payers.
Bytes encode_hold(const HoldItem& item);       // from the payer
Bytes encode_hold_from(const HoldItem& item);  // from an operator
Bytes encode_end(MovementKind release_or_refund, const EndItem& item);
Bytes encode_reclaim(const HoldKey& key);
Bytes encode_pay(const PayItem& item);
Bytes encode_set_operator(const Address& account, bool allowed);
Bytes encode_anchor(const Hash32& digest);
Bytes encode_total_held(const Address& token);

struct Held {
  OperationRef ref;
  HoldKey key;
  Address payer;
  Address payee;
  Address token;
  Amount amount;
  std::uint64_t reclaim_after = 0;
};

struct Released {
  OperationRef ref;
  HoldKey key;
  Address payer;
  Address payee;
  Address token;
  Amount amount;
};

struct Refunded {
  OperationRef ref;
  HoldKey key;
  Address payer;
  Address token;
  Amount amount;
  bool by_payer = false;
};

struct Paid {
  OperationRef ref;
  Address payer;
  Address payee;
  Address token;
  Amount amount;
};

struct Failed {
  OperationRef ref;
  HoldKey key;
  Address by;
  MovementKind kind = MovementKind::hold;
  Address payer;
  std::string reason;  // the name of the contract's error, such as "TooLate"
};

using EscrowEvent = std::variant<Held, Released, Refunded, Paid, Failed>;

// The event in a log of the contract; none for an event that moves no value. Errors: remote_malformed for a log that
// the contract cannot have written.
Result<std::optional<EscrowEvent>> decode_log(std::span<const Hash32> topics, ByteView data);

// A digest that somebody put on record through the contract.
struct Anchored {
  Address by;
  Hash32 digest;
};

// The anchor in a log of the contract; none for any other event. Errors: remote_malformed for a log that the contract
// cannot have written.
Result<std::optional<Anchored>> decode_anchor(std::span<const Hash32> topics, ByteView data);

const OperationRef& ref_of(const EscrowEvent& event);

}  // namespace clearspan::ethereum
