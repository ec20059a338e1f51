// The independent auditor, for campaigns: an engine's evidence against the books of its ledgers.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/trade/state.hpp"
#include "tools/auditor/audit.hpp"

namespace clearspan::tools {

struct AuditedLogs {
  std::vector<std::string> violations;
  std::uint64_t records = 0;
};

// `phases`: what the engine showed of its trades, by id. `heads`: checkpoints that were seen outside. `ended`: every
// trade had the time to end. Errors: those of audit::audit.
Result<AuditedLogs> audit_logs(const std::filesystem::path& data_dir, const std::vector<audit::LedgerBook>& books,
                               const std::map<std::string, Phase>& phases, std::vector<std::string> heads, bool ended);

}  // namespace clearspan::tools
