// The trades that `clearspan bench http` asks for: each follows from its number alone, so that what the logs hold can
// be compared with what was asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codecs/evidence/record.hpp"
#include "core/base/result.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::tools {

// Trades numbered 0 to `trades` - 1 in requests of `per_request`, the last one perhaps shorter.
struct HttpOrders {
  std::uint32_t trades = 0;
  std::uint32_t per_request = 1;
  std::uint32_t payers = 1;
  std::uint32_t merchants = 1;
  std::string profile;
  std::string bearer_key;

  [[nodiscard]] std::uint32_t requests() const { return (trades + per_request - 1) / per_request; }

  // An object for one trade per request, else an array.
  [[nodiscard]] std::string body(std::uint32_t request) const;

  [[nodiscard]] std::string idempotency_key(std::uint32_t request) const;

  // Head and body.
  [[nodiscard]] std::string bytes(std::uint32_t request) const;

  // The number of the trade that the record is of. Errors: invalid_value when it is of none, or not as it was asked
  // for.
  [[nodiscard]] Result<std::uint32_t> number_of(const evidence::TradeCreated& created) const;
};

}  // namespace clearspan::tools
