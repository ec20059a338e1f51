// What the trade index needs of a record, read without making the rest of it. The bytes come from the log, which has
// verified them. Views are into the record.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "codecs/evidence/record.hpp"

namespace clearspan::evidence {

// The numbers of the records that the index looks at, or passes over unread (docs/evidence-format.md).
enum class RecordKind : std::uint8_t {
  engine_started = 1,
  trade_created = 2,
  trade_event = 3,
  txn_signed = 4,
  txn_closed = 5,
  view_advanced = 6,
  ledger_frozen = 7,
  holdings_checked = 11,
};

// The number as it stands in the record; of one without a number, 0.
inline RecordKind kind_of(ByteView record) {
  return static_cast<RecordKind>(record.size() < 2 ? 0 : record[1]);
}

// What a movement moves: asset, amount, who gives and who gets, as their bytes in the record. Equal terms have equal
// bytes, for a value has one encoding.
using TermBytes = ByteView;

struct LegGlance {
  LegRole role = LegRole::hold;
  Placement placement = Placement::engine;
  std::string_view ledger;
  TermBytes terms;
  std::string_view payer;
  std::string_view payee;
  LedgerTime reclaim_after;
};

struct CreationGlance {
  Timestamp at;
  TradeId trade;
  Timestamp created;
  std::vector<LegGlance> legs;
  std::optional<ReturnTerms> returned;
  std::string_view idempotency_key;
  Hash32 request_digest;
  std::uint32_t request_item = 0;
};

// Of a trade_created. Errors: cbor_malformed; `out` then holds anything.
Status glance_at_creation(ByteView record, CreationGlance& out);

// The numbers of events.
enum class EventKind : std::uint8_t {
  started = 1,
  outcome_final,
  movement_dead,
  movement_refused,
  prepare_deadline_passed,
  cancel_requested,
  decided,
};

struct EventGlance {
  Timestamp at;
  TradeId trade;
  EventKind kind = EventKind::started;
  Decision decision = Decision::abort;         // decided
  LegIndex leg = 0;                            // outcome_final, movement_dead and movement_refused, as is `movement`
  MovementKind movement = MovementKind::hold;  // the leg is the one that the ref names
  bool ok = false;                             // outcome_final, as is the rest
  std::string_view ledger;
  TermBytes terms;
  HoldKey hold_key;
  LedgerTime reclaim_after;
};

// Whose a trade_created or trade_event is. False, and nothing in `out`, for other records, and for one that does not
// look as almost all do.
bool find_trade(ByteView record, TradeId& out);

// Of a trade_event. Errors: cbor_malformed; `out` then holds anything.
Status glance_at_event(ByteView record, EventGlance& out);

struct TxnGlance {
  std::string_view ledger;
  TxnId id;
};

// Of a txn_signed or txn_closed. Errors: cbor_malformed.
Result<TxnGlance> glance_at_txn(ByteView record);

// The trades whose movements a txn_signed carries, one for each movement. Errors: cbor_malformed.
Result<std::vector<TradeId>> trades_in(ByteView txn_attachment);

}  // namespace clearspan::evidence
