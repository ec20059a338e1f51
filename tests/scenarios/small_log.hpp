// The same log in small segments: the same records, heads and checkpoint, in files that are quick to copy.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "ledgers/evidence/log.hpp"
#include "ledgers/evidence/verify_log.hpp"

namespace clearspan::scenarios {

inline void copy_as_small_log(const std::string& from, const std::string& to) {
  const auto disk = evidence::make_posix_disk();
  const auto identity = evidence::identity_of_log(*disk, from);
  ASSERT_TRUE(identity.ok() && identity->has_value());
  evidence::LogOptions options;
  options.identity = **identity;
  options.segment_bytes = 8 * evidence::kBlockBytes;
  const auto ignore = [](const evidence::RecordRef&) -> Status { return Done{}; };
  auto log = evidence::Log::open(*disk, to, options, ignore, {});
  ASSERT_TRUE(log.ok()) << describe(log.error());
  evidence::EncodedGroup group;
  const auto end = evidence::read_log(*disk, from, **identity, {}, [&](const evidence::RecordRef& ref) -> Status {
    group.add_bytes(ref.bytes);
    if (group.count() % 3 != 0) return Done{};
    CLEARSPAN_CHECK_OK((*log)->append(group));
    group.clear();
    (*log)->step();
    return Done{};
  });
  ASSERT_TRUE(end.ok()) << describe(end.error());
  if (!group.empty()) {
    ASSERT_TRUE((*log)->append(group).ok());
  }
  (*log)->close();
  ASSERT_EQ((*log)->durable(), end->position);
  log->reset();
  std::filesystem::copy_file(from + "/checkpoint", to + "/checkpoint");
}

}  // namespace clearspan::scenarios
