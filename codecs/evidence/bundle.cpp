#include "codecs/evidence/bundle.hpp"

#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/cbor_scan.hpp"
#include "codecs/evidence/fields.hpp"

namespace clearspan::evidence {
namespace {

const std::string kMagic = "clearspan bundle v1";

constexpr std::size_t kLogsMax = 1024;  // as many as an engine may have shards
constexpr std::size_t kItemsMax = 65'536;

constexpr auto kHash = [](auto& coder, auto& hash) { coder.fixed(hash); };

constexpr auto kEntry = [](auto& coder, auto& entry) {
  coder.array(3);
  coder.integer(entry.index);
  coder.bytes(entry.entry);
  coder.list(entry.inclusion, kItemsMax, kHash);
};

constexpr auto kLog = [](auto& coder, auto& log) {
  coder.array(2);
  coder.text(log.checkpoint);
  coder.list(log.entries, kItemsMax, kEntry);
};

constexpr auto kProof = [](auto& coder, auto& proof) {
  coder.array(6);
  coder.text(proof.ledger);
  coder.integer(proof.height);
  coder.fixed(proof.block);
  fields::code_proof(coder, proof);
};

constexpr auto kAnchor = [](auto& coder, auto& anchor) {
  coder.array(3);
  coder.text(anchor.checkpoint);
  coder.list(anchor.consistency, kItemsMax, kHash);
  coder.integer(anchor.index);
};

void code_content(auto& coder, auto& bundle) {
  coder.fixed(bundle.trade);
  coder.list(bundle.logs, kLogsMax, kLog);
  coder.list(bundle.proofs, kItemsMax, kProof);
  coder.list(bundle.anchors, kItemsMax, kAnchor);
}

Hash32 checksum_of(ByteView bytes) {
  return crypto::sha256(bytes.first(bytes.size() - Hash32::kSize));
}

}  // namespace

Bytes encode_bundle(const Bundle& bundle) {
  Bytes out;
  {
    cbor::Writer writer(out);
    writer.array(6);
    writer.text(kMagic);
    code_content(writer, bundle);
    writer.fixed(Hash32{});
  }
  const Hash32 checksum = checksum_of(out);
  std::copy(checksum.bytes.begin(), checksum.bytes.end(), out.end() - Hash32::kSize);
  return out;
}

Result<Bundle> decode_bundle(ByteView bytes) {
  if (bytes.size() > kBundleBytesMax) return make_error(ErrorCode::too_large, "a bundle has at most a megabyte");
  CLEARSPAN_CHECK_OK(cbor::scan(bytes));
  cbor::Reader reader(bytes);
  Bundle bundle;
  std::string magic;
  Hash32 checksum;
  reader.array(6);
  reader.text(magic);
  if (magic != kMagic) reader.fail("not a bundle of this version");
  code_content(reader, bundle);
  reader.fixed(checksum);
  if (const Status status = reader.finish(); !status.ok()) {
    return make_error(ErrorCode::malformed, status.error().detail);
  }
  if (checksum != checksum_of(bytes)) return make_error(ErrorCode::checksum_mismatch, "the file was damaged");
  return bundle;
}

}  // namespace clearspan::evidence
