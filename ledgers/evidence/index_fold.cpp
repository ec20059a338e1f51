#include "ledgers/evidence/index_fold.hpp"

#include <algorithm>
#include <array>

#include "core/scenario/trade_id.hpp"
#include "ledgers/evidence/index_entries.hpp"
#include "ledgers/evidence/index_glance.hpp"
#include "ledgers/evidence/index_reads.hpp"

namespace clearspan::evidence {

IndexFold::IndexFold(IndexStore& store, const RecordFiles& files)
    : store_(store),
      files_(files),
      batch_(store),
      progress_(files, [this](const TradeId& trade) { return whole(trade); }) {}

Status IndexFold::apply(const rows::Place& place, const RecordBytes& bytes) {
  auto status = fold(place, bytes);
  if (status.ok()) return Done{};
  Error error = std::move(status).error();
  error.detail =
      "shard " + std::to_string(place.shard) + ", record " + std::to_string(place.sequence) + ": " + error.detail;
  return error;
}

Status IndexFold::fold(const rows::Place& place, const RecordBytes& bytes) {
  switch (kind_of(bytes.record)) {
    case RecordKind::engine_started:
    case RecordKind::view_advanced:
    case RecordKind::ledger_frozen:
    case RecordKind::holdings_checked:
      return Done{};  // they name no trade
    case RecordKind::trade_created:
      return create(place, bytes.record);
    case RecordKind::trade_event:
      return change(place, bytes.record);
    case RecordKind::txn_signed:
      return sign(place, bytes);
    case RecordKind::txn_closed:
      return close(place, bytes.record);
  }
  return note_other(place, bytes.record);
}

Status IndexFold::create(const rows::Place& place, ByteView bytes) {
  CLEARSPAN_CHECK_OK(glance_at_creation(bytes, creation_));
  const TradeId& trade = creation_.trade;
  Tracked& tracked = track(trade);
  if (tracked.is_known) return make_error(ErrorCode::log_corrupt, "trade " + to_string(trade) + " exists already");
  tracked.is_odd = !sorts_by_creation({creation_.created, trade});
  CLEARSPAN_TRY(const Standing standing, progress_.begin(tracked, creation_, bytes));
  const std::uint32_t check = rows::check_of(bytes);
  rows::TradePart& part = note(tracked, place, check);
  const std::uint32_t at = part.places.count() - 1;
  part.creation = {at, check, tracked.is_odd};
  part.state = {standing, at, creation_.at};
  list(place, tracked.is_odd);
  if (!creation_.idempotency_key.empty()) note_key(place);
  if (creation_.returned) batch_.put(rows::returns_key(creation_.returned->intended_for, trade), {});
  return Done{};
}

void IndexFold::list(const rows::Place& place, bool is_odd) {
  const rows::ListPosition position{creation_.created, creation_.trade};
  const std::int64_t bucket = bucket_of(position.created);
  if (is_odd) add_to_list({true, 0, bucket}, place, position);
  std::array<std::uint64_t, 2 * kLegsMax> accounts;
  std::size_t count = 0;
  const auto add = [&](std::string_view account) {
    const std::uint64_t digest = rows::account_digest(account);
    if (std::find(accounts.begin(), accounts.begin() + count, digest) != accounts.begin() + count) return;
    accounts[count++] = digest;
    add_to_list({false, digest, bucket}, place, position);
  };
  for (const LegGlance& leg : creation_.legs) {
    add(leg.payer);
    add(leg.payee);
  }
}

void IndexFold::add_to_list(const ListKey& list, const rows::Place& place, const rows::ListPosition& position) {
  ListRow& row = lists_[list];
  if (row.entries.empty()) row.first = place;
  put_entry(row.entries, position);
}

void IndexFold::note_key(const rows::Place& place) {
  keyed_.push_back({std::string(creation_.idempotency_key),
                    place.shard,
                    place.sequence,
                    creation_.request_digest,
                    {creation_.request_item, creation_.trade}});
}

Status IndexFold::change(const rows::Place& place, ByteView bytes) {
  EventGlance event;
  CLEARSPAN_CHECK_OK(glance_at_event(bytes, event));
  Tracked& tracked = track(event.trade);
  CLEARSPAN_TRY(const Progress::Change change, progress_.advance(tracked, event, bytes));
  CLEARSPAN_CHECK_OK(list_suspended(tracked, change));
  rows::TradePart& part = note(tracked, place, rows::check_of(bytes));
  part.state = {change.after, part.places.count() - 1, event.at};
  return Done{};
}

Status IndexFold::list_suspended(const Tracked& trade, const Progress::Change& change) {
  const bool is_suspended = change.after.phase == Phase::suspended;
  if (is_suspended == (change.before.phase == Phase::suspended)) return Done{};
  CLEARSPAN_TRY(const Timestamp at, created(trade));
  const std::string key = rows::list_key(rows::suspended_list(), {at, trade.trade});
  is_suspended ? batch_.put(key, {}) : batch_.remove(key);
  return Done{};
}

Status IndexFold::sign(const rows::Place& place, const RecordBytes& bytes) {
  CLEARSPAN_TRY(const TxnGlance txn, glance_at_txn(bytes.record));
  CLEARSPAN_TRY(auto trades, trades_in(bytes.attachment));
  note_txn(trades, place, bytes.record);
  std::string key = rows::txn_key(txn.ledger, txn.id);
  OpenTxn& open = txns_[key];
  open_txn_trades_ += trades.size() - open.trades.size();
  open.place = place;
  open.trades = std::move(trades);
  signed_.push_back(std::move(key));
  return Done{};
}

Status IndexFold::close(const rows::Place& place, ByteView bytes) {
  CLEARSPAN_TRY(const TxnGlance txn, glance_at_txn(bytes));
  const std::string key = rows::txn_key(txn.ledger, txn.id);
  const auto found = txns_.find(key);
  if (found == txns_.end()) {
    CLEARSPAN_TRY(const auto trades, take_stored_txn(key));
    note_txn(trades, place, bytes);
    return Done{};
  }
  const OpenTxn open = std::move(found->second);
  open_txn_trades_ -= open.trades.size();
  txns_.erase(found);
  if (open.is_stored) batch_.remove(key);
  note_txn(open.trades, place, bytes);
  return Done{};
}

// The trades of a txn that is not in memory; none when it was never signed.
Result<std::vector<TradeId>> IndexFold::take_stored_txn(const std::string& key) {
  CLEARSPAN_TRY(const auto value, store_.get(key));
  if (!value) return std::vector<TradeId>();
  const auto place = rows::parse_place(*value);
  if (!place) return make_error(ErrorCode::storage_failed, "trade index: a txn's place is damaged");
  CLEARSPAN_TRY(const ReadRecord record, files_.read(*place));
  if (kind_of(record.bytes().record) != RecordKind::txn_signed) return files_.corrupt(*place, "not a signed txn");
  batch_.remove(key);
  return trades_in(record.bytes().attachment);
}

// A trade that no record creates yet waits for it with what is said of it.
void IndexFold::note_txn(const std::vector<TradeId>& trades, const rows::Place& place, ByteView record) {
  const std::uint32_t check = rows::check_of(record);
  for_each_ahead(
      trades, [&](const TradeId& trade) { note(track(trade), place, check); },
      [&](const TradeId& trade) { expect(trade); }, [&](const TradeId& trade) { expect_sooner(trade); });
}

void IndexFold::expect_sooner(const TradeId& trade) const {
  const Tracked* const tracked = trades_.find(trade);
  if (!tracked || tracked->pending == 0) return;
  fetch(&pending_[tracked->pending - 1], kUsualBytes);
}

Status IndexFold::note_other(const rows::Place& place, ByteView bytes) {
  CLEARSPAN_TRY(const Record record, decode_without_attachment(bytes));
  const RecordBody& body = record.body;
  if (const auto* described = std::get_if<LedgerDescribed>(&body)) {
    batch_.put(rows::description_key(described->description.ledger, place), {});
  } else if (const auto* proven = std::get_if<LedgerProof>(&body)) {
    batch_.put(rows::proof_key(proven->proof.block, place), {});
  } else if (const auto* left_out = std::get_if<ProofLeftOut>(&body)) {
    batch_.put(rows::proof_key(left_out->block, place), {});
  } else if (std::holds_alternative<Anchored>(body)) {
    batch_.put(rows::anchor_key(place), {});
  }
  return Done{};
}

Tracked& IndexFold::track(const TradeId& trade) {
  Tracked* const found = trades_.find(trade);
  return found ? *found : trades_.insert(trade);
}

// What the store says of the trade, and what the next commit adds.
Result<rows::TradePart> IndexFold::whole(const TradeId& trade) {
  CLEARSPAN_TRY(auto stored, TradeRows(store_).find(trade));
  rows::TradePart all = stored ? std::move(*stored) : rows::TradePart{};
  const Tracked* const tracked = trades_.find(trade);
  const bool is_whole = !tracked || tracked->pending == 0 || all.append(pending_[tracked->pending - 1].part);
  if (!is_whole) return make_error(ErrorCode::storage_failed, "trade index: records of a trade that do not ascend");
  return all;
}

// When the trade was created: its id says so, or its first record.
Result<Timestamp> IndexFold::created(const Tracked& trade) {
  if (!trade.is_odd) return created_at(trade.trade);
  CLEARSPAN_TRY(const rows::TradePart all, whole(trade.trade));
  CLEARSPAN_TRY(const LoadedTrade loaded, load_records(files_, trade.trade, all, Detail::events_only));
  return loaded.snapshot.summary.created;
}

rows::TradePart& IndexFold::note(Tracked& tracked, const rows::Place& place, std::uint32_t record_check) {
  if (tracked.pending == 0) {
    if (pending_count_ == pending_.size()) pending_.emplace_back();
    Pending& added = pending_[pending_count_++];
    added.trade = tracked.trade;
    added.part.clear();
    tracked.pending = static_cast<std::uint32_t>(pending_count_);
  }
  rows::TradePart& part = pending_[tracked.pending - 1].part;
  if (part.places.ends_with(place)) return part;  // another movement of the trade in the same txn
  part.places.add(place);
  part.check += record_check;
  return part;
}

}  // namespace clearspan::evidence
