// The rows of the trade index: how its keys sort and what its values hold. Numbers in keys are big-endian, so that they
// sort as numbers. Records stand in the logs; rows say where (index_places.hpp).
//
//   m                                        whose index this is: format and logs
//   n  shard                              -> applied sequence and the head there
//   s  trade                              -> where it stands and the places of its records; ids that sort by creation
//   S  trade                              -> the same for other ids
//   w  trade                              -> places of txns of a trade that no record has created yet
//   v                                     -> how many rows there are under w
//   t  ledger txn                         -> place of its TxnSigned, until it is closed
//   c  bucket place                       -> trades under S by creation (index_lists.hpp)
//   a  account's digest, bucket place     -> trades by creation, per account of a leg
//   u  created trade                         suspended trades
//   k  idempotency key, shard sequence    -> request digest, trades and items
//   x  trade, returning trade                what was sent back in a trade's name
//   p  block hash, shard sequence            LedgerProof or ProofLeftOut of the block
//   d  ledger, shard sequence                LedgerDescribed
//   o  shard sequence                        Anchored
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/index_places.hpp"

namespace clearspan::evidence::rows {

// Where a trade stands, without what its first record says.
struct TradeRow {
  Phase phase = Phase::preparing;
  AbortReason abort_reason = AbortReason::none;
  std::optional<SuspendReason> suspend_reason;
  Timestamp updated;
  std::uint64_t last_sequence = 0;        // of its last event
  std::optional<std::uint32_t> creation;  // which of the places; none before the trade is created
  std::uint32_t creation_check = 0;       // check_of() of that record
  std::uint32_t check = 0;                // next_check() over all its records
  PackedPlaces places;
};

struct IdempotencyRow {
  Hash32 request_digest;
  std::vector<IdempotencyEntry::Item> items;
};

// Where a trade stands in a list: lists are ordered by it.
struct ListPosition {
  Timestamp created;
  TradeId trade;

  auto operator<=>(const ListPosition&) const = default;
};

// Shows that a record's bytes are not those that were indexed: against damage, not against an attacker, for whom the
// logs are checked.
std::uint32_t check_of(ByteView record);
std::uint32_t next_check(std::uint32_t check, std::uint32_t record_check);

// Two accounts may have the same one, so a list by it holds what does not match.
std::uint64_t digest_of(const AccountId& account);

std::string identity_key();
std::string identity_value(const IndexOptions& options);

std::string applied_key(std::uint16_t shard);
std::string applied_value(const LogPosition& position);
std::optional<LogPosition> parse_applied(std::string_view value);

std::string all_trades();
std::string trade_key(const TradeId& trade);
std::string odd_trade_key(const TradeId& trade);
std::string waiting_key(const TradeId& trade);
TradeId trade_of_key(std::string_view key);
std::string trade_value(const TradeRow& row);
Result<TradeRow> parse_trade(std::string_view value);

std::string waiting_count_key();
std::string waiting_count_value(std::uint64_t count);
std::optional<std::uint64_t> parse_waiting_count(std::string_view value);

std::string txn_key(std::string_view ledger, const TxnId& txn);
std::string place_value(const Place& place);
std::optional<Place> parse_place(std::string_view value);

// Lists: a prefix that says which one, then the bucket or the position.
std::string odd_list();
std::string account_list(std::uint64_t digest);
std::string suspended_list();
std::string list_key(const std::string& list, const ListPosition& position);
ListPosition position_of_list_key(std::string_view key);
std::string bucket_key(const std::string& list, std::int64_t bucket);
std::string packed_key(const std::string& list, std::int64_t bucket, std::uint16_t shard, std::uint64_t sequence);
std::int64_t bucket_of_key(std::string_view key);

// Behind a prefix, sorts above every key that starts with it.
std::string behind_all();

std::string idempotency_prefix(std::string_view key);
std::string idempotency_key(std::string_view key, std::uint16_t shard, std::uint64_t sequence);
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
std::uint64_t sequence_at_end_of_key(std::string_view key);

// A cursor names the last trade of a page and the filter that the list was made with.
std::string make_cursor(const TradeFilter& filter, const ListPosition& position);

// Errors: invalid_cursor for anything that make_cursor did not make for this filter.
Result<ListPosition> parse_cursor(const TradeFilter& filter, const std::string& cursor);

}  // namespace clearspan::evidence::rows
