#include "ledgers/evidence/segment_file.hpp"

#include <algorithm>
#include <cstring>

#include "ledgers/evidence/group.hpp"
#include "ledgers/evidence/layout.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kReadBytes =
    4u << 20;                              // large enough for the disk's full rate, small enough to stay in the cache
constexpr std::size_t kSectorBytes = 512;  // what every disk writes as a whole or not at all

bool has_zero_sector(ByteView content) {
  while (!content.empty()) {
    const std::size_t size = std::min(content.size(), kSectorBytes);
    if (is_all_zero(content.first(size))) return true;
    content = content.subspan(size);
  }
  return false;
}

// The group's header is there and right; something else in it is not.
Result<Tail> classify_group(SegmentFile& segment, std::uint64_t offset, const GroupHeader& header,
                            std::uint64_t content_end) {
  const std::uint64_t end = offset + kGroupHeaderBytes + header.payload_bytes + kGroupTrailer.size();
  if (content_end > end) return Tail::damaged;
  if (segment.size() < end) return Tail::torn;
  CLEARSPAN_TRY(const ByteView content, segment.view(offset, end - offset));
  if (has_zero_sector(content)) return Tail::torn;
  // A front part: the trailer is missing, or cut and followed by zeros.
  const ByteView trailer = content.last(kGroupTrailer.size());
  const auto written = static_cast<std::size_t>(
      std::mismatch(trailer.begin(), trailer.end(), kGroupTrailer.begin(),
                    [](std::uint8_t byte, char expected) { return byte == static_cast<std::uint8_t>(expected); })
          .first -
      trailer.begin());
  const bool is_front_part = written < trailer.size() && is_all_zero(trailer.subspan(written));
  return is_front_part ? Tail::torn : Tail::damaged;
}

Result<bool> has_group_behind(SegmentFile& segment, std::uint64_t offset, std::uint64_t content_end) {
  for (std::uint64_t at = offset + kBlockBytes; at < content_end; at += kBlockBytes) {
    CLEARSPAN_TRY(const ByteView block, segment.view(at, kGroupHeaderBytes));
    if (decode_group_header(block)) return true;
  }
  return false;
}

}  // namespace

bool is_all_zero(ByteView bytes) {
  // Equal to itself shifted by one byte: all bytes are as the first one.
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

Result<SegmentFile> SegmentFile::open(Disk& disk, const std::string& path) {
  CLEARSPAN_TRY(auto file, disk.open_to_read(path));
  CLEARSPAN_TRY(const std::uint64_t size, file->size());
  return SegmentFile(std::move(file), size);
}

Result<ByteView> SegmentFile::view(std::uint64_t offset, std::uint64_t size) {
  if (offset >= size_) return ByteView{};
  size = std::min(size, size_ - offset);
  if (offset < buffer_offset_ || offset + size > buffer_offset_ + buffer_size_) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max<std::uint64_t>(size, kReadBytes), size_ - offset));
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    CLEARSPAN_TRY(buffer_size_, file_->read(offset, std::span(buffer_).first(wanted)));
    buffer_offset_ = offset;
    size = std::min<std::uint64_t>(size, buffer_size_);
  }
  return ByteView(buffer_).subspan(static_cast<std::size_t>(offset - buffer_offset_), static_cast<std::size_t>(size));
}

Result<std::uint64_t> SegmentFile::end_of_content(std::uint64_t offset) {
  std::uint64_t end = offset;
  while (offset < size_) {
    CLEARSPAN_TRY(const ByteView bytes, view(offset, kReadBytes));
    if (bytes.empty()) break;
    if (!is_all_zero(bytes)) {
      const auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](std::uint8_t byte) { return byte != 0; });
      end = offset + static_cast<std::uint64_t>(bytes.rend() - last);
    }
    offset += bytes.size();
  }
  return end;
}

Result<Tail> classify_tail(SegmentFile& segment, std::uint64_t offset, std::uint64_t next_sequence,
                           std::uint64_t content_end) {
  CLEARSPAN_TRY(const ByteView front, segment.view(offset, kSectorBytes));
  if (const auto header = decode_group_header(front)) {
    const bool is_next = header->first_sequence == next_sequence && header->payload_bytes <= kGroupPayloadBytesMax;
    if (!is_next) return Tail::damaged;
    return classify_group(segment, offset, *header, content_end);
  }
  if (content_end < offset + kGroupHeaderBytes) return Tail::torn;  // not even the header was written out
  if (!is_all_zero(front)) return Tail::damaged;
  if (content_end - offset > group_bytes(kGroupPayloadBytesMax)) return Tail::damaged;
  CLEARSPAN_TRY(const bool is_followed, has_group_behind(segment, offset, content_end));
  return is_followed ? Tail::damaged : Tail::torn;
}

}  // namespace clearspan::evidence
