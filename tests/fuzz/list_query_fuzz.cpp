// The query of GET /v1/trades, from the text behind the "?" to filters, and the cursor of a page.
#include "actors/gateway/limits.hpp"
#include "actors/gateway/list_query.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/rest_world.hpp"

namespace clearspan::fuzz {
namespace {

void try_cursor(const gateway::ListQuery& wanted) {
  const auto position = evidence::rows::parse_cursor(wanted.filter, wanted.cursor);
  if (!position.ok()) return expect_one_of(position.error(), {ErrorCode::invalid_cursor});
  CLEARSPAN_VERIFY(make_cursor(wanted.filter, *position) == wanted.cursor);
}

void check(const gateway::ListQuery& wanted) {
  CLEARSPAN_VERIFY(wanted.limit >= 1 && wanted.limit <= gateway::kListLimitMax);
  if (wanted.filter.ledger) CLEARSPAN_VERIFY(rest_world().planner.has_ledger(*wanted.filter.ledger));
  try_cursor(wanted);
  const evidence::rows::ListPosition position{RestWorld::now(), {}};
  const std::string cursor = make_cursor(wanted.filter, position);
  const auto again = evidence::rows::parse_cursor(wanted.filter, cursor);
  CLEARSPAN_VERIFY(again.ok() && again->created == position.created && again->trade == position.trade);
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  const auto query = transport::parse_query(as_text({data, size}));
  if (!query.ok()) return 0;
  const auto wanted = gateway::read_list_query(*query, fuzz::rest_world().planner);
  if (wanted.ok()) {
    fuzz::check(*wanted);
    return 0;
  }
  fuzz::expect_one_of(wanted.error(),
                      {ErrorCode::unknown_field, ErrorCode::invalid_value, ErrorCode::out_of_range,
                       ErrorCode::unknown_scenario, ErrorCode::unknown_ledger, ErrorCode::unknown_account});
  CLEARSPAN_VERIFY(!wanted.error().field.empty());
  return 0;
}
