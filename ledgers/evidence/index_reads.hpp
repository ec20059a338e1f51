// What the rows of the trade index say: the reading half of it.
#pragma once

#include <optional>
#include <string>

#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/index_store.hpp"

namespace clearspan::evidence {

// A trade as its own records tell it.
struct LoadedTrade {
  TradeSnapshot snapshot;
  State state;
};

enum class Detail : std::uint8_t {
  events_only,  // the trade's creation and events: enough for its state
  everything,   // txns and related trades too
};

// None when no record creates the trade. Errors: storage_failed for rows that contradict each other.
Result<std::optional<LoadedTrade>> load_trade(const IndexStore& store, const TradeId& trade, Detail detail);

Result<std::optional<TradeSummary>> load_summary(const IndexStore& store, const TradeId& trade);

Result<TradePage> load_page(const IndexStore& store, const TradeFilter& filter, const std::string& cursor,
                            std::size_t limit);

Result<std::optional<IdempotencyEntry>> load_idempotency(const IndexStore& store, const std::string& key);

// The sequences at the end of all keys with the prefix, ascending.
Result<std::vector<std::uint64_t>> load_sequences(const IndexStore& store, const std::string& prefix);

}  // namespace clearspan::evidence
