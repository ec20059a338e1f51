#include "tests/evidence/vector_files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "codecs/evidence/bundle.hpp"
#include "tests/evidence/forger.hpp"
#include "tests/evidence/small_log.hpp"
#include "tools/clearspan/evidence_verify.hpp"

namespace clearspan::evidence_tests {

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string make_index() {
  const auto trusted = tlog::TrustedKeys::parse(read_text(kVectors / "trust.txt"));
  EXPECT_TRUE(trusted.ok()) << describe(trusted.error());
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kVectors)) {
    if (entry.is_directory() || entry.path().extension() == ".evidence") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string index;
  for (const fs::path& file : files) {
    const std::string statement = fs::is_directory(file) ? tools::log_statement(file.string(), *trusted)
                                                         : tools::bundle_statement(as_bytes(read_text(file)), *trusted);
    index += index.empty() ? "[\n" : ",\n";
    index += R"({"file":")" + file.filename().string() + R"(","statement":)" + statement + "}";
  }
  return index + "\n]\n";
}

namespace {

// The engine whose logs the vectors of simulated ledgers are.
const std::string kOrigin = "clearspan/c5c5c5c5c5c5c5c5c5c5c5c5c5c5/shard-0";

using Records = std::vector<evidence::Record>;

// The first record of that kind, which must be there.
template <class Body>
Records::iterator find_first(Records& records) {
  const auto found = std::find_if(records.begin(), records.end(),
                                  [](const auto& record) { return std::holds_alternative<Body>(record.body); });
  EXPECT_NE(found, records.end());
  return found;
}

// The first proof is too large for the log.
void leave_out_first_proof(Records& records) {
  const auto found = find_first<evidence::LedgerProof>(records);
  const BlockProof proof = std::get<evidence::LedgerProof>(found->body).proof;
  found->body = evidence::ProofLeftOut{proof.ledger, proof.height, proof.block, 2'000'000};
}

// Two shards handled each block, and write one log.
void view_twice(Records& records) {
  std::get<evidence::EngineStarted>(find_first<evidence::EngineStarted>(records)->body).further_shards = 1;
  Records viewed;
  for (const evidence::Record& record : records) {
    viewed.push_back(record);
    if (!std::holds_alternative<evidence::ViewAdvanced>(record.body)) continue;
    viewed.push_back(record);
    std::get<evidence::ViewAdvanced>(viewed.back().body).shard = 1;
  }
  records = std::move(viewed);
}

void decide_too_early(Records& records) {
  const auto created = find_first<evidence::TradeCreated>(records);
  const TradeId trade = std::get<evidence::TradeCreated>(created->body).plan.id;
  records.insert(created + 1, {created->at, evidence::TradeEvent{trade, Decided{Decision::commit}}});
}

void tell_another_amount(Records& records) {
  for (evidence::Record& record : records) {
    auto* event = std::get_if<evidence::TradeEvent>(&record.body);
    auto* fact = event == nullptr ? nullptr : std::get_if<OutcomeFinal>(&event->event);
    if (fact == nullptr) continue;
    fact->outcome.amount = Amount{1};
    return;
  }
}

void name_a_long_key(Records& records) {
  std::get<evidence::TradeCreated>(find_first<evidence::TradeCreated>(records)->body)
      .idempotency_key.assign(evidence::kRecordBytesMax, 'k');
}

void write_forged(const Forger& forger) {
  const auto good = evidence::decode_bundle(as_bytes(read_text(kVectors / "simulated-settled-payment.evidence")));
  ASSERT_TRUE(good.ok()) << describe(good.error());
  const auto put = [&](const std::string& name, const Forger::Edit& edit) {
    write_bytes(kVectors / (name + ".evidence"), evidence::encode_bundle(forger.forge(*good, edit)));
  };
  put("refused-invalid_transition", decide_too_early);
  put("refused-outcome_mismatch", tell_another_amount);
  put("refused-too_large", name_a_long_key);
  put("simulated-unproven-payment", leave_out_first_proof);
  for (const char* name : {"log-two-shards", "log-unproven", "refused-root_mismatch", "refused-log_corrupt"}) {
    fs::remove_all(kVectors / name);
  }
  forger.forge_log((kVectors / "log").string(), (kVectors / "log-two-shards").string(), view_twice);
  forger.forge_log((kVectors / "log").string(), (kVectors / "log-unproven").string(), leave_out_first_proof);
  fs::copy(kVectors / "log", kVectors / "refused-root_mismatch");
  forger.forge_root((kVectors / "refused-root_mismatch").string());
  fs::copy(kVectors / "log", kVectors / "refused-log_corrupt");
  std::fstream segment(kVectors / "refused-log_corrupt" / "00000000000000000001.seg", std::ios::in | std::ios::out);
  segment.seekp(4096 + 200);
  segment.put('\x01');
}

// The logs of an engine between EVM nodes, and its keys.
void write_evm_logs(const fs::path& data) {
  auto seed = crypto::SecretKey::from_hex_digits(read_text(data / "evidence.key").substr(0, 64));
  ASSERT_TRUE(seed.ok()) << describe(seed.error());
  const crypto::Ed25519Signer signer(*seed);
  std::ofstream trust(kVectors / "evm-trust.txt", std::ios::app);
  for (const char* shard : {"0", "1"}) {
    const fs::path from = data / (std::string("shard-") + shard);
    const fs::path to = kVectors / (std::string("evm-log-") + shard);
    fs::remove_all(to);
    copy_as_small_log(from.string(), to.string(), 64);
    const auto identity = evidence::identity_of_log(*evidence::make_posix_disk(), from.string());
    const std::string origin = tlog::origin_of((*identity)->engine, (*identity)->name);
    trust << "log " << tlog::to_string(tlog::PublicKey{origin, tlog::KeyType::log, signer.public_key()}) << "\n";
  }
}

// What is not part of a log, but made from it.
void drop_derived_files() {
  for (const auto& entry : fs::recursive_directory_iterator(kVectors)) {
    const std::string name = entry.path().filename().string();
    if (name == "LOCK" || name.starts_with("hashes.")) fs::remove(entry.path());
  }
}

}  // namespace

void write_forged_vectors() {
  const Forger forger(kOrigin);
  write_forged(forger);
  if (const char* data = std::getenv("CLEARSPAN_EVM_DATA")) write_evm_logs(data);
  drop_derived_files();
  // The first line is the key of the engine whose logs these are.
  const std::string trust = read_text(kVectors / "trust.txt");
  const std::string own = trust.substr(0, trust.find('\n') + 1);
  write_bytes(kVectors / "trust.txt", as_bytes(own + forger.trust_line() + read_text(kVectors / "evm-trust.txt")));
  write_bytes(kVectors / "INDEX.json", as_bytes(make_index()));
}

}  // namespace clearspan::evidence_tests
