#include "tools/clearspan/evidence_verify.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "codecs/evidence/verify_bundle.hpp"
#include "codecs/json/writer.hpp"
#include "codecs/simulated/proof.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "ledgers/evidence/verify_log.hpp"
#include "tools/clearspan/evidence_text.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return make_error(ErrorCode::storage_failed, "cannot read the file", path);
  return content;
}

Result<evidence::BundleReport> verify(ByteView bytes, const tlog::TrustedKeys& trusted) {
  CLEARSPAN_TRY(const evidence::Bundle bundle, evidence::decode_bundle(bytes));
  return evidence::verify_bundle(bundle, trusted, proof_checks());
}

Result<evidence::LogReport> verify(const std::string& directory, const tlog::TrustedKeys& trusted) {
  const auto disk = evidence::make_posix_disk();
  return evidence::verify_log(*disk, directory, trusted, proof_checks());
}

std::string refusal(const Error& error) {
  json::Writer json;
  json.begin_object().field("verdict", "refused").field("code", to_string(error.code)).field("detail", error.detail);
  json.end_object();
  return json.take();
}

std::string statement(const evidence::BundleReport& report) {
  json::Writer json;
  json.begin_object().field("verdict", report.unproven.empty() ? "verified" : "unproven").field("kind", "bundle");
  json.field("trade", to_string(report.plan.id)).field("phase", to_string(phase_of(report.state)));
  json.field("events", report.events).field("unproven", report.unproven.size()).field("proofs", report.proofs);
  json.field("checkpoint_size", report.checkpoints.front().size);
  json.field("witnesses", report.checkpoints.front().witnesses.size()).field("anchors", report.anchors.size());
  json.end_object();
  return json.take();
}

std::string statement(const evidence::LogReport& report) {
  json::Writer json;
  json.begin_object().field("verdict", "verified").field("kind", "log");
  json.field("origin", report.checkpoint.origin).field("records", report.records);
  json.field("unsigned", report.unsigned_records).field("trades", report.trades);
  json.field("unproven_trades", report.unproven_trades);
  json.key("phases").begin_object();
  for (std::size_t i = 0; i < report.phases.size(); ++i) {
    if (report.phases[i] > 0) json.field(to_string(static_cast<Phase>(i)), report.phases[i]);
  }
  json.end_object().field("digest", to_hex(report.digest.view())).end_object();
  return json.take();
}

void tell_log(std::ostream& out, const evidence::LogReport& report) {
  out << "verified: log " << report.checkpoint.origin << "\n"
      << report.records << " records, " << report.trades << " trades, " << report.unsigned_records
      << " records behind the checkpoint\n";
  if (report.unproven_trades > 0) {
    out << report.unproven_trades << " trades have events whose proof the log says it has not\n";
  }
  for (std::size_t i = 0; i < report.phases.size(); ++i) {
    if (report.phases[i] > 0) out << "  " << to_string(static_cast<Phase>(i)) << " " << report.phases[i] << "\n";
  }
}

void tell(std::ostream& out, const evidence::BundleReport& report) {
  tell_bundle(out, report);
}

void tell(std::ostream& out, const evidence::LogReport& report) {
  tell_log(out, report);
}

bool is_proven(const evidence::BundleReport& report) {
  return report.unproven.empty();
}

// Of a log as a whole: which of its trades are not proven, it says itself.
bool is_proven(const evidence::LogReport&) {
  return true;
}

template <class Report>
int conclude(const Result<Report>& report, bool json, std::ostream& out, std::ostream& err) {
  if (!report.ok() && report.error().code == ErrorCode::storage_failed) {
    err << "clearspan: " << describe(report.error()) << "\n";
    return kExitUsage;
  }
  if (json) {
    out << (report.ok() ? statement(*report) : refusal(report.error())) << "\n";
  } else if (report.ok()) {
    tell(out, *report);
  } else {
    out << "refused: " << describe(report.error()) << "\n";
  }
  return report.ok() && is_proven(*report) ? kExitOk : kExitNegative;
}

}  // namespace

const evidence::ProofChecks& proof_checks() {
  static const evidence::ProofChecks checks = {{"ethereum", ethereum::check_block_proof},
                                               {"simulated", simulated::check_block_proof}};
  return checks;
}

std::string bundle_statement(ByteView bundle, const tlog::TrustedKeys& trusted) {
  const auto report = verify(bundle, trusted);
  return report.ok() ? statement(*report) : refusal(report.error());
}

std::string log_statement(const std::string& directory, const tlog::TrustedKeys& trusted) {
  const auto report = verify(directory, trusted);
  return report.ok() ? statement(*report) : refusal(report.error());
}

int run_evidence_verify(const EvidenceVerifyOptions& options, std::ostream& out, std::ostream& err) {
  const auto keys = read_file(options.trust);
  const auto trusted = keys.ok() ? tlog::TrustedKeys::parse(*keys) : Result<tlog::TrustedKeys>(keys.error());
  if (!trusted.ok()) {
    err << "clearspan: " << options.trust << ": " << describe(trusted.error()) << "\n";
    return kExitUsage;
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(options.path, ignored)) {
    return conclude(verify(options.path, *trusted), options.json, out, err);
  }
  const auto bundle = read_file(options.path);
  if (!bundle.ok()) {
    err << "clearspan: " << describe(bundle.error()) << "\n";
    return kExitUsage;
  }
  return conclude(verify(as_bytes(*bundle), *trusted), options.json, out, err);
}

}  // namespace clearspan::tools
