// The records of a log that an engine wrote between two EVM nodes, and what they would be on a chain with more txns in
// a block and a longer way to finality: the trades' own txns and receipts stay as they are, the tries and headers
// around them are made anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {

struct ChainShape {
  std::optional<std::uint32_t> depth;  // blocks that follow a block before it is final
  std::uint32_t block_txns = 0;        // 0: as many as there were

  [[nodiscard]] bool is_as_recorded() const { return !depth && block_txns == 0; }
};

Result<std::vector<Record>> read_records(Disk& disk, const std::string& directory);

// Changes what was recorded of EVM blocks to that shape. Aborts on records that are not those of an engine.
void reshape(std::vector<Record>& records, const ChainShape& shape);

}  // namespace clearspan::evidence
