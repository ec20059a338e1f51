// `clearspan index rebuild`: makes the trade index again from the evidence logs. The engine must not be running.
#pragma once

#include <filesystem>
#include <string>

#include "ledgers/evidence/index.hpp"
#include "tools/clearspan/config.hpp"

namespace clearspan::tools {

struct IndexRebuildOptions {
  std::filesystem::path config;
  bool json = false;
};

int run_index_rebuild(const IndexRebuildOptions& options);

// The logs of the data folder, each read to its end and verified, with the records in them. `locks` keeps an engine
// from starting meanwhile. Errors: log_locked when one is running, log_corrupt, storage_failed.
struct VerifiedLogs {
  std::vector<evidence::ShardLog> shards;
  std::uint64_t records = 0;
  std::uint64_t torn_bytes = 0;  // left behind the end by an interrupted write; never acknowledged
  std::vector<std::unique_ptr<evidence::DirectoryLock>> locks;
};

Result<VerifiedLogs> verify_logs(evidence::Disk& disk, const EngineConfig& config);

}  // namespace clearspan::tools
