// What IndexFold writes at a commit. Rows are put in the order of their keys, which is how the store takes them
// fastest.
#include <algorithm>
#include <tuple>
#include <utility>

#include "ledgers/evidence/index_entries.hpp"
#include "ledgers/evidence/index_fold.hpp"

namespace clearspan::evidence {
namespace {

// The id as two numbers that sort as it does, which are quicker to compare.
std::pair<std::uint64_t, std::uint64_t> order_of(const TradeId& trade) {
  const auto number_at = [&](std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(number); ++i) number = number << 8 | trade.bytes[at + i];
    return number;
  };
  return {number_at(0), number_at(sizeof(std::uint64_t))};
}

}  // namespace

Status IndexFold::commit() {
  put_trades();
  put_lists();
  put_keys();
  put_txns();
  if (std::exchange(waiting_changed_, false)) {
    batch_.put(rows::waiting_count_key(), rows::waiting_count_value(waiting_));
  }
  for (const auto& [shard, position] : reached_) {
    batch_.put(rows::applied_key(shard), rows::applied_value(position));
  }
  CLEARSPAN_CHECK_OK(store_.write(batch_));
  reached_.clear();
  forget();
  return Done{};
}

void IndexFold::put_trades() {
  std::sort(changed_.begin(), changed_.end(),
            [](const Changed& a, const Changed& b) { return order_of(a.trade) < order_of(b.trade); });
  for (const auto& [trade, tracked] : changed_) {
    put_trade(trade, *tracked);
    put_suspended(trade, *tracked);
  }
}

void IndexFold::put_trade(const TradeId& trade, Tracked& tracked) {
  const std::string value = rows::trade_value(tracked.row);
  if (tracked.row.creation) {
    batch_.put(tracked.is_odd ? rows::odd_trade_key(trade) : rows::trade_key(trade), value);
    if (!std::exchange(tracked.is_stored_as_waiting, false)) return;
    batch_.remove(rows::waiting_key(trade));
    --waiting_;
    waiting_changed_ = true;
    return;
  }
  batch_.put(rows::waiting_key(trade), value);
  if (std::exchange(tracked.is_stored_as_waiting, true)) return;
  ++waiting_;
  waiting_changed_ = true;
}

void IndexFold::put_suspended(const TradeId& trade, Tracked& tracked) {
  const bool is_suspended = tracked.row.phase == Phase::suspended;
  if (is_suspended == tracked.is_listed_as_suspended) return;
  const std::string key = rows::list_key(rows::suspended_list(), {tracked.created, trade});
  is_suspended ? batch_.put(key, {}) : batch_.remove(key);
  tracked.is_listed_as_suspended = is_suspended;
}

// One row for each run of trades of one list and one bucket.
void IndexFold::put_lists() {
  const auto put = [&](std::vector<Listed>& all, bool is_by_account) {
    std::sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) {
      if (a.account != b.account) return a.account < b.account;
      if (a.position.created != b.position.created) return a.position.created < b.position.created;
      return order_of(a.position.trade) < order_of(b.position.trade);
    });
    std::string row;
    for (std::size_t i = 0; i < all.size();) {
      const Listed& first = all[i];
      const std::int64_t bucket = bucket_of(first.position.created);
      row.clear();
      for (; i < all.size() && all[i].account == first.account && bucket_of(all[i].position.created) == bucket; ++i) {
        put_entry(row, all[i].position);
      }
      const std::string list = is_by_account ? rows::account_list(first.account) : rows::odd_list();
      batch_.put(rows::packed_key(list, bucket, first.shard, first.sequence), row);
    }
    all.clear();
  };
  put(by_account_, true);
  put(odd_, false);
}

// One row for each run of trades that one request asked for.
void IndexFold::put_keys() {
  std::sort(keyed_.begin(), keyed_.end(), [](const Keyed& a, const Keyed& b) {
    return std::tie(a.key, a.shard, a.sequence) < std::tie(b.key, b.shard, b.sequence);
  });
  for (std::size_t i = 0; i < keyed_.size();) {
    const Keyed& first = keyed_[i];
    rows::IdempotencyRow row{first.digest, {}};
    const auto is_same = [&](const Keyed& other) {
      return other.key == first.key && other.shard == first.shard && other.digest == first.digest;
    };
    for (; i < keyed_.size() && is_same(keyed_[i]); ++i) row.items.push_back(keyed_[i].item);
    batch_.put(rows::idempotency_key(first.key, first.shard, first.sequence), rows::idempotency_value(row));
  }
  keyed_.clear();
}

// Only what is still open: whoever closes it later finds its trades by the row.
void IndexFold::put_txns() {
  for (const std::string& key : signed_) {
    const auto found = txns_.find(key);
    if (found == txns_.end()) continue;
    batch_.put(key, rows::place_value(found->second.place));
    found->second.is_stored = true;
  }
  signed_.clear();
}

// From here on the store answers for what is dropped from memory: trades that are over once a whole commit has passed
// without a word of them, and everything that is idle when there is too much.
void IndexFold::forget() {
  const auto is_over = [](const Tracked& tracked) { return !tracked.row.creation || is_terminal(tracked.row.phase); };
  for (const TradeId& trade : changed_before_) {
    const auto found = trades_.find(trade);
    if (found != trades_.end() && !found->second.is_changed && is_over(found->second)) trades_.erase(found);
  }
  if (trades_.size() > kFoldedTradesMax) {
    std::erase_if(trades_, [](const auto& item) { return !item.second.is_changed; });
  }
  changed_before_.clear();
  for (const auto& [trade, tracked] : changed_) {
    tracked->is_changed = false;
    changed_before_.push_back(trade);
  }
  changed_.clear();
  if (trades_.size() > kFoldedTradesMax) trades_.clear();
  if (txns_.size() > kOpenTxnsMax) txns_.clear();
}

}  // namespace clearspan::evidence
