// Bundles from strangers. An input that starts with the bytes of a bundle is read and verified as it is. Any other one
// lists records: they become a log with its tree, signed by a key that the verifier trusts, so that the fuzzer gets to
// what records and proofs may say. A bundle that verifies does not when one byte of it changes.
//
//   input = 0 | piece bundle whose records and proofs are taken | change
#include "codecs/crypto/sha256.hpp"
#include "codecs/evidence/verify_bundle.hpp"
#include "codecs/simulated/proof.hpp"
#include "codecs/tlog/merkle.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clearspan::fuzz {
namespace {

using evidence::Bundle;
using evidence::BundleEntry;

constexpr std::size_t kEntriesMax = 40;

const evidence::ProofChecks& checks() {
  static const evidence::ProofChecks known{{"simulated", simulated::check_block_proof},
                                           {"ethereum", ethereum::check_block_proof}};
  return known;
}

const crypto::Ed25519Signer& signer() {
  static const crypto::Ed25519Signer one{crypto::SecretKey(crypto::sha256(as_bytes("fuzz")).bytes)};
  return one;
}

std::string origin() {
  return tlog::origin_of(EngineTag{}, "shard-0");
}

const tlog::TrustedKeys& trusted() {
  static const tlog::TrustedKeys keys = [] {
    tlog::TrustedKeys made;
    CLEARSPAN_VERIFY(made.add({origin(), tlog::KeyType::log, signer().public_key()}).ok());
    return made;
  }();
  return keys;
}

Result<evidence::BundleReport> verify(const Bundle& bundle) {
  auto report = verify_bundle(bundle, trusted(), checks());
  if (report.ok()) {
    CLEARSPAN_VERIFY(report->plan.id == bundle.trade && report->checkpoints.size() == bundle.logs.size());
    return report;
  }
  expect_one_of(
      report.error(),
      {ErrorCode::truncated, ErrorCode::leftover_bytes, ErrorCode::too_deep, ErrorCode::too_large,
       ErrorCode::not_canonical, ErrorCode::malformed, ErrorCode::checkpoint_malformed, ErrorCode::untrusted_key,
       ErrorCode::signature_invalid, ErrorCode::wrong_log_name, ErrorCode::index_beyond_tree,
       ErrorCode::inclusion_invalid, ErrorCode::consistency_invalid, ErrorCode::record_misplaced,
       ErrorCode::invalid_transition, ErrorCode::proof_missing, ErrorCode::proof_invalid, ErrorCode::outcome_mismatch});
  return report;
}

Result<Bundle> decode(ByteView bytes) {
  auto bundle = evidence::decode_bundle(bytes);
  if (!bundle.ok()) {
    expect_one_of(bundle.error(),
                  {ErrorCode::too_large, ErrorCode::truncated, ErrorCode::leftover_bytes, ErrorCode::too_deep,
                   ErrorCode::not_canonical, ErrorCode::malformed, ErrorCode::checksum_mismatch});
    return bundle;
  }
  CLEARSPAN_VERIFY(is_same(encode_bundle(*bundle), bytes));
  return bundle;
}

// The bytes with the checksum in their last 32 made right.
Bytes with_checksum(ByteView bytes) {
  Bytes fitted(bytes.begin(), bytes.end());
  if (fitted.size() < Hash32::kSize) return fitted;
  const Hash32 checksum = crypto::sha256(ByteView(fitted).first(fitted.size() - Hash32::kSize));
  std::copy(checksum.bytes.begin(), checksum.bytes.end(), fitted.end() - Hash32::kSize);
  return fitted;
}

struct Nodes final : tlog::HashReader {
  Result<Hash32> hash_at(tlog::NodeId node) override { return hashes.at({node.level, node.index}); }

  std::map<std::pair<unsigned, std::uint64_t>, Hash32> hashes;
};

// The entries of all logs as the one log of a tree of their own.
void sign_anew(Bundle& bundle) {
  std::vector<BundleEntry> entries;
  for (evidence::BundleLog& log : bundle.logs) {
    for (BundleEntry& entry : log.entries) {
      if (entries.size() < kEntriesMax) entries.push_back(std::move(entry));
    }
  }
  Nodes nodes;
  tlog::Frontier tree;
  for (BundleEntry& entry : entries) {
    entry.index = tree.size();
    tree.append(tlog::leaf_hash(entry.entry), [&](tlog::NodeId node, const Hash32& hash) {
      nodes.hashes[{node.level, node.index}] = hash;
    });
  }
  for (BundleEntry& entry : entries) entry.inclusion = inclusion_proof(entry.index, tree.size(), nodes).value();
  const tlog::Note note = tlog::sign_checkpoint({origin(), tree.size(), tree.root()}, signer());
  bundle.logs = {{to_string(note), std::move(entries)}};
}

// The trade that the records speak of, whichever it is.
void name_trade(Bundle& bundle) {
  for (const BundleEntry& entry : bundle.logs.front().entries) {
    if (entry.entry.size() <= Hash32::kSize) continue;
    const auto record = evidence::decode_without_attachment(ByteView(entry.entry).subspan(Hash32::kSize));
    if (!record.ok()) continue;
    if (const auto* created = std::get_if<evidence::TradeCreated>(&record->body)) bundle.trade = created->plan.id;
  }
}

void try_signed_anew(Pieces& input) {
  auto bundle = decode(with_checksum(input.piece()));
  if (!bundle.ok()) return;
  sign_anew(*bundle);
  name_trade(*bundle);
  if (!verify(*bundle).ok()) return;
  Bytes changed = encode_bundle(*bundle);
  changed[input.number() % changed.size()] ^= static_cast<std::uint8_t>(1U << (input.byte() % 8));
  CLEARSPAN_VERIFY(!decode(changed).ok());
  const auto other = decode(with_checksum(changed));
  if (other.ok() && *other != *bundle) CLEARSPAN_VERIFY(!verify(*other).ok());
}

}  // namespace
}  // namespace clearspan::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clearspan;
  if (size > 0 && data[0] == 0) {
    fuzz::Pieces input({data + 1, size - 1});
    fuzz::try_signed_anew(input);
    return 0;
  }
  const auto bundle = fuzz::decode({data, size});
  if (bundle.ok()) CLEARSPAN_VERIFY(!fuzz::verify(*bundle).ok());  // its key is nobody's that is trusted here
  return 0;
}
