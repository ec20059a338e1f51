// What the record views have in common: they read the evidence logs of an engine's data directory as anybody could who
// was given a copy of it, while the engine runs or not, and change nothing.
//
//   data directory   shard-0/  shard-1/  ...      each a log; a trade stands in one of them, its txns may stand in
//   another
//
// A log is read as far as its checkpoint reaches; what the engine appends meanwhile lies behind. A log without a
// checkpoint is read to its end. Every record's link is verified, and the checkpoint's root is compared. Whether a
// trusted key signed it and whether the ledgers' proofs hold is what `clearspan evidence verify` answers.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "codecs/tlog/checkpoint.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {

// Folders shard-0 to shard-255 are looked for.
inline constexpr std::uint16_t kViewedLogsMax = 256;

struct ViewedLog {
  std::string name;  // "shard-0"
  EngineTag engine;
  std::uint64_t records = 0;                   // that were read
  std::optional<tlog::Checkpoint> checkpoint;  // that said how many
};

// Where a record stands: in which of the logs read, and the index of its leaf there.
struct Place {
  std::size_t log = 0;
  std::uint64_t leaf = 0;

  auto operator<=>(const Place&) const = default;
};

// The bytes are valid during the call only. The record comes without what its attachment holds.
struct ViewedRecord {
  Place place;
  const RecordBytes& bytes;
  const Record& record;
};

// An error stops the reading and is returned by it, with the record's place in front.
using ViewVisitor = std::function<Status(const ViewedRecord&)>;

// Visits the records log by log, each log's in order. Errors: not_found when the directory holds no log; log_corrupt
// for a damaged log, bytes that are no record, and a shard whose log is missing; checkpoint_malformed; wrong_log_name
// for a log of another engine or shard than its folder's; root_mismatch; storage_failed; the visitor's.
Result<std::vector<ViewedLog>> read_logs(Disk& disk, const std::string& data_directory, const ViewVisitor& visit);

// How many decimal places assets have, as the ledger_described records say.
class Scales {
 public:
  void learn(const LedgerDescription& ledger);

  // None for an asset that no record describes.
  [[nodiscard]] std::optional<unsigned> of(const LedgerId& ledger, const AssetId& asset) const;

 private:
  std::map<std::pair<LedgerId, AssetId>, unsigned> scales_;
};

// Clocks of shards differ a little, so each log's items stay in its order: always the earliest of the logs' next items
// is taken, the first log's when they are equal. T has a member `at`.
template <class T>
std::vector<T> merge_by_time(std::vector<std::vector<T>> logs) {
  std::vector<T> merged;
  std::vector<std::size_t> next(logs.size(), 0);
  while (true) {
    std::optional<std::size_t> earliest;
    for (std::size_t i = 0; i < logs.size(); ++i) {
      if (next[i] == logs[i].size()) continue;
      if (!earliest || logs[i][next[i]].at < logs[*earliest][next[*earliest]].at) earliest = i;
    }
    if (!earliest) return merged;
    merged.push_back(std::move(logs[*earliest][next[*earliest]++]));
  }
}

}  // namespace clearspan::evidence
