// One evidence record and its attachment: what is read is written again as the same bytes.
#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/cbor_scan.hpp"
#include "codecs/evidence/record.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

// A record commits to its attachment by its last 32 bytes; here they are made to fit, so that attachments are read.
void fit_attachment(Bytes& record, ByteView attachment) {
  if (attachment.empty() || !evidence::attachment_digest(record)) return;
  const Hash32 digest = crypto::sha256(attachment);
  std::copy(digest.bytes.begin(), digest.bytes.end(), record.end() - Hash32::kSize);
}

void try_decode(ByteView record_bytes, ByteView attachment) {
  const auto record = evidence::decode({record_bytes, attachment});
  if (!record.ok()) return expect_one_of(record.error(), {ErrorCode::cbor_malformed});
  Bytes again;
  Bytes attachment_again;
  encode(*record, again, attachment_again);
  CLEARSPAN_VERIFY(is_same(again, record_bytes) && is_same(attachment_again, attachment));
  CLEARSPAN_VERIFY(evidence::cbor::scan(record_bytes).ok());
  CLEARSPAN_VERIFY(attachment.empty() || evidence::cbor::scan(attachment).ok());
  const auto digest = evidence::attachment_digest(record_bytes);
  CLEARSPAN_VERIFY(digest.has_value() == !attachment.empty());
  CLEARSPAN_VERIFY(evidence::decode_without_attachment(record_bytes).ok());
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  fuzz::Pieces input({data, size});
  const ByteView piece = input.piece();
  Bytes record(piece.begin(), piece.end());
  const ByteView attachment = input.rest();
  fuzz::try_decode(record, attachment);
  fuzz::fit_attachment(record, attachment);
  fuzz::try_decode(record, attachment);
  const auto alone = evidence::decode_without_attachment(record);
  if (!alone.ok()) fuzz::expect_one_of(alone.error(), {ErrorCode::cbor_malformed});
  return 0;
}
