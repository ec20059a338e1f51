// Ids of trades as numbers, which are compared without a call.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>

#include "core/chain/ids.hpp"

namespace clearspan::evidence {

// Sorts as the id does.
struct IdNumbers {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const IdNumbers&) const = default;
};

inline IdNumbers numbers_of(const TradeId& trade) {
  static_assert(std::endian::native == std::endian::little && sizeof(IdNumbers) == TradeId::kSize);
  IdNumbers numbers;
  std::memcpy(&numbers, trade.data(), sizeof(numbers));
  return {__builtin_bswap64(numbers.high), __builtin_bswap64(numbers.low)};
}

}  // namespace clearspan::evidence
