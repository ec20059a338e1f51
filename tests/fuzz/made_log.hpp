// A log made of any records, as its files lie on disk, and a disk that only reads. No file system is touched.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledgers/evidence/group.hpp"
#include "ledgers/evidence/layout.hpp"

namespace clearspan::fuzz {

using Files = std::map<std::string, Bytes>;  // by name, in the one directory that there is

inline const std::string kLogFolder = "log";

class ReadOnlyFile final : public evidence::File {
 public:
  explicit ReadOnlyFile(const Bytes& bytes) : bytes_(bytes) {}

  Status write(std::uint64_t, ByteView) override { return make_error(ErrorCode::storage_failed); }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t size = std::min(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(out.data(), bytes_.data() + offset, size);
    return size;
  }

  Result<std::uint64_t> size() override { return std::uint64_t{bytes_.size()}; }

  Status cut_and_reserve(std::uint64_t, std::uint64_t) override { return make_error(ErrorCode::storage_failed); }

 private:
  const Bytes& bytes_;
};

class ReadOnlyDisk final : public evidence::Disk {
 public:
  explicit ReadOnlyDisk(const Files& files) : files_(files) {}

  Status make_directory(const std::string&) override { return refused(); }

  Result<std::vector<std::string>> list(const std::string&) override {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files_) names.push_back(name);
    return names;
  }

  Result<std::unique_ptr<evidence::DirectoryLock>> lock(const std::string&) override { return refused(); }

  Result<std::unique_ptr<evidence::File>> create(const std::string&, ByteView, std::uint64_t) override {
    return refused();
  }

  Result<std::unique_ptr<evidence::File>> open(const std::string& path) override { return open_to_read(path); }

  Result<std::unique_ptr<evidence::File>> open_to_read(const std::string& path) override {
    const auto found = files_.find(path.substr(kLogFolder.size() + 1));
    if (found == files_.end()) return refused();
    return std::unique_ptr<evidence::File>(std::make_unique<ReadOnlyFile>(found->second));
  }

  Result<std::unique_ptr<evidence::DerivedFile>> open_derived(const std::string&) override { return refused(); }

  Status replace(const std::string&, ByteView) override { return refused(); }

 private:
  static Error refused() { return make_error(ErrorCode::storage_failed, "this disk only reads"); }

  const Files& files_;
};

inline evidence::LogIdentity made_identity() {
  evidence::LogIdentity identity;
  identity.name = "shard-0";
  identity.engine.bytes.fill(0x42);
  return identity;
}

// Appends groups to segments, as the log's writer does, with a watermark after each group.
class MadeLog {
 public:
  explicit MadeLog(std::uint64_t segment_bytes) : segment_bytes_(segment_bytes) {
    position_.head = evidence::chain_start(made_identity());
    heads.push_back(position_.head);
  }

  void add_group(const std::vector<evidence::RecordBytes>& records) {
    evidence::EncodedGroup group;
    for (const evidence::RecordBytes& record : records) group.add_bytes(record);
    const ByteView payload = group.view().bytes();
    const std::uint64_t total = evidence::group_bytes(payload.size());
    if (segment_.empty() || used_ + total > segment_bytes_) start_segment();
    evidence::GroupHeader header;
    header.count = static_cast<std::uint32_t>(records.size());
    header.first_sequence = position_.sequence + 1;
    header.payload_bytes = payload.size();
    for (const evidence::RecordBytes& record : records) {
      position_ = {position_.sequence + 1, evidence::chain_next(position_.head, record.record)};
      heads.push_back(position_.head);
    }
    header.head_after = position_.head;
    std::uint8_t* at = files[segment_].data() + used_;
    evidence::encode_group_header(header, at);
    std::memcpy(at + evidence::kGroupHeaderBytes, payload.data(), payload.size());
    std::memcpy(at + evidence::kGroupHeaderBytes + payload.size(), evidence::kGroupTrailer.data(),
                evidence::kGroupTrailer.size());
    used_ += static_cast<std::size_t>(total);
    set_watermark(position_.sequence);
  }

  // HEAD names that record, and the segment that is being written now.
  void set_watermark(std::uint64_t sequence) {
    const evidence::LogPosition position{sequence, heads[static_cast<std::size_t>(sequence)]};
    const std::string text = evidence::encode_watermark({position, first_of_segment_});
    files[std::string(evidence::kHeadFile)] = {as_bytes(text).begin(), as_bytes(text).end()};
  }

  Files files;
  std::vector<Hash32> heads;  // by sequence; the first is the chain's start

 private:
  void start_segment() {
    first_of_segment_ = position_.sequence + 1;
    segment_ = evidence::segment_name(first_of_segment_);
    const evidence::Block header = evidence::encode_segment_header({made_identity(), position_, segment_bytes_});
    Bytes& bytes = files[segment_];
    bytes.resize(static_cast<std::size_t>(segment_bytes_));
    std::memcpy(bytes.data(), header.data(), header.size());
    used_ = header.size();
  }

  std::uint64_t segment_bytes_;
  evidence::LogPosition position_;
  std::string segment_;
  std::uint64_t first_of_segment_ = 0;
  std::size_t used_ = 0;
};

}  // namespace clearspan::fuzz
