#include "ledgers/evidence/index_fold.hpp"

#include <algorithm>
#include <set>

#include "ledgers/evidence/index_reads.hpp"

namespace clearspan::evidence {
namespace {

std::vector<TradeId> trades_in(const TxnSigned& txn) {
  std::vector<TradeId> trades;
  for (const Movement& movement : txn.movements) trades.push_back(trade_of(movement.ref));
  std::sort(trades.begin(), trades.end());
  trades.erase(std::unique(trades.begin(), trades.end()), trades.end());
  return trades;
}

}  // namespace

Status IndexFold::apply(std::uint16_t shard, const RecordRef& ref) {
  const rows::Place place{shard, ref.sequence};
  auto record = decode(ref.bytes);
  auto status = record.ok() ? fold(place, ref.bytes, *record) : Status(std::move(record).error());
  if (!status.ok()) {
    Error error = std::move(status).error();
    error.detail = "shard " + std::to_string(shard) + ", record " + std::to_string(ref.sequence) + ": " + error.detail;
    return error;
  }
  reached_[shard] = {ref.sequence, ref.head};
  ++uncommitted_;
  return Done{};
}

Status IndexFold::fold(const rows::Place& place, const RecordBytes& bytes, const Record& record) {
  if (const auto* event = std::get_if<TradeEvent>(&record.body)) return change(place, bytes.record, record.at, *event);
  if (const auto* created = std::get_if<TradeCreated>(&record.body))
    return create(place, bytes.record, record.at, *created);
  if (const auto* txn = std::get_if<TxnSigned>(&record.body)) return sign(place, bytes, *txn);
  if (const auto* closed = std::get_if<TxnClosed>(&record.body)) return close(place, bytes.record, *closed);
  if (const auto* described = std::get_if<LedgerDescribed>(&record.body)) return describe(place, *described);
  if (const auto* proven = std::get_if<LedgerProof>(&record.body)) return prove(place, proven->proof.block);
  if (const auto* left_out = std::get_if<ProofLeftOut>(&record.body)) return prove(place, left_out->block);
  if (std::holds_alternative<Anchored>(record.body)) return anchor(place);
  return Done{};  // the other records name no trade
}

Status IndexFold::create(const rows::Place& place, ByteView bytes, Timestamp at, const TradeCreated& body) {
  const auto [found, is_new] = trades_.try_emplace(body.plan.id);
  if (!is_new) return make_error(ErrorCode::log_corrupt, "trade " + to_string(body.plan.id) + " exists already");
  Folded& folded = found->second;
  folded.plan = std::make_shared<const Plan>(body.plan);
  folded.state = initial_state(body.plan);
  folded.row.shard = place.shard;
  folded.row.created = body.plan.created;
  folded.row.first_sequence = place.sequence;
  folded.row.idempotency_key = body.idempotency_key;
  note(body.plan.id, folded, at, place.sequence);
  batch_.put(rows::history_key(body.plan.id, place), as_text(bytes));
  put_lists(body.plan);
  if (!body.idempotency_key.empty()) {
    batch_.put(rows::idempotency_key(body.idempotency_key, place),
               rows::idempotency_value({body.plan.id, body.request_digest, body.request_item}));
  }
  return Done{};
}

void IndexFold::put_lists(const Plan& plan) {
  batch_.put(rows::list_key(rows::all_list(), plan.created, plan.id), {});
  std::set<AccountId> accounts;
  for (const Leg& leg : plan.legs) {
    accounts.insert(leg.payer);
    accounts.insert(leg.payee);
  }
  for (const AccountId& account : accounts) {
    batch_.put(rows::list_key(rows::account_list(account), plan.created, plan.id), {});
  }
  if (plan.returned) batch_.put(rows::returns_key(plan.returned->intended_for, plan.id), {});
}

Status IndexFold::change(const rows::Place& place, ByteView bytes, Timestamp at, const TradeEvent& body) {
  CLEARSPAN_TRY(Folded* const folded, find(body.trade));
  if (!folded) return make_error(ErrorCode::log_corrupt, "trade " + to_string(body.trade) + " was never created");
  CLEARSPAN_TRY(auto step, advance(*folded->plan, std::move(folded->state), body.event));
  folded->state = std::move(step.next);
  note(body.trade, *folded, at, place.sequence);
  batch_.put(rows::history_key(body.trade, place), as_text(bytes));
  return Done{};
}

// The record stands once, however many trades share the txn.
Status IndexFold::sign(const rows::Place& place, const RecordBytes& bytes, const TxnSigned& body) {
  const std::string key = rows::txn_key(body.ledger, body.id);
  std::vector<TradeId> trades = trades_in(body);
  batch_.put(rows::txn_record_key(place), rows::record_value(bytes));
  batch_.put(key, rows::place_value(place));
  for (const TradeId& trade : trades) batch_.put(rows::history_key(trade, place), {});
  txns_[key] = std::move(trades);
  return Done{};
}

Status IndexFold::close(const rows::Place& place, ByteView bytes, const TxnClosed& body) {
  CLEARSPAN_TRY(const auto trades, trades_of_txn(body.ledger, body.id));
  for (const TradeId& trade : trades) batch_.put(rows::history_key(trade, place), as_text(bytes));
  return Done{};
}

Status IndexFold::describe(const rows::Place& place, const LedgerDescribed& body) {
  batch_.put(rows::description_key(body.description.ledger, place), {});
  return Done{};
}

Status IndexFold::prove(const rows::Place& place, const BlockHash& block) {
  batch_.put(rows::proof_key(block, place), {});
  return Done{};
}

Status IndexFold::anchor(const rows::Place& place) {
  batch_.put(rows::anchor_key(place), {});
  return Done{};
}

Result<IndexFold::Folded*> IndexFold::find(const TradeId& trade) {
  if (const auto found = trades_.find(trade); found != trades_.end()) return &found->second;
  CLEARSPAN_TRY(auto loaded, load_trade(store_, trade, Detail::events_only));
  if (!loaded) return static_cast<Folded*>(nullptr);
  const TradeSummary& summary = loaded->snapshot.summary;
  Folded& folded = trades_[trade];
  folded.plan = summary.plan;
  folded.state = std::move(loaded->state);
  folded.row.shard = summary.shard;
  folded.row.created = summary.created;
  folded.row.first_sequence = summary.first_sequence;
  folded.row.idempotency_key = summary.idempotency_key;
  folded.is_listed_as_suspended = summary.phase == Phase::suspended;
  return &folded;
}

Result<std::vector<TradeId>> IndexFold::trades_of_txn(const LedgerId& ledger, const TxnId& txn) {
  const std::string key = rows::txn_key(ledger, txn);
  if (const auto found = txns_.find(key); found != txns_.end()) return found->second;
  CLEARSPAN_TRY(const auto value, store_.get(key));
  if (!value) return std::vector<TradeId>();
  const auto place = rows::parse_place(*value);
  CLEARSPAN_TRY(const auto bytes, store_.get(rows::txn_record_key(place.value_or(rows::Place{}))));
  if (!place || !bytes) return make_error(ErrorCode::storage_failed, "trade index: a txn's record is missing");
  CLEARSPAN_TRY(const Record record, rows::parse_record(*bytes));
  const auto* const body = std::get_if<TxnSigned>(&record.body);
  if (!body) return make_error(ErrorCode::storage_failed, "trade index: a txn's record is another one");
  return trades_in(*body);
}

void IndexFold::note(const TradeId& trade, Folded& folded, Timestamp at, std::uint64_t sequence) {
  folded.row.phase = phase_of(folded.state);
  folded.row.abort_reason = abort_reason_of(folded.state);
  const auto* suspended = std::get_if<Suspended>(&folded.state);
  folded.row.suspend_reason = suspended ? std::optional(suspended->reason) : std::nullopt;
  folded.row.updated = at;
  folded.row.last_sequence = sequence;
  if (!std::exchange(folded.is_changed, true)) changed_.push_back(trade);
}

void IndexFold::put_summary(const TradeId& trade, Folded& folded) {
  batch_.put(rows::summary_key(trade), rows::summary_value(folded.row));
  const bool is_suspended = folded.row.phase == Phase::suspended;
  if (is_suspended == folded.is_listed_as_suspended) return;
  const std::string key = rows::list_key(rows::suspended_list(), folded.row.created, trade);
  is_suspended ? batch_.put(key, {}) : batch_.remove(key);
  folded.is_listed_as_suspended = is_suspended;
}

Status IndexFold::commit() {
  for (const TradeId& trade : changed_) {
    const auto found = trades_.find(trade);
    put_summary(trade, found->second);
    found->second.is_changed = false;
  }
  for (const auto& [shard, position] : reached_) {
    batch_.put(rows::applied_key(shard), rows::applied_value(position));
  }
  CLEARSPAN_CHECK_OK(store_.write(batch_));
  // From here on the store answers for what is dropped from memory.
  for (const TradeId& trade : changed_) {
    const auto found = trades_.find(trade);
    if (is_terminal(found->second.row.phase)) trades_.erase(found);
  }
  if (trades_.size() > kFoldedTradesMax) trades_.clear();
  if (txns_.size() > kOpenTxnsMax) txns_.clear();
  changed_.clear();
  reached_.clear();
  uncommitted_ = 0;
  return Done{};
}

}  // namespace clearspan::evidence
