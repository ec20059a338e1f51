#include "tools/clearspan/demo/evidence_sample.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>

#include "codecs/evidence/verify_bundle.hpp"
#include "tools/clearspan/evidence_verify.hpp"

namespace clearspan::tools {
namespace {

constexpr std::size_t kTradesMax = 40;
constexpr Millis kIndexTimeout{30'000};

Status write_file(const std::filesystem::path& path, ByteView bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) return make_error(ErrorCode::storage_failed, "cannot write " + path.string());
  return Done{};
}

// The phase that the bundle proves.
Result<Phase> proven_phase(ByteView bytes, const tlog::TrustedKeys& trusted) {
  CLEARSPAN_TRY(const evidence::Bundle bundle, evidence::decode_bundle(bytes));
  CLEARSPAN_TRY(const evidence::BundleReport report, evidence::verify_bundle(bundle, trusted, proof_checks()));
  return phase_of(report.state);
}

}  // namespace

Result<EvidenceSample> sample_evidence(Engine& engine, const std::vector<Plan>& plans, const std::string& folder) {
  using Clock = std::chrono::steady_clock;
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  CLEARSPAN_CHECK_OK(engine.sync_index(kIndexTimeout));
  const std::string trust = engine.archive().trust_file();
  CLEARSPAN_CHECK_OK(write_file(folder + "/trust", as_bytes(trust)));
  CLEARSPAN_TRY(const tlog::TrustedKeys trusted, tlog::TrustedKeys::parse(trust));
  EvidenceSample sample;
  const std::size_t step = std::max<std::size_t>(1, plans.size() / kTradesMax);
  for (std::size_t i = 0; i < plans.size(); i += step) {
    const TradeId& id = plans[i].id;
    CLEARSPAN_TRY(const evidence::Bundle bundle, engine.archive().bundle_of(id));
    const Bytes bytes = evidence::encode_bundle(bundle);
    CLEARSPAN_CHECK_OK(write_file(folder + "/" + to_string(id) + ".evidence", bytes));
    CLEARSPAN_TRY(const auto summary, engine.index().summary(id));
    const auto start = Clock::now();
    const Result<Phase> proven = proven_phase(bytes, trusted);
    const double took = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    ++sample.bundles;
    sample.largest_bytes = std::max(sample.largest_bytes, bytes.size());
    sample.slowest_ms = std::max(sample.slowest_ms, took);
    if (!proven.ok()) {
      sample.refused.push_back("trade " + to_string(id) + ": " + describe(proven.error()));
    } else if (!summary || summary->phase != *proven) {
      sample.refused.push_back("trade " + to_string(id) + ": its evidence proves " + std::string(to_string(*proven)));
    }
  }
  return sample;
}

}  // namespace clearspan::tools
