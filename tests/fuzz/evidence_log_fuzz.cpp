// A whole log of records that a stranger chose, with a tree and a checkpoint that fit: verifying it, and recovering
// from it, end in a report or in a refusal.
//
//   input = (piece record, piece attachment)*
#include "codecs/crypto/sha256.hpp"
#include "codecs/simulated/proof.hpp"
#include "codecs/tlog/merkle.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "ledgers/evidence/recovery.hpp"
#include "ledgers/evidence/verify_log.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/made_log.hpp"

namespace clearspan::fuzz {
namespace {

constexpr std::uint64_t kSegmentBytes = 64 * evidence::kBlockBytes;
constexpr std::size_t kRecordsMax = 64;
constexpr std::size_t kBytesMax = 32 * evidence::kBlockBytes;

const crypto::Ed25519Signer& signer() {
  static const crypto::Ed25519Signer one{crypto::SecretKey(crypto::sha256(as_bytes("fuzz")).bytes)};
  return one;
}

std::string origin() {
  return tlog::origin_of(made_identity().engine, made_identity().name);
}

void sign(MadeLog& log) {
  tlog::Frontier tree;
  for (std::size_t i = 1; i < log.heads.size(); ++i) tree.append(log.heads[i]);
  const std::string note = to_string(tlog::sign_checkpoint({origin(), tree.size(), tree.root()}, signer()));
  log.files[std::string(evidence::kCheckpointFile)] = {as_bytes(note).begin(), as_bytes(note).end()};
}

// A record whose commitment fits its attachment, as the log's reader asks for.
Bytes fitting(ByteView record, ByteView attachment) {
  Bytes bytes(record.begin(), record.end());
  if (!attachment.empty() && evidence::attachment_digest(bytes)) {
    const Hash32 digest = crypto::sha256(attachment);
    std::copy(digest.bytes.begin(), digest.bytes.end(), bytes.end() - Hash32::kSize);
  }
  return bytes;
}

bool is_storable(ByteView record, ByteView attachment) {
  return !record.empty() && evidence::attachment_digest(record).has_value() == !attachment.empty();
}

void try_verify(ReadOnlyDisk& disk) {
  static const evidence::ProofChecks checks{{"simulated", simulated::check_block_proof},
                                            {"ethereum", ethereum::check_block_proof}};
  static const tlog::TrustedKeys trusted = [] {
    tlog::TrustedKeys keys;
    CLEARSPAN_VERIFY(keys.add({origin(), tlog::KeyType::log, signer().public_key()}).ok());
    return keys;
  }();
  const auto report = verify_log(disk, kLogFolder, trusted, checks);
  if (report.ok()) {
    std::uint64_t trades = 0;
    for (const std::uint64_t count : report->phases) trades += count;
    CLEARSPAN_VERIFY(trades == report->trades && report->records == report->checkpoint.size);
    return;
  }
  expect_one_of(report.error(), {ErrorCode::malformed, ErrorCode::record_misplaced, ErrorCode::invalid_transition,
                                 ErrorCode::proof_missing, ErrorCode::proof_invalid, ErrorCode::outcome_mismatch});
}

void try_recover(ReadOnlyDisk& disk) {
  const auto recovered = evidence::recover(disk, kLogFolder, made_identity());
  if (!recovered.ok()) {
    return expect_one_of(recovered.error(), {ErrorCode::log_corrupt, ErrorCode::invalid_transition});
  }
  for (const auto& [id, trade] : recovered->trades) {
    CLEARSPAN_VERIFY(trade.plan->id == id && !is_terminal(phase_of(trade.state)));
    outstanding_commands(*trade.plan, trade.state);
  }
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  fuzz::Pieces input({data, std::min(size, fuzz::kBytesMax)});
  fuzz::MadeLog log(fuzz::kSegmentBytes);
  std::vector<evidence::RecordBytes> group;
  std::vector<std::pair<Bytes, ByteView>> kept;
  while (!input.empty() && kept.size() < fuzz::kRecordsMax) {
    const ByteView record = input.piece();
    const ByteView attachment = input.piece();
    if (fuzz::is_storable(record, attachment)) kept.emplace_back(fuzz::fitting(record, attachment), attachment);
  }
  for (const auto& [record, attachment] : kept) group.push_back({record, attachment});
  if (group.empty()) return 0;
  log.add_group(group);
  fuzz::sign(log);
  fuzz::ReadOnlyDisk disk(log.files);
  fuzz::try_verify(disk);
  fuzz::try_recover(disk);
  return 0;
}
