// The first look at CBOR: an item ends in exactly one place. Cut anywhere it is truncated, and one byte more is one too
// many.
#include "codecs/evidence/cbor_scan.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  constexpr std::size_t kCutsMax = 64;  // so that a long item costs no more than a short one
  const ByteView item(data, size);
  const Status status = evidence::cbor::scan(item);
  if (!status.ok()) {
    fuzz::expect_one_of(status.error(), {ErrorCode::truncated, ErrorCode::leftover_bytes, ErrorCode::too_deep,
                                         ErrorCode::not_canonical});
    return 0;
  }
  Bytes longer(item.begin(), item.end());
  longer.push_back(0);
  const Status with_more = evidence::cbor::scan(longer);
  CLEARSPAN_VERIFY(!with_more.ok() && with_more.error().code == ErrorCode::leftover_bytes);
  for (std::size_t cut = 0; cut < size; cut += 1 + size / kCutsMax) {
    const Status front = evidence::cbor::scan(item.first(cut));
    CLEARSPAN_VERIFY(!front.ok() && front.error().code == ErrorCode::truncated);
  }
  return 0;
}
