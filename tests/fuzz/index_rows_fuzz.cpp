// Values of the derived index, which a damaged disk may have changed: what is read is written again as the same value.
#include "ledgers/evidence/index_entries.hpp"
#include "ledgers/evidence/index_rows.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  namespace rows = evidence::rows;
  const std::string_view value = as_text({data, size});
  const auto trade = rows::parse_trade(value);
  if (trade.ok()) {
    CLEARSPAN_VERIFY(trade_value(*trade) == value);
    evidence::rows::PackedPlaces again;
    for (const rows::Place& place : trade->places.list()) again.add(place);
    CLEARSPAN_VERIFY(again.bytes() == trade->places.bytes());
  } else {
    fuzz::expect_one_of(trade.error(), {ErrorCode::storage_failed});
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
