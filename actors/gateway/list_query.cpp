#include "actors/gateway/list_query.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "actors/gateway/limits.hpp"

namespace clearspan::gateway {
namespace {

Result<std::optional<Timestamp>> read_time(const transport::Query& query, std::string_view name) {
  const std::optional<std::string_view> text = query.find(name);
  if (!text) return std::optional<Timestamp>{};
  const std::optional<Timestamp> time = parse_rfc3339(*text);
  if (time) return time;
  return make_error(ErrorCode::invalid_value, "a time is written as in 2026-11-21T09:30:00Z", std::string(name));
}

Result<std::optional<Phase>> read_phase(const transport::Query& query) {
  const std::optional<std::string_view> text = query.find("phase");
  if (!text) return std::optional<Phase>{};
  const std::optional<Phase> phase = parse_phase(*text);
  if (phase) return phase;
  return make_error(ErrorCode::invalid_value, "no phase has that name", "phase");
}

Result<std::optional<std::string>> read_scenario(const transport::Query& query) {
  constexpr std::array<std::string_view, 3> kScenarios{"payment", "pvp", "return"};
  const std::optional<std::string_view> text = query.find("scenario");
  if (!text) return std::optional<std::string>{};
  if (std::find(kScenarios.begin(), kScenarios.end(), *text) != kScenarios.end())
    return std::optional(std::string(*text));
  return make_error(ErrorCode::unknown_scenario, "it is payment, pvp or return", "scenario");
}

Status read_ledger_and_account(const transport::Query& query, const Planner& planner, evidence::TradeFilter& filter) {
  if (const auto ledger = query.find("ledger")) {
    if (!planner.has_ledger({std::string(*ledger)})) {
      return make_error(ErrorCode::unknown_ledger, "no ledger of that name is configured", "ledger");
    }
    filter.ledger = LedgerId{std::string(*ledger)};
  }
  const auto account = query.find("account");
  if (!account) return Done{};
  if (!filter.ledger) {
    filter.account = planner.canonical_anywhere(*account);
    return Done{};
  }
  Result<AccountId> canonical = planner.canonical(*filter.ledger, *account);
  if (!canonical.ok()) return make_error(canonical.error().code, canonical.error().detail, "account");
  filter.account = std::move(canonical).value();
  return Done{};
}

}  // namespace

Result<ListQuery> read_list_query(const transport::Query& query, const Planner& planner) {
  CLEARSPAN_CHECK_OK(query.expect_only(
      {"phase", "scenario", "ledger", "account", "created_after", "created_before", "limit", "cursor"}));
  ListQuery wanted;
  CLEARSPAN_TRY(wanted.filter.phase, read_phase(query));
  CLEARSPAN_TRY(wanted.filter.scenario, read_scenario(query));
  CLEARSPAN_CHECK_OK(read_ledger_and_account(query, planner, wanted.filter));
  CLEARSPAN_TRY(wanted.filter.created_from, read_time(query, "created_after"));
  CLEARSPAN_TRY(wanted.filter.created_before, read_time(query, "created_before"));
  CLEARSPAN_TRY(const std::optional<std::uint64_t> limit, query.number("limit", kListLimitMax));
  if (limit && *limit == 0) return make_error(ErrorCode::out_of_range, "a page holds at least one trade", "limit");
  wanted.limit = limit.value_or(kListLimitDefault);
  wanted.cursor = query.find("cursor").value_or("");
  return wanted;
}

}  // namespace clearspan::gateway
