// What IndexFold writes at a commit. Rows are put in the order of their keys, which is how the store takes them
// fastest.
#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "ledgers/evidence/index_fold.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kTradesAtOnce = 128;

}  // namespace

Status IndexFold::commit(const std::function<void()>& between) {
  put_trades(between);
  put_lists();
  put_keys();
  put_txns();
  for (const auto& [shard, position] : reached_) {
    batch_.put(rows::applied_key(shard), rows::applied_value(position));
  }
  CLEARSPAN_CHECK_OK(store_.write(batch_));
  reached_.clear();
  forget(between);
  return Done{};
}

// One row for each run of trades of one bucket.
void IndexFold::put_trades(const std::function<void()>& between) {
  order_.clear();
  for (std::uint32_t i = 0; i < pending_count_; ++i) order_.push_back({numbers_of(pending_[i].trade), i});
  std::sort(order_.begin(), order_.end(), [](const Order& a, const Order& b) { return a.id < b.id; });
  std::string key;
  std::string run;
  std::size_t done = 0;
  const auto put = [&](const Order& next) {
    if (++done % kTradesAtOnce == 0) between();
    const Pending& pending = pending_[next.pending];
    std::string own = rows::run_key(pending.trade);
    if (own != key) {
      if (!run.empty()) batch_.add(key, run);
      run.clear();
      key = std::move(own);
    }
    rows::put_entry(run, pending.trade, pending.part);
  };
  for_each_ahead(order_, put, [&](const Order& next) { fetch(&pending_[next.pending], kUsualBytes); });
  if (!run.empty()) batch_.add(key, run);
}

void IndexFold::put_lists() {
  std::vector<const std::pair<const ListKey, ListRow>*> sorted;
  sorted.reserve(lists_.size());
  for (const auto& item : lists_) sorted.push_back(&item);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const auto* item : sorted) {
    const auto& [list, row] = *item;
    const std::string prefix = list.is_odd ? rows::odd_list() : rows::account_list(list.account);
    batch_.put(rows::packed_key(prefix, list.bucket, row.first.shard, row.first.sequence), row.entries);
  }
  lists_.clear();
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

// From here on the store answers for what is dropped from memory: trades that are over or were only noted, and
// everything when there is too much.
void IndexFold::forget(const std::function<void()>& between) {
  std::size_t done = 0;
  const auto forget = [&](const Pending& pending) {
    if (++done % kTradesAtOnce == 0) between();
    Tracked* const tracked = trades_.find(pending.trade);
    tracked->pending = 0;
    if (!progress_.is_over(*tracked)) return;
    progress_.forget(tracked->trade);
    trades_.erase(*tracked);
  };
  for_each_ahead(
      std::span(pending_).first(pending_count_), forget, [](const Pending& pending) { fetch(&pending); },
      [&](const Pending& pending) { expect(pending.trade); });
  pending_count_ = 0;
  if (trades_.size() > kTrackedTradesMax) {
    trades_.clear();
    progress_.forget_all();
  }
  if (open_txn_trades_ > kOpenTxnTradesMax) {
    txns_.clear();
    open_txn_trades_ = 0;
  }
}

}  // namespace clearspan::evidence
