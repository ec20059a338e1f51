// All logs of an engine as the rest of the world may read them: checkpoints, tiles, and one trade's evidence as a
// bundle. Nothing here is on the commit path. All functions may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codecs/evidence/bundle.hpp"
#include "ledgers/evidence/index.hpp"
#include "ledgers/evidence/publisher.hpp"

namespace clearspan::evidence {

// One shard's log, and what it publishes. All of it must outlive the archive.
struct ArchivedLog {
  std::string directory;
  LogIdentity identity;
  const Log* log = nullptr;
  Publisher* publisher = nullptr;
};

class Archive {
 public:
  Archive(Disk& disk, const TradeIndex& index, std::vector<ArchivedLog> logs);

  [[nodiscard]] std::uint16_t log_count() const { return static_cast<std::uint16_t>(logs_.size()); }

  [[nodiscard]] Publisher& publisher(std::uint16_t shard) const { return *logs_[shard].publisher; }

  // The public keys of all logs, as a trust file.
  [[nodiscard]] std::string trust_file() const;

  // One trade's evidence up to checkpoints that cover it. The index must have applied what the caller wants to see.
  // Errors: unknown_trade; proof_missing when the evidence of a step is not there; storage_failed, log_corrupt.
  [[nodiscard]] Result<Bundle> bundle_of(const TradeId& trade) const;

  // The attachment of the record at that leaf. Errors: index_beyond_tree for a leaf that the newest checkpoint does not
  // cover, invalid_value for a record without one, storage_failed, log_corrupt.
  [[nodiscard]] Result<Bytes> attachment(std::uint16_t shard, std::uint64_t leaf) const;

 private:
  Disk& disk_;
  const TradeIndex& index_;
  std::vector<ArchivedLog> logs_;
};

}  // namespace clearspan::evidence
