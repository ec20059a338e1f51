#include "core/scenario/trade_id.hpp"

#include <algorithm>

namespace clearspan {

TradeId make_trade_id(Timestamp now, std::span<const std::uint8_t, kTradeIdRandomBytes> randomness) {
  TradeId id;
  auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0));
  for (std::size_t i = kTradeIdTimeBytes; i-- > 0; millis >>= 8) id.bytes[i] = static_cast<std::uint8_t>(millis);
  std::copy(randomness.begin(), randomness.end(), id.bytes.begin() + kTradeIdTimeBytes);
  return id;
}

Timestamp created_at(const TradeId& id) {
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < kTradeIdTimeBytes; ++i) millis = millis << 8 | id.bytes[i];
  return Timestamp(Millis(millis));
}

}  // namespace clearspan
