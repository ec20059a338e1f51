// The rows of the trade index: how its keys sort and what its values hold. Numbers in keys are big-endian, so that they
// sort as numbers.
//
//   m                                        whose index this is: format and logs
//   n  shard                              -> applied sequence and the head there
//   s  trade                              -> summary without the plan
//   h  trade shard sequence               -> record; empty for a TxnSigned, which stands once under r
//   r  shard sequence                     -> TxnSigned record with its attachment
//   t  ledger txn                         -> shard and sequence of its TxnSigned
//   c  created trade                         all trades by creation
//   a  account created trade                 the same per account of a leg
//   u  created trade                         the same, suspended ones only
//   k  idempotency key, shard sequence    -> trade, request digest, item
//   x  trade, returning trade                what was sent back in a trade's name
//   p  block hash, shard sequence            LedgerProof or ProofLeftOut of the block
//   d  ledger, shard sequence                LedgerDescribed
//   o  shard sequence                        Anchored
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "codecs/evidence/record.hpp"
#include "core/base/clock.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/evidence/index.hpp"

namespace clearspan::evidence::rows {

// Everything of a summary but its plan, which is in the trade's first record.
struct SummaryRow {
  std::uint16_t shard = 0;
  Phase phase = Phase::preparing;
  AbortReason abort_reason = AbortReason::none;
  std::optional<SuspendReason> suspend_reason;
  Timestamp created;
  Timestamp updated;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::string idempotency_key;
};

struct IdempotencyRow {
  TradeId trade;
  Hash32 request_digest;
  std::uint32_t request_item = 0;
};

// A record's place.
struct Place {
  std::uint16_t shard = 0;
  std::uint64_t sequence = 0;
};

std::string identity_key();
std::string identity_value(const IndexOptions& options);

std::string applied_key(std::uint16_t shard);
std::string applied_value(const LogPosition& position);
std::optional<LogPosition> parse_applied(std::string_view value);

std::string summary_key(const TradeId& trade);
std::string summary_value(const SummaryRow& row);
Result<SummaryRow> parse_summary(std::string_view value);

std::string history_prefix(const TradeId& trade);
std::string history_key(const TradeId& trade, const Place& place);
Place place_of_history_key(std::string_view key);

std::string txn_record_key(const Place& place);
std::string record_value(const RecordBytes& bytes);
Result<Record> parse_record(std::string_view value);
std::string txn_key(const LedgerId& ledger, const TxnId& txn);
std::string place_value(const Place& place);
std::optional<Place> parse_place(std::string_view value);

// Lists: a prefix that says which one, then the time of creation and the trade.
std::string all_list();
std::string account_list(const AccountId& account);
std::string suspended_list();
std::string list_key(const std::string& list, Timestamp created, const TradeId& trade);
Timestamp created_of_list_key(std::string_view key);
TradeId trade_of_list_key(std::string_view key);

std::string idempotency_prefix(const std::string& key);
std::string idempotency_key(const std::string& key, const Place& place);
std::string idempotency_value(const IdempotencyRow& row);
Result<IdempotencyRow> parse_idempotency(std::string_view value);

std::string returns_prefix(const TradeId& trade);
std::string returns_key(const TradeId& trade, const TradeId& returning);
TradeId returning_trade_of_key(std::string_view key);

// Places of records that export needs; each ends in the place, so that a prefix lists them in the order of the log.
std::string proof_prefix(const BlockHash& block, std::uint16_t shard);
std::string proof_key(const BlockHash& block, const Place& place);
std::string description_prefix(const LedgerId& ledger, std::uint16_t shard);
std::string description_key(const LedgerId& ledger, const Place& place);
std::string anchor_prefix(std::uint16_t shard);
std::string anchor_key(const Place& place);
Place place_at_end_of_key(std::string_view key);

// A cursor names the last trade of a page and the filter that the list was made with.
struct CursorPosition {
  Timestamp created;
  TradeId trade;
};

std::string make_cursor(const TradeFilter& filter, const CursorPosition& position);

// Errors: invalid_cursor for anything that make_cursor did not make for this filter.
Result<CursorPosition> parse_cursor(const TradeFilter& filter, const std::string& cursor);

}  // namespace clearspan::evidence::rows
