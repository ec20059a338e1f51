#include "tests/evidence/forger.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "codecs/evidence/proving.hpp"
#include "codecs/tlog/merkle.hpp"
#include "codecs/tlog/note.hpp"
#include "ledgers/evidence/verify_log.hpp"
#include "tests/evidence/small_log.hpp"

namespace clearspan::evidence_tests {
namespace {

crypto::SecretKey forgers_key() {
  return crypto::SecretKey(std::array<std::uint8_t, crypto::SecretKey::kSize>{0xf0});
}

// The nodes of a small tree, each computed from its leaves.
class Leaves final : public tlog::HashReader {
 public:
  std::vector<Hash32> hashes;

  Result<Hash32> hash_at(tlog::NodeId node) override {
    if (node.level == 0) return hashes.at(node.index);
    CLEARSPAN_TRY(const Hash32 left, hash_at({node.level - 1, 2 * node.index}));
    CLEARSPAN_TRY(const Hash32 right, hash_at({node.level - 1, 2 * node.index + 1}));
    return tlog::node_hash(left, right);
  }
};

evidence::BundleLog log_of(const std::vector<evidence::Record>& records, const evidence::LogIdentity& identity,
                           const std::function<std::string(std::uint64_t, const Hash32&)>& sign) {
  evidence::BundleLog log;
  Leaves leaves;
  Hash32 head = evidence::chain_start(identity);
  for (const evidence::Record& record : records) {
    Bytes bytes;
    Bytes attachment;
    evidence::encode(record, bytes, attachment);
    evidence::BundleEntry entry;
    entry.index = leaves.hashes.size();
    entry.entry.assign(head.bytes.begin(), head.bytes.end());
    entry.entry.insert(entry.entry.end(), bytes.begin(), bytes.end());
    head = tlog::leaf_hash(entry.entry);
    leaves.hashes.push_back(head);
    log.entries.push_back(std::move(entry));
  }
  const std::uint64_t size = leaves.hashes.size();
  for (evidence::BundleEntry& entry : log.entries) {
    entry.inclusion = tlog::inclusion_proof(entry.index, size, leaves).value();
  }
  log.checkpoint = sign(size, tlog::tree_root(size, leaves).value());
  return log;
}

// Drops the proofs that no event cites, and their records.
void keep_cited(std::vector<evidence::Record>& records, std::vector<BlockProof>& proofs) {
  std::set<evidence::Citation> named;
  std::optional<Plan> plan;
  for (const evidence::Record& record : records) {
    if (const auto* created = std::get_if<evidence::TradeCreated>(&record.body)) plan = created->plan;
    const auto* event = std::get_if<evidence::TradeEvent>(&record.body);
    const auto citation = event == nullptr ? std::nullopt : evidence::citation_of(*plan, event->event);
    if (citation) named.insert(*citation);
  }
  std::erase_if(proofs, [&](const BlockProof& proof) { return !named.contains(evidence::citation_of(proof)); });
  std::set<evidence::Citation> kept;
  for (const BlockProof& proof : proofs) kept.insert(evidence::citation_of(proof));
  std::erase_if(records, [&](const evidence::Record& record) {
    const auto* proof = std::get_if<evidence::LedgerProof>(&record.body);
    return proof != nullptr && !kept.contains(evidence::citation_of(proof->proof));
  });
}

}  // namespace

Forger::Forger(std::string origin) : origin_(std::move(origin)), signer_(forgers_key()) {}

std::string Forger::trust_line() const {
  return "log " + tlog::to_string(tlog::PublicKey{origin_, tlog::KeyType::log, signer_.public_key()}) + "\n";
}

std::string Forger::sign(std::uint64_t size, const Hash32& root) const {
  return tlog::to_string(tlog::sign_checkpoint({origin_, size, root}, signer_));
}

evidence::Bundle Forger::forge(const evidence::Bundle& bundle, const Edit& edit) const {
  evidence::Bundle forged = bundle;
  std::vector<evidence::Record> records;
  for (const evidence::BundleEntry& entry : bundle.logs.front().entries) {
    records.push_back(evidence::decode_without_attachment(ByteView(entry.entry).subspan(Hash32::kSize)).value());
  }
  std::erase_if(records, [](const auto& record) { return std::holds_alternative<evidence::Anchored>(record.body); });
  forged.anchors.clear();
  keep_cited(records, forged.proofs);
  edit(records);
  std::erase_if(forged.proofs, [&](const BlockProof& proof) {
    return std::none_of(records.begin(), records.end(), [&](const evidence::Record& record) {
      const auto* named = std::get_if<evidence::LedgerProof>(&record.body);
      return named != nullptr && named->proof.block == proof.block;
    });
  });
  const tlog::Origin origin = tlog::parse_origin(origin_).value();
  const auto sign_it = [this](std::uint64_t size, const Hash32& root) { return sign(size, root); };
  evidence::LogIdentity identity;
  identity.engine = origin.engine;
  identity.name = origin.log_name;
  forged.logs = {log_of(records, identity, sign_it)};
  return forged;
}

void Forger::forge_log(const std::string& from, const std::string& to, const Edit& edit) const {
  const auto disk = evidence::make_posix_disk();
  const auto identity = evidence::identity_of_log(*disk, from).value();
  std::vector<evidence::Record> records;
  ASSERT_TRUE(evidence::read_log(*disk, from, *identity, {}, [&](const evidence::RecordRef& ref) -> Status {
                CLEARSPAN_TRY(evidence::Record record, evidence::decode(ref.bytes));
                records.push_back(std::move(record));
                return Done{};
              }).ok());
  edit(records);
  SmallLog log(*disk, to, *identity);
  for (const evidence::Record& record : records) log.add(record);
  log.close();
  const auto head = log.log().tree().head();
  std::ofstream(to + "/checkpoint", std::ios::binary) << sign(head.size, head.root);
}

void Forger::forge_root(const std::string& directory) const {
  const auto disk = evidence::make_posix_disk();
  const auto note = tlog::parse_note(evidence::read_note(*disk, directory, evidence::kCheckpointFile).value());
  auto head = tlog::parse_checkpoint(note.value().text).value();
  head.root.bytes[0] ^= 1;
  std::ofstream(directory + "/checkpoint", std::ios::binary) << sign(head.size, head.root);
}

}  // namespace clearspan::evidence_tests
