// Data as engines left it before all shards wrote one log.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::sim {

// A log for each of so many shards, without a record. Errors: those of Log::open.
Status make_separate_logs(evidence::Disk& disk, const std::string& data_dir, const EngineTag& tag, std::uint16_t shards,
                          std::uint64_t segment_bytes = evidence::kSegmentBytes);

}  // namespace clearspan::sim
