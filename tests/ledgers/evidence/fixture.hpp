// What the tests of the log and its projections share: a folder of their own, and records that tell a story.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::evidence {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clearspan_test_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }

  ~TemporaryDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

// In place: a file that is cut and written anew is flushed by some file systems, which takes long.
inline void write_file(const std::string& path, ByteView content) {
  if (!std::filesystem::exists(path)) std::ofstream(path).flush();
  std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  out.close();
  std::filesystem::resize_file(path, content.size());
}

inline constexpr std::uint64_t kTestSegmentBytes = 256 * 1024;

inline LogOptions test_options(std::uint64_t segment_bytes = kTestSegmentBytes) {
  LogOptions options;
  options.identity.name = "shard-0";
  options.identity.engine.bytes.fill(0x42);
  options.segment_bytes = segment_bytes;
  return options;
}

inline RecordVisitor ignore_records() {
  return [](const RecordRef&) -> Status { return Done{}; };
}

// Bytes that say which record they are; the log does not look into its records.
inline Bytes numbered_record(std::uint64_t number, std::size_t size) {
  std::string text = "record " + std::to_string(number) + " ";
  while (text.size() < size) text += static_cast<char>('a' + number % 26);
  return Bytes(text.begin(), text.end());
}

// Appends one group of records with the numbers first..last and makes it durable.
inline void append_numbered(Log& log, std::uint64_t first, std::uint64_t last, std::size_t size = 200) {
  EncodedGroup group;
  for (std::uint64_t number = first; number <= last; ++number) group.add_bytes({numbered_record(number, size), {}});
  const auto sequence = log.append(group);
  ASSERT_TRUE(sequence.ok()) << describe(sequence.error());
  while (log.step()) {
  }
  ASSERT_EQ(log.durable().sequence, *sequence);
}

inline std::unique_ptr<Log> open_log(Disk& disk, const std::string& directory,
                                     const LogOptions& options = test_options(),
                                     const RecordVisitor& visit = ignore_records()) {
  auto log = Log::open(disk, directory, options, visit, {});
  EXPECT_TRUE(log.ok()) << describe(log.error());
  return log.ok() ? std::move(log).value() : nullptr;
}

inline std::vector<std::string> segments_of(Disk& disk, const std::string& directory) {
  std::vector<std::string> segments;
  const auto names = disk.list(directory);
  for (const std::string& name : *names) {
    if (name.ends_with(".seg")) segments.push_back(directory + "/" + name);
  }
  return segments;
}

// The records that the log holds, as text; what the error says when it cannot be read.
struct ReadBack {
  std::vector<std::string> records;
  LogEnd end;
  std::string fault;
  std::string detail;
};

inline ReadBack read_back(Disk& disk, const std::string& directory, const ReadRange& range = {}) {
  ReadBack result;
  const auto end = read_log(disk, directory, test_options().identity, range, [&](const RecordRef& ref) -> Status {
    result.records.emplace_back(as_text(ref.bytes.record));
    return Done{};
  });
  if (end.ok()) {
    result.end = *end;
  } else {
    result.fault = to_string(end.error().code);
    result.detail = end.error().detail;
  }
  return result;
}

}  // namespace clearspan::evidence
