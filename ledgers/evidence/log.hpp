// The evidence log: append-only, hash-chained segment files. It is the write-ahead log: what on_durable has named is on
// disk, and nothing leaves the engine for a cause that is not.
//
//   producers:  append() copies records into the gathering group                       (never waits for the disk)
//   I/O thread: step() chains and writes whatever has gathered as one group, then calls on_durable (one in flight)
//
//   directory:  LOCK   HEAD   00000000000000000001.seg   00000000000000250001.seg ...   hashes.0  hashes.8 ...
//   layout of a segment and of HEAD: layout.hpp
//   chain:      head_n = SHA-256(0x00 || head_{n-1} || record_n), sequences from 1. That is the RFC 6962 leaf hash of
//               head_{n-1} || record_n, so the heads are the leaves of the log's Merkle tree without hashing again; its
//               other nodes are computed by the I/O thread and kept beside the log (hash_store.hpp).
//
// A group starts on a block of its own and is padded to whole blocks: no later write touches a block that holds durable
// records, so a torn write can only hurt the group that nobody was told of.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/base/result.hpp"
#include "core/chain/ids.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/group.hpp"
#include "ledgers/evidence/hash_store.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {

inline constexpr std::uint64_t kSegmentBytes = 64ull << 20;
inline constexpr std::size_t kQueuedBytesMax = 64u << 20;  // handed over and not durable; above it append() refuses
inline constexpr std::uint8_t kProducersMax = 64;          // numbered from 0
inline constexpr std::uint64_t kWatermarkEveryRecords = 100000;  // how far HEAD may lie behind within a segment

// A failed write or flush leaves the disk in an unknown state; it is never retried. Says what failed, then aborts.
[[noreturn]] void end_process_after_failed_write(const Error& error);

struct LogOptions {
  LogIdentity identity;
  std::uint64_t segment_bytes = kSegmentBytes;  // a multiple of kBlockBytes that holds at least one largest group
  // Does not return. A simulation throws: its process is an object.
  std::function<void(const Error&)> on_failed_write = end_process_after_failed_write;
};

// One group that has just become durable. The views are valid during the call only.
struct DurableGroup {
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  Hash32 head;  // after last_sequence
  GroupView records;
  LogOffset at = {};            // of the first record's length; the others follow without a gap
  std::uint64_t producers = 0;  // a bit for each one that has a record in it, or was refused since the last one
  std::chrono::nanoseconds write_time{0};  // until it was durable; a segment that was begun for it is counted

  [[nodiscard]] bool concerns(std::uint8_t producer) const { return (producers >> producer & 1) != 0; }
};

using OnDurable = std::function<void(const DurableGroup&)>;

// What has been handed over and is not durable yet.
struct Queued {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

class Log {
 public:
  // Locks the directory, making it and the log when there is none, reads the whole log through `visit` while verifying
  // it, and cuts a torn tail. Errors: log_locked; log_corrupt with segment, offset and sequence; storage_failed; and
  // whatever `visit` returns. On an error nothing was changed.
  static Result<std::unique_ptr<Log>> open(Disk& disk, const std::string& directory, const LogOptions& options,
                                           const RecordVisitor& visit, OnDurable on_durable);

  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Any thread. Takes over all records of the group in order, none of another in between, and returns the sequence of
  // the last one; they become durable later. Errors: overloaded above kQueuedBytesMax, unless nothing else waits: a
  // group of any size gets its turn; too_large for one record above kRecordBytesMax. Then nothing was taken.
  Result<std::uint64_t> append(const EncodedGroup& group, std::uint8_t producer = 0);

  // Any thread.
  [[nodiscard]] LogPosition durable() const;
  [[nodiscard]] Queued queued() const;

  // Any thread: the tree over what is durable.
  [[nodiscard]] const HashStore& tree() const;

  // I/O thread. Writes one gathered group; false when there was none. A write that fails ends the process
  // (LogOptions::on_failed_write): what the disk then holds is unknown, and only a restart from the log is safe.
  bool step();

  // I/O thread: waits until a group has gathered; false when stop() was called and nothing is left.
  bool wait_for_work();

  // Any thread: lets wait_for_work() return.
  void stop();

  // Writes what is gathered, and HEAD: the log is then known to reach at least here. No append afterwards.
  void close();

 private:
  class Writer;
  explicit Log(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

// Runs step() on a thread of its own; joins after the last record handed over is durable and the log is closed.
class LogThread {
 public:
  explicit LogThread(Log& log);
  ~LogThread();
  LogThread(const LogThread&) = delete;
  LogThread& operator=(const LogThread&) = delete;

 private:
  Log& log_;
  std::thread thread_;
};

}  // namespace clearspan::evidence
