#include "ledgers/evidence/index_reads.hpp"

#include <algorithm>
#include <map>

#include "core/trade/advance.hpp"
#include "ledgers/evidence/index_rows.hpp"

namespace clearspan::evidence {
namespace {

Error damaged(const std::string& what) {
  return make_error(ErrorCode::storage_failed, "trade index: " + what);
}

void keep_own_movements(TxnSigned& txn, const TradeId& trade) {
  std::erase_if(txn.movements, [&](const Movement& movement) { return trade_of(movement.ref) != trade; });
}

// The record that a history row stands for.
Result<HistoryEntry> load_entry(const IndexStore& store, const TradeId& trade, const rows::Place& place,
                                std::string value) {
  const bool is_txn = value.empty();
  if (is_txn) {
    CLEARSPAN_TRY(auto shared, store.get(rows::txn_record_key(place)));
    if (!shared) return damaged("a txn of trade " + to_string(trade) + " is missing");
    value = std::move(*shared);
  }
  auto record = is_txn ? rows::parse_record(value) : decode({as_bytes(value), {}});
  if (!record.ok()) return damaged("record " + std::to_string(place.sequence) + ": " + record.error().detail);
  if (is_txn) keep_own_movements(std::get<TxnSigned>(record->body), trade);
  return HistoryEntry{place.shard, place.sequence, std::move(*record), Phase::preparing};
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

void note_event(TradeSummary& summary, const State& state, const HistoryEntry& entry) {
  summary.phase = phase_of(state);
  summary.abort_reason = abort_reason_of(state);
  const auto* suspended = std::get_if<Suspended>(&state);
  summary.suspend_reason = suspended ? std::optional(suspended->reason) : std::nullopt;
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

bool is_kept(const std::string& value, Detail detail) {
  if (detail == Detail::everything) return true;
  return !value.empty();
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

// The shortest list that holds every match.
std::string list_for(const TradeFilter& filter) {
  if (filter.phase == Phase::suspended) return rows::suspended_list();
  if (filter.account) return rows::account_list(*filter.account);
  return rows::all_list();
}

// The key above the first trade of the page.
Result<std::string> start_of_page(const std::string& list, const TradeFilter& filter, const std::string& cursor) {
  if (!cursor.empty()) {
    CLEARSPAN_TRY(const auto position, rows::parse_cursor(filter, cursor));
    return rows::list_key(list, position.created, position.trade);
  }
  if (filter.created_before) return rows::list_key(list, *filter.created_before, TradeId{});
  return list + std::string(1 + sizeof(std::uint64_t) + TradeId::kSize, '\xff');
}

// The trade if it matches the filter. Its phase is compared before its plan is read.
Result<std::optional<TradeSummary>> load_match(const IndexStore& store, const TradeId& trade,
                                               const TradeFilter& filter) {
  if (filter.phase) {
    CLEARSPAN_TRY(const auto value, store.get(rows::summary_key(trade)));
    if (!value) return std::optional<TradeSummary>();
    CLEARSPAN_TRY(const auto row, rows::parse_summary(*value));
    if (row.phase != *filter.phase) return std::optional<TradeSummary>();
  }
  CLEARSPAN_TRY(auto summary, load_summary(store, trade));
  if (summary && !matches(*summary, filter)) summary.reset();
  return summary;
}

}  // namespace

Result<std::optional<LoadedTrade>> load_trade(const IndexStore& store, const TradeId& trade, Detail detail) {
  // The scan sees one moment; txn records are written together with the rows that point to them, and never change.
  std::vector<std::pair<rows::Place, std::string>> found;
  CLEARSPAN_CHECK_OK(store.scan(rows::history_prefix(trade), [&](std::string_view key, std::string_view value) {
    found.emplace_back(rows::place_of_history_key(key), value);
    return true;
  }));
  LoadedTrade loaded;
  for (auto& [place, value] : found) {
    if (!is_kept(value, detail)) continue;
    CLEARSPAN_TRY(HistoryEntry entry, load_entry(store, trade, place, std::move(value)));
    loaded.snapshot.history.push_back(std::move(entry));
  }
  if (loaded.snapshot.history.empty()) return std::optional<LoadedTrade>();
  loaded.snapshot.history = merge_by_time(std::move(loaded.snapshot.history));
  CLEARSPAN_TRY(const bool exists, fold_history(loaded));
  if (!exists) return std::optional<LoadedTrade>();
  if (detail == Detail::everything) {
    CLEARSPAN_CHECK_OK(store.scan(rows::returns_prefix(trade), [&](std::string_view key, std::string_view) {
      loaded.snapshot.related.push_back(rows::returning_trade_of_key(key));
      return true;
    }));
  }
  return std::optional<LoadedTrade>(std::move(loaded));
}

Result<std::optional<TradeSummary>> load_summary(const IndexStore& store, const TradeId& trade) {
  CLEARSPAN_TRY(const auto value, store.get(rows::summary_key(trade)));
  if (!value) return std::optional<TradeSummary>();
  CLEARSPAN_TRY(const auto row, rows::parse_summary(*value));
  CLEARSPAN_TRY(const auto first, store.get(rows::history_key(trade, {row.shard, row.first_sequence})));
  if (!first) return damaged("the creation of trade " + to_string(trade) + " is missing");
  auto record = decode({as_bytes(*first), {}});
  auto* const created = record.ok() ? std::get_if<TradeCreated>(&record->body) : nullptr;
  if (!created) return damaged("the creation of trade " + to_string(trade) + " is damaged");
  TradeSummary summary;
  summary.id = trade;
  summary.shard = row.shard;
  summary.plan = std::make_shared<const Plan>(std::move(created->plan));
  summary.phase = row.phase;
  summary.abort_reason = row.abort_reason;
  summary.suspend_reason = row.suspend_reason;
  summary.created = row.created;
  summary.updated = row.updated;
  summary.first_sequence = row.first_sequence;
  summary.last_sequence = row.last_sequence;
  summary.idempotency_key = row.idempotency_key;
  return std::optional<TradeSummary>(std::move(summary));
}

Result<TradePage> load_page(const IndexStore& store, const TradeFilter& filter, const std::string& cursor,
                            std::size_t limit) {
  if (limit == 0 || limit > kPageLimitMax) {
    return make_error(ErrorCode::out_of_range, "a page holds 1 to " + std::to_string(kPageLimitMax) + " trades",
                      "limit");
  }
  const std::string list = list_for(filter);
  CLEARSPAN_TRY(const std::string start, start_of_page(list, filter, cursor));
  TradePage page;
  Status failure = Done{};
  std::size_t looked_at = 0;
  rows::CursorPosition last;
  bool is_cut = false;
  const auto visit = [&](std::string_view key, std::string_view) {
    const rows::CursorPosition position{rows::created_of_list_key(key), rows::trade_of_list_key(key)};
    if (filter.created_from && position.created < *filter.created_from) return false;
    if (page.trades.size() == limit || looked_at == kPageScanMax) {
      is_cut = true;
      return false;
    }
    ++looked_at;
    last = position;
    auto match = load_match(store, position.trade, filter);
    if (!match.ok()) {
      failure = match.error();
      return false;
    }
    if (*match) page.trades.push_back(std::move(**match));
    return true;
  };
  CLEARSPAN_CHECK_OK(store.scan_down(list, start, visit));
  CLEARSPAN_CHECK_OK(failure);
  if (is_cut) page.next_cursor = rows::make_cursor(filter, last);
  return page;
}

Result<std::optional<IdempotencyEntry>> load_idempotency(const IndexStore& store, const std::string& key) {
  IdempotencyEntry entry;
  Status failure = Done{};
  bool is_first = true;
  CLEARSPAN_CHECK_OK(store.scan(rows::idempotency_prefix(key), [&](std::string_view, std::string_view value) {
    const auto row = rows::parse_idempotency(value);
    if (!row.ok()) {
      failure = row.error();
      return false;
    }
    if (std::exchange(is_first, false)) entry.request_digest = row->request_digest;
    if (row->request_digest == entry.request_digest) entry.items.push_back({row->request_item, row->trade});
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
    sequences.push_back(rows::place_at_end_of_key(key).sequence);
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
