// Values of the derived index, which a damaged disk may have changed: what is read is written again as the same value.
#include <vector>

#include "ledgers/evidence/index_entries.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "ledgers/evidence/index_runs.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  namespace rows = evidence::rows;
  const std::string_view value = as_text({data, size});
  const TradeId trade;
  const auto part = rows::parse_part(trade, value);
  if (part.ok()) {
    std::string again;
    rows::put_part(again, trade, *part);
    CLEARSPAN_VERIFY(again == value);
    rows::PackedPlaces places;
    for (const rows::Place& place : part->places.list()) places.add(place);
    CLEARSPAN_VERIFY(places.bytes() == part->places.bytes());
  } else {
    fuzz::expect_one_of(part.error(), {ErrorCode::storage_failed});
  }
  const std::string_view halves[] = {value.substr(0, value.size() / 2), value.substr(value.size() / 2)};
  std::string joined;
  if (rows::join_runs(rows::run_key(trade), halves, joined)) {
    std::string again;
    CLEARSPAN_VERIFY(rows::join_runs(rows::run_key(trade), std::vector<std::string_view>{joined}, again));
    CLEARSPAN_VERIFY(again == joined);
  }
  const auto idempotency = rows::parse_idempotency(value);
  if (idempotency.ok()) {
    CLEARSPAN_VERIFY(idempotency_value(*idempotency) == value);
  } else {
    fuzz::expect_one_of(idempotency.error(), {ErrorCode::storage_failed});
  }
  for (const std::int64_t bucket : {std::int64_t{0}, std::int64_t{1'751'489'648}, std::int64_t{-1}}) {
    const auto entries = evidence::parse_entries(bucket, value);
    if (entries.ok()) {
      std::string again;
      for (const rows::ListPosition& entry : *entries) evidence::put_entry(again, entry);
      CLEARSPAN_VERIFY(again == value);
    } else {
      fuzz::expect_one_of(entries.error(), {ErrorCode::storage_failed});
    }
  }
  if (const auto place = rows::parse_place(value)) CLEARSPAN_VERIFY(rows::place_value(*place) == value);
  if (const auto applied = rows::parse_applied(value)) {
    CLEARSPAN_VERIFY(rows::applied_value(*applied).substr(1) == value.substr(1));
  }
  return 0;
}
