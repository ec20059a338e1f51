#include "ledgers/evidence/index_fold.hpp"

#include <algorithm>

#include "ledgers/evidence/index_entries.hpp"
#include "ledgers/evidence/index_glance.hpp"
#include "ledgers/evidence/index_reads.hpp"

namespace clearspan::evidence {

Status IndexFold::open() {
  CLEARSPAN_TRY(const auto value, store_.get(rows::waiting_count_key()));
  waiting_ = value ? rows::parse_waiting_count(*value).value_or(0) : 0;
  return Done{};
}

Status IndexFold::apply(std::uint16_t shard, const RecordRef& ref) {
  auto status = fold({shard, ref.sequence, ref.at}, ref.bytes);
  if (!status.ok()) {
    Error error = std::move(status).error();
    error.detail = "shard " + std::to_string(shard) + ", record " + std::to_string(ref.sequence) + ": " + error.detail;
    return error;
  }
  reached_[shard] = {ref.sequence, ref.head};
  return Done{};
}

Status IndexFold::fold(const rows::Place& place, const RecordBytes& bytes) {
  switch (kind_of(bytes.record)) {
    case RecordKind::engine_started:
    case RecordKind::view_advanced:
    case RecordKind::ledger_frozen:
    case RecordKind::holdings_checked:
      return Done{};  // they name no trade
    case RecordKind::txn_signed:
      return sign(place, bytes);
    case RecordKind::txn_closed:
      return close(place, bytes.record);
    case RecordKind::trade_created:
    case RecordKind::trade_event:
      break;
  }
  CLEARSPAN_TRY(Record record, decode_without_attachment(bytes.record));
  if (const auto* event = std::get_if<TradeEvent>(&record.body)) return change(place, bytes.record, record.at, *event);
  if (auto* created = std::get_if<TradeCreated>(&record.body)) {
    return create(place, bytes.record, record.at, std::move(*created));
  }
  note_other(place, record.body);
  return Done{};
}

Status IndexFold::create(const rows::Place& place, ByteView bytes, Timestamp at, TradeCreated body) {
  const TradeId trade = body.plan.id;
  const auto [found, is_new] = trades_.try_emplace(trade);
  Tracked& tracked = found->second;
  if (tracked.row.creation) return make_error(ErrorCode::log_corrupt, "trade " + to_string(trade) + " exists already");
  if (is_new && waiting_ > 0) {
    CLEARSPAN_TRY(const auto value, store_.get(rows::waiting_key(trade)));
    tracked.is_stored_as_waiting = value.has_value();
    if (value) {
      CLEARSPAN_TRY(tracked.row, rows::parse_trade(*value));
    }
  }
  tracked.created = body.plan.created;
  tracked.is_odd = !sorts_by_creation({body.plan.created, trade});
  tracked.row.creation = tracked.row.places.count();
  tracked.row.creation_check = rows::check_of(bytes);
  note(trade, tracked, place, tracked.row.creation_check);
  list(place, body, tracked.is_odd);
  if (!body.idempotency_key.empty()) {
    keyed_.push_back({std::move(body.idempotency_key),
                      place.shard,
                      place.sequence,
                      body.request_digest,
                      {body.request_item, trade}});
  }
  tracked.plan = std::make_shared<const Plan>(std::move(body.plan));
  tracked.state = initial_state(*tracked.plan);
  note_state(tracked, at, place.sequence);
  return Done{};
}

void IndexFold::list(const rows::Place& place, const TradeCreated& body, bool is_odd) {
  const rows::ListPosition position{body.plan.created, body.plan.id};
  if (is_odd) odd_.push_back({0, position, place.shard, place.sequence});
  const std::size_t first = by_account_.size();
  const auto add = [&](const AccountId& account) {
    const std::uint64_t digest = rows::digest_of(account);
    for (std::size_t i = first; i < by_account_.size(); ++i) {
      if (by_account_[i].account == digest) return;
    }
    by_account_.push_back({digest, position, place.shard, place.sequence});
  };
  for (const Leg& leg : body.plan.legs) {
    add(leg.payer);
    add(leg.payee);
  }
  if (body.plan.returned) batch_.put(rows::returns_key(body.plan.returned->intended_for, body.plan.id), {});
}

Status IndexFold::change(const rows::Place& place, ByteView bytes, Timestamp at, const TradeEvent& body) {
  CLEARSPAN_TRY(Tracked* const tracked, find(body.trade));
  if (!tracked || !tracked->row.creation) {
    return make_error(ErrorCode::log_corrupt, "trade " + to_string(body.trade) + " was never created");
  }
  if (!tracked->plan) CLEARSPAN_CHECK_OK(restore(body.trade, *tracked));
  CLEARSPAN_TRY(auto step, advance(*tracked->plan, std::move(tracked->state), body.event));
  tracked->state = std::move(step.next);
  note(body.trade, *tracked, place, rows::check_of(bytes));
  note_state(*tracked, at, place.sequence);
  return Done{};
}

Status IndexFold::sign(const rows::Place& place, const RecordBytes& bytes) {
  CLEARSPAN_TRY(const TxnGlance txn, glance_at_txn(bytes.record));
  CLEARSPAN_TRY(auto trades, trades_in(bytes.attachment));
  CLEARSPAN_CHECK_OK(note_txn(trades, place, bytes.record));
  std::string key = rows::txn_key(txn.ledger, txn.id);
  OpenTxn& open = txns_[key];
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
    return note_txn(trades, place, bytes);
  }
  const OpenTxn open = std::move(found->second);
  txns_.erase(found);
  if (open.is_stored) batch_.remove(key);
  return note_txn(open.trades, place, bytes);
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

Status IndexFold::note_txn(const std::vector<TradeId>& trades, const rows::Place& place, ByteView record) {
  const std::uint32_t check = rows::check_of(record);
  for (const TradeId& trade : trades) {
    CLEARSPAN_TRY(Tracked* const tracked, find_or_wait(trade));
    note(trade, *tracked, place, check);
  }
  return Done{};
}

void IndexFold::note_other(const rows::Place& place, const RecordBody& body) {
  if (const auto* described = std::get_if<LedgerDescribed>(&body)) {
    batch_.put(rows::description_key(described->description.ledger, place), {});
  } else if (const auto* proven = std::get_if<LedgerProof>(&body)) {
    batch_.put(rows::proof_key(proven->proof.block, place), {});
  } else if (const auto* left_out = std::get_if<ProofLeftOut>(&body)) {
    batch_.put(rows::proof_key(left_out->block, place), {});
  } else if (std::holds_alternative<Anchored>(body)) {
    batch_.put(rows::anchor_key(place), {});
  }
}

// Null when no record names the trade.
Result<IndexFold::Tracked*> IndexFold::find(const TradeId& trade) {
  if (const auto found = trades_.find(trade); found != trades_.end()) return &found->second;
  CLEARSPAN_TRY(auto stored, load_row(store_, trade));
  if (!stored) return static_cast<Tracked*>(nullptr);
  Tracked& tracked = trades_[trade];
  tracked.row = std::move(stored->row);
  tracked.is_odd = stored->is_odd;
  if (tracked.row.phase == Phase::suspended) {
    CLEARSPAN_CHECK_OK(restore(trade, tracked));
    tracked.is_listed_as_suspended = true;
  }
  return &tracked;
}

// The same; a trade that no record creates yet waits for it with the places that it has.
Result<IndexFold::Tracked*> IndexFold::find_or_wait(const TradeId& trade) {
  CLEARSPAN_TRY(Tracked* const found, find(trade));
  if (found) return found;
  Tracked& tracked = trades_[trade];
  if (waiting_ == 0) return &tracked;
  CLEARSPAN_TRY(const auto value, store_.get(rows::waiting_key(trade)));
  tracked.is_stored_as_waiting = value.has_value();
  if (value) {
    CLEARSPAN_TRY(tracked.row, rows::parse_trade(*value));
  }
  return &tracked;
}

// Its plan, and its state from all its events.
Status IndexFold::restore(const TradeId& trade, Tracked& tracked) const {
  CLEARSPAN_TRY(auto loaded, load_records(files_, trade, tracked.row, Detail::events_only));
  tracked.plan = loaded.snapshot.summary.plan;
  tracked.state = std::move(loaded.state);
  tracked.created = tracked.plan->created;
  return Done{};
}

void IndexFold::note(const TradeId& trade, Tracked& tracked, const rows::Place& place, std::uint32_t record_check) {
  tracked.row.places.add(place);
  tracked.row.check = rows::next_check(tracked.row.check, record_check);
  if (!std::exchange(tracked.is_changed, true)) changed_.push_back({trade, &tracked});
}

void IndexFold::note_state(Tracked& tracked, Timestamp at, std::uint64_t sequence) const {
  tracked.row.phase = phase_of(tracked.state);
  tracked.row.abort_reason = abort_reason_of(tracked.state);
  const auto* suspended = std::get_if<Suspended>(&tracked.state);
  tracked.row.suspend_reason = suspended ? std::optional(suspended->reason) : std::nullopt;
  tracked.row.updated = at;
  tracked.row.last_sequence = sequence;
  if (!is_terminal(tracked.row.phase)) return;
  tracked.plan.reset();  // no event is expected any more
  tracked.state = {};
}

}  // namespace clearspan::evidence
