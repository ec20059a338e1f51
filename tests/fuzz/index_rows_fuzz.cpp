// Values of the derived index, which a damaged disk may have changed: what is read is written again as the same value.
#include "ledgers/evidence/index_rows.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  namespace rows = evidence::rows;
  const std::string_view value = as_text({data, size});
  const auto summary = rows::parse_summary(value);
  if (summary.ok()) {
    CLEARSPAN_VERIFY(summary_value(*summary) == value);
  } else {
    fuzz::expect_one_of(summary.error(), {ErrorCode::storage_failed});
  }
  const auto idempotency = rows::parse_idempotency(value);
  if (idempotency.ok()) {
    CLEARSPAN_VERIFY(idempotency_value(*idempotency) == value);
  } else {
    fuzz::expect_one_of(idempotency.error(), {ErrorCode::storage_failed});
  }
  const auto record = rows::parse_record(value);
  if (!record.ok()) fuzz::expect_one_of(record.error(), {ErrorCode::storage_failed, ErrorCode::cbor_malformed});
  if (const auto place = rows::parse_place(value)) {
    CLEARSPAN_VERIFY(rows::place_value(*place).substr(1) == value.substr(1));
  }
  if (const auto applied = rows::parse_applied(value)) {
    CLEARSPAN_VERIFY(rows::applied_value(*applied).substr(1) == value.substr(1));
  }
  return 0;
}
