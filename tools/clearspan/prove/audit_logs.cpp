#include "tools/clearspan/prove/audit_logs.hpp"

namespace clearspan::tools {

Result<AuditedLogs> audit_logs(const std::filesystem::path& data_dir, const std::vector<audit::LedgerBook>& books,
                               const std::map<std::string, Phase>& phases, std::vector<std::string> heads, bool ended) {
  audit::Options options;
  options.ended = ended;
  options.heads = std::move(heads);
  for (const auto& [trade, phase] : phases) {
    if (const auto id = parse_trade_id(trade)) options.seen.emplace(*id, phase);
  }
  const auto disk = evidence::make_posix_disk();
  CLEARSPAN_TRY(const audit::Report report, audit::audit({*disk, data_dir.string()}, books, options));
  AuditedLogs audited;
  audited.records = report.counts.records;
  for (const audit::Violation& one : report.violations) {
    audited.violations.push_back(audit::name_of(one.invariant) + ": " + one.text);
  }
  return audited;
}

}  // namespace clearspan::tools
