// What goes between a simulated ledger's node and the engine besides blocks: signed txns one way, books the other.
#include "codecs/json/document.hpp"
#include "ledgers/simulated/books.hpp"
#include "ledgers/simulated/pool.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

namespace sim = simulated;

void try_signed_txn(ByteView raw) {
  const auto txn = sim::parse_signed_txn(raw);
  if (!txn.ok()) {
    return expect_one_of(txn.error(), {ErrorCode::txn_malformed, ErrorCode::signature_invalid, ErrorCode::too_large});
  }
  CLEARSPAN_VERIFY(is_same((*txn)->raw, raw));
  CLEARSPAN_VERIFY(crypto::verify((*txn)->content.header.signer, (*txn)->id.view(), (*txn)->signature));
}

void expect_input_error(const Error& error) {
  expect_one_of(error,
                {ErrorCode::wrong_type, ErrorCode::missing_field, ErrorCode::unknown_field, ErrorCode::out_of_range,
                 ErrorCode::too_large, ErrorCode::invalid_hex, ErrorCode::amount_negative, ErrorCode::amount_fractional,
                 ErrorCode::amount_malformed, ErrorCode::amount_too_large});
}

void try_books(std::string_view text) {
  json::Document document;
  const auto root = document.parse(text);
  if (!root.ok()) return;
  const auto books = sim::parse_books(*root);
  if (books.ok()) {
    const Status sums = check_books(*books);
    if (!sums.ok()) expect_one_of(sums.error(), {ErrorCode::final_block_conflict});
    json::Document again;
    CLEARSPAN_VERIFY(sim::parse_books(*again.parse(to_json(*books))).value() == *books);
  } else {
    expect_input_error(books.error());
  }
  const auto effects = sim::parse_effects(*root);
  if (!effects.ok()) return expect_input_error(effects.error());
  json::Document again;
  CLEARSPAN_VERIFY(sim::parse_effects(*again.parse(sim::to_json(*effects))).value() == *effects);
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clearspan::fuzz::try_signed_txn({data, size});
  clearspan::fuzz::try_books(clearspan::as_text({data, size}));
  return 0;
}
