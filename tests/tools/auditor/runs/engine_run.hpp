// What a run of the real engine leaves behind: its logs, the ledgers' books, and what was shown. Made once for each
// process, with things that go wrong on purpose.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/tools/auditor/scribe.hpp"

namespace clearspan::audit {

struct EngineRun {
  EngineTag tag;
  Logs logs;
  std::vector<std::string> checkpoints;  // by shard, as they were published last
  std::string trust;                     // the keys of the logs
  std::vector<LedgerBook> books;
  std::map<TradeId, Phase> seen;
};

EngineRun run_engine();

inline constexpr char kFolder[] = "data";

// The run's logs on a disk of its own, in small segments; with the published checkpoints or without.
void put_on_disk(sim::SimDisk& disk, const EngineRun& run, bool with_checkpoints);

}  // namespace clearspan::audit
