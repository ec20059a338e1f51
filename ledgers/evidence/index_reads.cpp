#include "ledgers/evidence/index_reads.hpp"

#include <algorithm>
#include <map>

#include "core/trade/advance.hpp"
#include "ledgers/evidence/index_lists.hpp"

namespace clearspan::evidence {
namespace {

Error damaged(const std::string& what) {
  return make_error(ErrorCode::storage_failed, "trade index: " + what);
}

void keep_own_movements(TxnSigned& txn, const TradeId& trade) {
  std::erase_if(txn.movements, [&](const Movement& movement) { return trade_of(movement.ref) != trade; });
}

// What stands at the place, with the check of its bytes.
struct ReadEntry {
  std::optional<HistoryEntry> entry;  // none for one that is not asked for
  std::uint32_t check = 0;
};

Result<ReadEntry> read_entry(const RecordFiles& files, const TradeId& trade, const rows::Place& place, Detail detail) {
  CLEARSPAN_TRY(const ReadRecord read, files.read(place));
  const RecordBytes bytes = read.bytes();
  ReadEntry result;
  result.check = rows::check_of(bytes.record);
  auto record = detail == Detail::everything ? decode(bytes) : decode_without_attachment(bytes.record);
  if (!record.ok()) return files.corrupt(place, record.error().detail);
  const auto* created = std::get_if<TradeCreated>(&record->body);
  const auto* event = std::get_if<TradeEvent>(&record->body);
  auto* const txn = std::get_if<TxnSigned>(&record->body);
  const bool is_closing = std::holds_alternative<TxnClosed>(record->body);
  const bool is_own = (created && created->plan.id == trade) || (event && event->trade == trade) || txn || is_closing;
  if (!is_own) return files.corrupt(place, "not a record of trade " + to_string(trade));
  if (detail == Detail::events_only && !created && !event) return result;
  if (txn) keep_own_movements(*txn, trade);
  result.entry = HistoryEntry{place.shard, place.sequence, std::move(*record), Phase::preparing};
  return result;
}

// Each shard's records keep their order; between shards the earlier one comes first, and on a tie the lower shard's.
std::vector<HistoryEntry> merge_by_time(std::vector<HistoryEntry> entries) {
  std::map<std::uint16_t, std::vector<HistoryEntry>> by_shard;
  for (HistoryEntry& entry : entries) by_shard[entry.shard].push_back(std::move(entry));
  if (by_shard.size() == 1) return std::move(by_shard.begin()->second);
  std::vector<HistoryEntry> merged;
  std::map<std::uint16_t, std::size_t> next;
  while (merged.size() < entries.size()) {
    std::vector<HistoryEntry>* earliest = nullptr;
    std::size_t* at = nullptr;
    for (auto& [shard, list] : by_shard) {
      std::size_t& candidate = next[shard];
      if (candidate == list.size()) continue;
      if (earliest && list[candidate].record.at >= (*earliest)[*at].record.at) continue;
      earliest = &list;
      at = &candidate;
    }
    merged.push_back(std::move((*earliest)[(*at)++]));
  }
  return merged;
}

void note_standing(TradeSummary& summary, const Standing& standing) {
  summary.phase = standing.phase;
  summary.abort_reason = standing.abort_reason;
  summary.suspend_reason = standing.suspend_reason;
}

void note_event(TradeSummary& summary, const State& state, const HistoryEntry& entry) {
  note_standing(summary, standing_of(state));
  summary.updated = entry.record.at;
  summary.last_sequence = entry.sequence;
}

// Runs the trade machine over its records. False when none of them creates the trade.
Result<bool> fold_history(LoadedTrade& loaded) {
  TradeSummary& summary = loaded.snapshot.summary;
  for (HistoryEntry& entry : loaded.snapshot.history) {
    if (const auto* created = std::get_if<TradeCreated>(&entry.record.body)) {
      summary.id = created->plan.id;
      summary.shard = entry.shard;
      summary.plan = std::make_shared<const Plan>(created->plan);
      summary.created = created->plan.created;
      summary.first_sequence = entry.sequence;
      summary.idempotency_key = created->idempotency_key;
      loaded.state = initial_state(*summary.plan);
      note_event(summary, loaded.state, entry);
    } else if (const auto* event = std::get_if<TradeEvent>(&entry.record.body); event && summary.plan) {
      auto step = advance(*summary.plan, std::move(loaded.state), event->event);
      if (!step.ok()) return damaged("record " + std::to_string(entry.sequence) + ": " + step.error().detail);
      loaded.state = std::move(step->next);
      note_event(summary, loaded.state, entry);
    }
    entry.phase_after = summary.phase;
  }
  return summary.plan != nullptr;
}

bool names_account(const Leg& leg, const TradeFilter& filter) {
  if (filter.ledger && leg.ledger != *filter.ledger) return false;
  return !filter.account || leg.payer == *filter.account || leg.payee == *filter.account;
}

bool matches(const TradeSummary& trade, const TradeFilter& filter) {
  if (filter.scenario && trade.plan->scenario != *filter.scenario) return false;
  const auto& legs = trade.plan->legs;
  return std::any_of(legs.begin(), legs.end(), [&](const Leg& leg) { return names_account(leg, filter); });
}

// What lies above the first trade of the page.
Result<std::optional<rows::ListPosition>> start_of_page(const TradeFilter& filter, const std::string& cursor) {
  if (!cursor.empty()) {
    CLEARSPAN_TRY(const auto position, rows::parse_cursor(filter, cursor));
    return std::optional(position);
  }
  if (filter.created_before) return std::optional(rows::ListPosition{*filter.created_before, TradeId{}});
  return std::optional<rows::ListPosition>();
}

// The shortest list that holds every match.
std::unique_ptr<ListReader> read_list_for(const IndexStore& store, const TradeFilter& filter,
                                          const std::optional<rows::ListPosition>& below) {
  if (filter.phase == Phase::suspended) return read_suspended(store, below);
  if (filter.account) return read_trades_of(store, *filter.account, below);
  return read_all_trades(store, below);
}

// Of a created trade.
Result<TradeSummary> summary_of(const RecordFiles& files, const TradeId& trade, const rows::TradePart& whole) {
  if (!whole.creation || !whole.state) return damaged("trade " + to_string(trade) + " has no state");
  const std::vector<rows::Place> places = whole.places.list();
  const rows::Place& place = places[whole.creation->place];
  CLEARSPAN_TRY(ReadEntry read, read_entry(files, trade, place, Detail::events_only));
  auto* const created = read.entry ? std::get_if<TradeCreated>(&read.entry->record.body) : nullptr;
  if (!created || read.check != whole.creation->check) return files.corrupt(place, "not the creation that was indexed");
  TradeSummary summary;
  summary.id = trade;
  summary.shard = place.shard;
  summary.plan = std::make_shared<const Plan>(std::move(created->plan));
  note_standing(summary, whole.state->standing);
  summary.created = summary.plan->created;
  summary.updated = whole.state->at;
  summary.first_sequence = place.sequence;
  summary.last_sequence = places[whole.state->place].sequence;
  summary.idempotency_key = std::move(created->idempotency_key);
  return summary;
}

bool exists(const std::optional<rows::TradePart>& whole) {
  return whole && whole->creation;
}

// The trade if it matches the filter. Its phase is compared before its plan is read.
Result<std::optional<TradeSummary>> load_match(TradeRows& trades, const RecordFiles& files, const TradeId& trade,
                                               const TradeFilter& filter) {
  CLEARSPAN_TRY(const auto whole, trades.find(trade));
  if (!exists(whole)) return std::optional<TradeSummary>();
  if (filter.phase && whole->state && whole->state->standing.phase != *filter.phase) {
    return std::optional<TradeSummary>();
  }
  CLEARSPAN_TRY(auto summary, summary_of(files, trade, *whole));
  if (!matches(summary, filter)) return std::optional<TradeSummary>();
  return std::optional(std::move(summary));
}

}  // namespace

Result<LogPosition> load_applied(const IndexStore& store, const IndexOptions& options, std::uint16_t shard) {
  CLEARSPAN_TRY(const auto value, store.get(rows::applied_key(shard)));
  const auto position = value ? rows::parse_applied(*value) : std::nullopt;
  return position.value_or(LogPosition{0, chain_start(options.shards[shard].identity)});
}

Result<std::optional<rows::TradePart>> TradeRows::find(const TradeId& trade) {
  std::string key = rows::run_key(trade);
  if (key != key_) {
    CLEARSPAN_TRY(runs_, store_.get_unjoined(key));
    key_ = std::move(key);
  }
  std::optional<rows::TradePart> whole;
  for (const std::string& run : runs_) {
    CLEARSPAN_TRY(auto part, rows::find_part(key_, run, trade));
    if (!part) continue;
    if (!whole) {
      whole = std::move(part);
    } else if (!whole->append(*part)) {
      return make_error(ErrorCode::storage_failed, "trade index: records of a trade that do not ascend");
    }
  }
  return whole;
}

Result<LoadedTrade> load_records(const RecordFiles& files, const TradeId& trade, const rows::TradePart& whole,
                                 Detail detail) {
  LoadedTrade loaded;
  std::vector<HistoryEntry>& history = loaded.snapshot.history;
  std::uint32_t check = 0;
  for (const rows::Place& place : whole.places.list()) {
    CLEARSPAN_TRY(ReadEntry read, read_entry(files, trade, place, detail));
    check += read.check;
    if (read.entry) history.push_back(std::move(*read.entry));
  }
  if (check != whole.check) {
    return make_error(ErrorCode::log_corrupt,
                      "the records of trade " + to_string(trade) + " are not those that were indexed");
  }
  history = merge_by_time(std::move(history));
  CLEARSPAN_TRY(const bool is_created, fold_history(loaded));
  if (!is_created) return damaged("the creation of trade " + to_string(trade) + " is missing");
  return loaded;
}

Result<std::optional<TradeSnapshot>> load_trade(const IndexStore& store, const RecordFiles& files,
                                                const TradeId& trade) {
  CLEARSPAN_TRY(const auto whole, TradeRows(store).find(trade));
  if (!exists(whole)) return std::optional<TradeSnapshot>();
  CLEARSPAN_TRY(auto loaded, load_records(files, trade, *whole, Detail::everything));
  CLEARSPAN_CHECK_OK(store.scan(rows::returns_prefix(trade), [&](std::string_view key, std::string_view) {
    loaded.snapshot.related.push_back(rows::returning_trade_of_key(key));
    return true;
  }));
  return std::optional(std::move(loaded.snapshot));
}

Result<std::optional<TradeSummary>> load_summary(const IndexStore& store, const RecordFiles& files,
                                                 const TradeId& trade) {
  CLEARSPAN_TRY(const auto whole, TradeRows(store).find(trade));
  if (!exists(whole)) return std::optional<TradeSummary>();
  CLEARSPAN_TRY(auto summary, summary_of(files, trade, *whole));
  return std::optional(std::move(summary));
}

Result<TradePage> load_page(const IndexStore& store, const RecordFiles& files, const TradeFilter& filter,
                            const std::string& cursor, std::size_t limit) {
  if (limit == 0 || limit > kPageLimitMax) {
    return make_error(ErrorCode::out_of_range, "a page holds 1 to " + std::to_string(kPageLimitMax) + " trades",
                      "limit");
  }
  CLEARSPAN_TRY(const auto start, start_of_page(filter, cursor));
  const auto reader = read_list_for(store, filter, start);
  TradeRows trades(store);
  TradePage page;
  rows::ListPosition last;
  for (std::size_t looked_at = 0;; ++looked_at) {
    CLEARSPAN_TRY(const auto position, reader->next());
    if (!position || (filter.created_from && position->created < *filter.created_from)) return page;
    if (page.trades.size() == limit || looked_at == kPageScanMax) break;
    last = *position;
    CLEARSPAN_TRY(auto match, load_match(trades, files, position->trade, filter));
    if (match) page.trades.push_back(std::move(*match));
  }
  page.next_cursor = rows::make_cursor(filter, last);
  return page;
}

Result<std::optional<IdempotencyEntry>> load_idempotency(const IndexStore& store, const std::string& key) {
  IdempotencyEntry entry;
  Status failure = Done{};
  CLEARSPAN_CHECK_OK(store.scan(rows::idempotency_prefix(key), [&](std::string_view, std::string_view value) {
    const auto row = rows::parse_idempotency(value);
    if (!row.ok()) {
      failure = row.error();
      return false;
    }
    if (entry.items.empty()) entry.request_digest = row->request_digest;
    if (row->request_digest != entry.request_digest) return true;
    entry.items.insert(entry.items.end(), row->items.begin(), row->items.end());
    return true;
  }));
  CLEARSPAN_CHECK_OK(failure);
  if (entry.items.empty()) return std::optional<IdempotencyEntry>();
  std::sort(entry.items.begin(), entry.items.end(),
            [](const auto& a, const auto& b) { return a.request_item < b.request_item; });
  return std::optional<IdempotencyEntry>(std::move(entry));
}

Result<std::vector<std::uint64_t>> load_sequences(const IndexStore& store, const std::string& prefix) {
  std::vector<std::uint64_t> sequences;
  CLEARSPAN_CHECK_OK(store.scan(prefix, [&](std::string_view key, std::string_view) {
    sequences.push_back(rows::sequence_at_end_of_key(key));
    return true;
  }));
  return sequences;
}

bool TradeSummary::operator==(const TradeSummary& other) const {
  const bool same_plan = plan && other.plan ? *plan == *other.plan : plan == other.plan;
  return same_plan && id == other.id && shard == other.shard && phase == other.phase &&
         abort_reason == other.abort_reason && suspend_reason == other.suspend_reason && created == other.created &&
         updated == other.updated && first_sequence == other.first_sequence && last_sequence == other.last_sequence &&
         idempotency_key == other.idempotency_key;
}

}  // namespace clearspan::evidence
