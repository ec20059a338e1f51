// Reading and verifying a log from its files.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "codecs/evidence/record.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {

// Whose log it is. It stands in every segment and goes into the first link of the chain, so that two logs never share
// a head. The name is at most kLogNameBytesMax bytes.
struct LogIdentity {
  std::string name;
  EngineTag engine;

  bool operator==(const LogIdentity&) const = default;
};

inline constexpr std::size_t kLogNameBytesMax = 64;

// A point in a log: so many records, and the chain's hash after them.
struct LogPosition {
  std::uint64_t sequence = 0;
  Hash32 head;

  bool operator==(const LogPosition&) const = default;
};

// Where a log ends on disk.
struct LogEnd {
  LogPosition position;
  std::string segment;              // file name of the last segment; empty when the log has none
  std::uint64_t offset = 0;         // in it: where the next group goes
  std::uint64_t segment_bytes = 0;  // the size that the segment was made with
  bool is_short = false;            // the file is smaller than that
  std::uint64_t torn_bytes = 0;  // behind it: what an interrupted write left. Never acknowledged, so it is not an error
};

// Where bytes of a log stand in its files.
struct LogOffset {
  std::uint64_t segment = 0;  // its first sequence
  std::uint64_t offset = 0;   // in its file

  bool operator==(const LogOffset&) const = default;
};

// One verified record. The views are valid during the call only.
struct RecordRef {
  std::uint64_t sequence = 0;
  RecordBytes bytes;
  const Hash32& head;  // after this record
  LogOffset at = {};   // of its length
};

// An error stops the reading and is returned by it.
using RecordVisitor = std::function<Status(const RecordRef&)>;

struct ReadRange {
  std::uint64_t from = 1;                                             // first sequence to visit
  std::uint64_t through = std::numeric_limits<std::uint64_t>::max();  // last sequence; the default: to the end
};

// The first link of a log's chain.
Hash32 chain_start(const LogIdentity& identity);

// Visits the records of the range in order, each after its link has been verified. Reading starts in the segment that
// holds `from`; the whole log is verified by reading from 1 to the end. The log may be growing: what lies behind
// `through` is not looked at, and what is read to the end is all that was durable when the reading began. Errors:
// log_corrupt with segment, offset and sequence; storage_failed; the visitor's.
Result<LogEnd> read_log(Disk& disk, const std::string& directory, const LogIdentity& identity, const ReadRange& range,
                        const RecordVisitor& visit);

// The identity that the log's first segment states; none when the directory holds no log.
Result<std::optional<LogIdentity>> identity_of_log(Disk& disk, const std::string& directory);

}  // namespace clearspan::evidence
