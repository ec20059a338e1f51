#include "tools/simulation/separate_logs.hpp"

namespace clearspan::sim {

Status make_separate_logs(evidence::Disk& disk, const std::string& data_dir, const EngineTag& tag, std::uint16_t shards,
                          std::uint64_t segment_bytes) {
  CLEARSPAN_CHECK_OK(disk.make_directory(data_dir));
  for (std::uint16_t shard = 0; shard < shards; ++shard) {
    const std::string name = "shard-" + std::to_string(shard);
    evidence::LogOptions options;
    options.identity = {name, tag};
    options.segment_bytes = segment_bytes;
    const auto log = evidence::Log::open(disk, data_dir + "/" + name, options,
                                         [](const evidence::RecordRef&) { return Done{}; }, {});
    if (!log) return log.error();
  }
  return Done{};
}

}  // namespace clearspan::sim
