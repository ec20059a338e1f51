#include "ledgers/evidence/index_entries.hpp"

#include <algorithm>

#include "core/scenario/trade_id.hpp"

namespace clearspan::evidence {
namespace {

constexpr int kBucketBits = 10;  // of milliseconds: about a second, for which the busiest list holds some 10,000 trades
constexpr std::uint64_t kBucketMillis = std::uint64_t{1} << kBucketBits;

Error damaged() {
  return make_error(ErrorCode::storage_failed, "trade index: a damaged list");
}

}  // namespace

bool sorts_by_creation(const rows::ListPosition& position) {
  return created_at(position.trade) == position.created;
}

std::int64_t bucket_of(Timestamp created) {
  return created.time_since_epoch().count() >> kBucketBits;
}

void put_entry(std::string& row, const rows::ListPosition& position) {
  const bool is_regular = sorts_by_creation(position);
  const auto time = static_cast<std::uint64_t>(position.created.time_since_epoch().count()) & (kBucketMillis - 1);
  rows::put_number(row, time << 1 | (is_regular ? 0 : 1));
  row += as_text(position.trade.view().subspan(is_regular ? kTradeIdTimeBytes : 0));
}

Result<std::vector<rows::ListPosition>> parse_entries(std::int64_t bucket, std::string_view row) {
  std::vector<rows::ListPosition> entries;
  while (!row.empty()) {
    const auto head = rows::take_number(row);
    if (!head || *head >> 1 >= kBucketMillis) return damaged();
    const bool is_regular = (*head & 1) == 0;
    const std::size_t size = is_regular ? kTradeIdRandomBytes : TradeId::kSize;
    if (row.size() < size) return damaged();
    rows::ListPosition entry;
    entry.created = Timestamp{Millis{(bucket << kBucketBits) + static_cast<std::int64_t>(*head >> 1)}};
    if (is_regular) {
      entry.trade = make_trade_id(entry.created, as_bytes(row).first<kTradeIdRandomBytes>());
    } else {
      std::copy_n(row.begin(), size, entry.trade.bytes.begin());
    }
    if (sorts_by_creation(entry) != is_regular) return damaged();
    entries.push_back(entry);
    row.remove_prefix(size);
  }
  return entries;
}

}  // namespace clearspan::evidence
