// The rows of the trade index: how its keys sort and what its values hold. Numbers in keys are big-endian, so that they
// sort as numbers. Records stand in the logs; rows say where (index_places.hpp).
//
//   m                                        whose index this is: format and logs
//   n  shard                              -> applied sequence and the head there
//   s  bucket                             -> where trades stand and the places of their records (index_runs.hpp)
//   t  ledger txn                         -> place of its TxnSigned, until it is closed
//   c  bucket place                       -> trades by creation whose ids do not sort by it (index_lists.hpp)
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

// Two accounts may have the same one, so a list by it holds what does not match.
std::uint64_t account_digest(std::string_view account);

std::string identity_key();
std::string identity_value(const IndexOptions& options);

std::string applied_key(std::uint16_t shard);
std::string applied_value(const LogPosition& position);
std::optional<LogPosition> parse_applied(std::string_view value);

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
