// The filters of GET /v1/trades.
#pragma once

#include <cstddef>
#include <string>

#include "actors/gateway/planner.hpp"
#include "ledgers/evidence/index.hpp"
#include "ledgers/transport/request.hpp"

namespace clearspan::gateway {

struct ListQuery {
  evidence::TradeFilter filter;
  std::string cursor;
  std::size_t limit = 0;
};

// Errors, each with the parameter's name as field: unknown_field, invalid_value, out_of_range, unknown_scenario,
// unknown_ledger, unknown_account.
Result<ListQuery> read_list_query(const transport::Query& query, const Planner& planner);

}  // namespace clearspan::gateway
