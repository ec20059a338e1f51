// New trade ids: the time in front, so that they sort by creation, and randomness behind, so that nobody can guess one.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/clock.hpp"
#include "core/chain/ids.hpp"

namespace clearspan {

inline constexpr std::size_t kTradeIdTimeBytes = 6;  // 48 bits of milliseconds: until the year 10889
inline constexpr std::size_t kTradeIdRandomBytes = TradeId::kSize - kTradeIdTimeBytes;

// `randomness` must come from a source that an attacker cannot predict.
TradeId make_trade_id(Timestamp now, std::span<const std::uint8_t, kTradeIdRandomBytes> randomness);

// When the id was made.
Timestamp created_at(const TradeId& id);

}  // namespace clearspan
