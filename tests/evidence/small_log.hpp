// A log in small segments and groups, in files that are quick to copy.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "ledgers/evidence/log.hpp"
#include "ledgers/evidence/verify_log.hpp"

namespace clearspan::evidence_tests {

class SmallLog {
 public:
  SmallLog(evidence::Disk& disk, const std::string& directory, const evidence::LogIdentity& identity,
           std::uint64_t segment_blocks = 8) {
    evidence::LogOptions options;
    options.identity = identity;
    options.segment_bytes = segment_blocks * evidence::kBlockBytes;
    const auto ignore = [](const evidence::RecordRef&) -> Status { return Done{}; };
    auto log = evidence::Log::open(disk, directory, options, ignore, {});
    EXPECT_TRUE(log.ok()) << describe(log.error());
    log_ = std::move(log).value();
  }

  void add(const evidence::RecordBytes& bytes) {
    group_.add_bytes(bytes);
    if (group_.count() == 3) flush();
  }

  void add(const evidence::Record& record) {
    group_.add(record);
    if (group_.count() == 3) flush();
  }

  void close() {
    if (!group_.empty()) flush();
    log_->close();
  }

  [[nodiscard]] const evidence::Log& log() const { return *log_; }

 private:
  void flush() {
    const auto taken = log_->append(group_);
    EXPECT_TRUE(taken.ok()) << describe(taken.error());
    group_.clear();
    while (log_->step()) {
    }
  }

  std::unique_ptr<evidence::Log> log_;
  evidence::EncodedGroup group_;
};

// The same records, heads and checkpoint.
inline void copy_as_small_log(const std::string& from, const std::string& to, std::uint64_t segment_blocks = 8) {
  const auto disk = evidence::make_posix_disk();
  const auto identity = evidence::identity_of_log(*disk, from);
  ASSERT_TRUE(identity.ok() && identity->has_value());
  SmallLog log(*disk, to, **identity, segment_blocks);
  const auto end = evidence::read_log(*disk, from, **identity, {}, [&](const evidence::RecordRef& ref) -> Status {
    log.add(ref.bytes);
    return Done{};
  });
  ASSERT_TRUE(end.ok()) << describe(end.error());
  log.close();
  ASSERT_EQ(log.log().durable(), end->position);
  std::filesystem::copy_file(from + "/checkpoint", to + "/checkpoint");
}

}  // namespace clearspan::evidence_tests
