// What the rows of the trade index say, with the records that they point to: the reading half of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/index_records.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_runs.hpp"
#include "ledgers/evidence/index_store.hpp"

namespace clearspan::evidence {

// A trade as its own records tell it.
struct LoadedTrade {
  TradeSnapshot snapshot;
  State state;
};

enum class Detail : std::uint8_t {
  events_only,  // the trade's creation and events: enough for its state
  everything,   // its txns too
};

// How far the store has applied a shard; zero when it has not. Errors: storage_failed.
Result<LogPosition> load_applied(const IndexStore& store, const IndexOptions& options, std::uint16_t shard);

// What the store says of trades, of which several are asked for.
class TradeRows {
 public:
  explicit TradeRows(const IndexStore& store) : store_(store) {}

  // None when the store knows nothing of the trade; there may be no creation in what it knows. Errors: storage_failed.
  Result<std::optional<rows::TradePart>> find(const TradeId& trade);

 private:
  const IndexStore& store_;
  std::string key_;  // of the row that was read last
  std::vector<std::string> runs_;
};

// Reads what is said of a created trade, and checks that it is what was indexed. Errors: log_corrupt for a record that
// is not; storage_failed.
Result<LoadedTrade> load_records(const RecordFiles& files, const TradeId& trade, const rows::TradePart& whole,
                                 Detail detail);

// None when no record creates the trade. Errors: log_corrupt, storage_failed.
Result<std::optional<TradeSnapshot>> load_trade(const IndexStore& store, const RecordFiles& files,
                                                const TradeId& trade);

Result<std::optional<TradeSummary>> load_summary(const IndexStore& store, const RecordFiles& files,
                                                 const TradeId& trade);

Result<TradePage> load_page(const IndexStore& store, const RecordFiles& files, const TradeFilter& filter,
                            const std::string& cursor, std::size_t limit);

Result<std::optional<IdempotencyEntry>> load_idempotency(const IndexStore& store, const std::string& key);

// The sequences at the end of all keys with the prefix, ascending.
Result<std::vector<std::uint64_t>> load_sequences(const IndexStore& store, const std::string& prefix);

}  // namespace clearspan::evidence
