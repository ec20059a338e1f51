#include "tools/clearspan/index_rebuild.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "codecs/json/writer.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/serve.hpp"

namespace clearspan::tools {
namespace {

using std::chrono::steady_clock;

constexpr std::uint16_t kShardsMax = 256;

Result<std::uint64_t> rebuild(const IndexRebuildOptions& options) {
  CLEARSPAN_TRY(const Config config, read_config_file(options.config));
  const std::unique_ptr<evidence::Disk> disk = evidence::make_posix_disk();
  CLEARSPAN_TRY(const VerifiedLogs logs, verify_logs(*disk, config.engine));
  if (logs.shards.empty()) {
    return make_error(ErrorCode::config_invalid, "no evidence log in " + config.engine.data_dir.string(),
                      "engine.data_dir");
  }
  CLEARSPAN_CHECK_OK(evidence::TradeIndex::rebuild(*disk, {index_folder(config.engine).string(), logs.shards}));
  return logs.records;
}

}  // namespace

Result<VerifiedLogs> verify_logs(evidence::Disk& disk, const EngineConfig& config) {
  VerifiedLogs logs;
  for (std::uint16_t shard = 0; shard < kShardsMax; ++shard) {
    const std::string folder = shard_folder(config, shard).string();
    CLEARSPAN_TRY(const auto identity, evidence::identity_of_log(disk, folder));
    if (!identity) break;
    CLEARSPAN_TRY(auto lock, disk.lock(folder));
    const auto ignore = [](const evidence::RecordRef&) -> Status { return Done{}; };
    CLEARSPAN_TRY(const evidence::LogEnd end, evidence::read_log(disk, folder, *identity, {}, ignore));
    logs.shards.push_back({folder, *identity, end.position});
    logs.records += end.position.sequence;
    logs.torn_bytes += end.torn_bytes;
    logs.locks.push_back(std::move(lock));
  }
  return logs;
}

int run_index_rebuild(const IndexRebuildOptions& options) {
  const auto start = steady_clock::now();
  const Result<std::uint64_t> records = rebuild(options);
  const double seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  if (!records.ok()) {
    fmt::print(stderr, "{}\n", describe(records.error()));
    return records.error().code == ErrorCode::config_invalid ? kExitUsage : kExitNegative;
  }
  if (options.json) {
    json::Writer out;
    out.begin_object().field("records", *records).field("seconds", seconds).end_object();
    fmt::print("{}\n", out.take());
  } else {
    fmt::print("rebuilt the index from {} records in {:.2f} s\n", *records, seconds);
  }
  return kExitOk;
}

}  // namespace clearspan::tools
