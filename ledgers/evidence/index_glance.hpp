// What the trade index needs of a txn's records, read without making the rest of them. The bytes come from the log,
// which has verified them.
#pragma once

#include <cstdint>
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

struct TxnGlance {
  std::string_view ledger;
  TxnId id;
};

// Of a txn_signed or txn_closed. Errors: cbor_malformed. The views are into `record`.
Result<TxnGlance> glance_at_txn(ByteView record);

// The trades whose movements a txn_signed carries, each once, ascending. Errors: cbor_malformed.
Result<std::vector<TradeId>> trades_in(ByteView txn_attachment);

}  // namespace clearspan::evidence
