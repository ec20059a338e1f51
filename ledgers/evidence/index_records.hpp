// Records by their places in the logs' files: what the trade index reads from there instead of holding it itself.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/index_places.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kOpenSegmentsMax = 64;  // files kept open for reading; above it all are closed

// The bytes of one record and its attachment.
class ReadRecord {
 public:
  ReadRecord(Bytes content, std::size_t record_at, std::size_t record_size, std::size_t attachment_at,
             std::size_t attachment_size)
      : content_(std::move(content)),
        record_at_(record_at),
        record_size_(record_size),
        attachment_at_(attachment_at),
        attachment_size_(attachment_size) {}

  [[nodiscard]] RecordBytes bytes() const {
    const ByteView content = content_;
    return {content.subspan(record_at_, record_size_), content.subspan(attachment_at_, attachment_size_)};
  }

 private:
  Bytes content_;
  std::size_t record_at_;
  std::size_t record_size_;
  std::size_t attachment_at_;
  std::size_t attachment_size_;
};

class RecordFiles {
 public:
  // `directories`: of the logs, by shard.
  RecordFiles(Disk& disk, std::vector<std::string> directories) : disk_(disk), directories_(std::move(directories)) {}

  // Any thread. What stands there, if it has the form of a record with its attachment; the caller checks that it is the
  // one that it looks for. Errors: log_corrupt with segment, offset and sequence; storage_failed.
  [[nodiscard]] Result<ReadRecord> read(const rows::Place& place) const;

  // That the record at the place is damaged or another one: log_corrupt.
  [[nodiscard]] Error corrupt(const rows::Place& place, const std::string& what) const;

 private:
  Result<std::shared_ptr<File>> open(const rows::Place& place) const;

  Disk& disk_;
  const std::vector<std::string> directories_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::uint16_t, std::uint64_t>, std::shared_ptr<File>> files_;  // by shard and segment
};

}  // namespace clearspan::evidence
