// What an engine's logs say of a ledger that has contradicted itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/base/result.hpp"
#include "core/chain/ids.hpp"

namespace clearspan::tools {

struct FreezeFacts {
  std::optional<Height> frozen_at;  // of the block that was contradicted; none when that is not on record
  std::optional<Height> view;       // the newest block that is on record as handled
  std::uint64_t signed_before = 0;  // txns for the ledger
  std::uint64_t signed_after = 0;   // in the log that says that it is frozen, behind that record
};

// Reads all logs of the data folder. Errors: log_corrupt, storage_failed.
Result<FreezeFacts> read_freeze_facts(const std::filesystem::path& data_dir, const LedgerId& ledger);

}  // namespace clearspan::tools
