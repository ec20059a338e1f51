// What an interrupted write leaves behind a log: the front part of a group.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "ledgers/evidence/layout.hpp"
#include "tools/clearspan/prove/crash_world.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint64_t kTornBlocksMax = 8;

// The header of a group of so many blocks, and `kept` bytes of it in all. No byte of the payload is zero, as in the
// records of a real group: a zero sector would be the other form of a torn write.
Bytes front_of_group(std::uint64_t first_sequence, std::uint64_t blocks, std::uint64_t kept, Dice& dice) {
  evidence::GroupHeader header;
  header.count = 1;
  header.first_sequence = first_sequence;
  header.payload_bytes = blocks * evidence::kBlockBytes - evidence::kGroupHeaderBytes - evidence::kGroupTrailer.size();
  header.head_after.bytes.fill(static_cast<std::uint8_t>(roll(dice, 1, 255)));
  Bytes bytes(blocks * evidence::kBlockBytes);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(roll(dice, 1, 255));
  evidence::encode_group_header(header, bytes.data());
  bytes.resize(kept);
  return bytes;
}

Status write_at(const std::filesystem::path& file, std::uint64_t offset, ByteView bytes) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  ::close(descriptor);
  if (written == static_cast<ssize_t>(bytes.size())) return Done{};
  return make_error(ErrorCode::storage_failed, "cannot write " + file.string());
}

Result<bool> tear(const std::string& directory, Dice& dice) {
  const auto disk = evidence::make_posix_disk();
  CLEARSPAN_TRY(const auto identity, evidence::identity_of_log(*disk, directory));
  if (!identity) return false;
  CLEARSPAN_TRY(const evidence::LogEnd end,
                evidence::read_log(*disk, directory, *identity, {}, [](const evidence::RecordRef&) { return Done{}; }));
  if (end.torn_bytes > 0) return true;
  const std::uint64_t free_blocks = (end.segment_bytes - end.offset) / evidence::kBlockBytes;
  if (end.is_short || free_blocks == 0) return false;
  const std::uint64_t blocks = roll(dice, 1, std::min(kTornBlocksMax, free_blocks));
  const std::uint64_t bytes = blocks * evidence::kBlockBytes;
  const std::uint64_t kept = roll(dice, evidence::kGroupHeaderBytes, bytes - evidence::kGroupTrailer.size() - 1);
  const Bytes front = front_of_group(end.position.sequence + 1, blocks, kept, dice);
  CLEARSPAN_CHECK_OK(write_at(std::filesystem::path(directory) / end.segment, end.offset, front));
  return true;
}

}  // namespace

Result<bool> tear_a_log(const std::filesystem::path& data_dir, Dice& dice) {
  const std::uint64_t first = roll(dice, 0, 1);
  for (const std::uint64_t shard : {first, 1 - first}) {
    CLEARSPAN_TRY(const bool is_torn, tear((data_dir / ("shard-" + std::to_string(shard))).string(), dice));
    if (is_torn) return true;
  }
  return false;
}

}  // namespace clearspan::tools
