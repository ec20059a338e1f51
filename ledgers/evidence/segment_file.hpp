// One segment's bytes, read in large pieces, and what an interrupted write looks like at its end.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {

class SegmentFile {
 public:
  // Errors: storage_failed.
  static Result<SegmentFile> open(Disk& disk, const std::string& path);

  [[nodiscard]] std::uint64_t size() const { return size_; }

  // The bytes from `offset` on, `size` of them or fewer at the end of the file. Valid until the next call.
  Result<ByteView> view(std::uint64_t offset, std::uint64_t size);

  // What is viewed next is read anew.
  void forget() { buffer_size_ = 0; }

  // Where the last byte that is not zero ends, from `offset` on; `offset` when there is none.
  Result<std::uint64_t> end_of_content(std::uint64_t offset);

 private:
  SegmentFile(std::unique_ptr<File> file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
  Bytes buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::size_t buffer_size_ = 0;
};

enum class Tail : std::uint8_t {
  torn,     // a write that was interrupted, and nothing behind it: never acknowledged
  damaged,  // bytes that no interrupted write leaves
};

// What lies at `offset` of the log's last segment, where no valid group with the next sequence starts and the last byte
// that is not zero ends at `content_end`, which is behind it.
//
// One group is written at a time, front to back of what the file system then exposes, into space that reads as zeros.
// So an interrupted write leaves either a front part of the group followed by zeros, or (disks may reorder) whole
// sectors of zeros inside it. A group of which every sector is there and that is still invalid was altered.
Result<Tail> classify_tail(SegmentFile& segment, std::uint64_t offset, std::uint64_t next_sequence,
                           std::uint64_t content_end);

bool is_all_zero(ByteView bytes);

}  // namespace clearspan::evidence
