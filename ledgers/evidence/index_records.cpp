#include "ledgers/evidence/index_records.hpp"

#include "ledgers/evidence/group.hpp"
#include "ledgers/evidence/layout.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kUsualBytes = 1024;  // of a record: one read is enough for most

std::uint32_t length_at(ByteView bytes, std::size_t at) {
  std::uint32_t length = 0;
  for (std::size_t i = kRecordLengthBytes; i-- > 0;) length = length << 8 | bytes[at + i];
  return length;
}

}  // namespace

Error RecordFiles::corrupt(const rows::Place& place, const std::string& what) const {
  const bool is_known = place.shard < directories_.size();
  return make_error(ErrorCode::log_corrupt,
                    (is_known ? directories_[place.shard] : "shard " + std::to_string(place.shard)) + ", segment " +
                        segment_name(place.at.segment) + ", offset " + std::to_string(place.at.offset) + ", sequence " +
                        std::to_string(place.sequence) + ": " + what);
}

Result<std::shared_ptr<File>> RecordFiles::open(const rows::Place& place) const {
  const std::lock_guard lock(mutex_);
  auto& file = files_[{place.shard, place.at.segment}];
  if (file) return file;
  auto opened = disk_.open_to_read(directories_[place.shard] + "/" + segment_name(place.at.segment));
  if (!opened.ok()) {
    files_.erase({place.shard, place.at.segment});
    return corrupt(place, opened.error().detail);
  }
  std::shared_ptr<File> kept = std::move(opened).value();
  file = kept;
  if (files_.size() > kOpenSegmentsMax) files_.clear();
  return kept;
}

Result<ReadRecord> RecordFiles::read(const rows::Place& place) const {
  if (place.shard >= directories_.size()) return corrupt(place, "there is no such log");
  CLEARSPAN_TRY(const auto file, open(place));
  Bytes content;
  // Reads on until `size` bytes are there.
  const auto reach = [&](std::size_t size) -> Result<bool> {
    if (content.size() >= size) return true;
    const std::size_t at = content.size();
    content.resize(std::max(size, kUsualBytes));
    CLEARSPAN_TRY(const std::size_t got, file->read(place.at.offset + at, std::span(content).subspan(at)));
    content.resize(at + got);
    return content.size() >= size;
  };
  CLEARSPAN_TRY(const bool has_length, reach(kRecordLengthBytes));
  const std::size_t size = has_length ? length_at(content, 0) : 0;
  if (size == 0 || size > kRecordBytesMax) return corrupt(place, "no record starts here");
  const std::size_t end = kRecordLengthBytes + size;
  CLEARSPAN_TRY(const bool is_whole, reach(end));
  if (!is_whole) return corrupt(place, "the record is cut short");
  if (!attachment_digest(ByteView(content).subspan(kRecordLengthBytes, size))) {
    return ReadRecord(std::move(content), kRecordLengthBytes, size, 0, 0);
  }
  CLEARSPAN_TRY(const bool has_attached, reach(end + kRecordLengthBytes));
  const std::uint32_t head = has_attached ? length_at(content, end) : 0;
  const std::size_t attached = head & ~kAttachmentBit;
  if ((head & kAttachmentBit) == 0 || attached == 0 || attached > kAttachmentBytesMax) {
    return corrupt(place, "the record's attachment is missing");
  }
  CLEARSPAN_TRY(const bool is_complete, reach(end + kRecordLengthBytes + attached));
  if (!is_complete) return corrupt(place, "the record's attachment is cut short");
  return ReadRecord(std::move(content), kRecordLengthBytes, size, end + kRecordLengthBytes, attached);
}

}  // namespace clearspan::evidence
