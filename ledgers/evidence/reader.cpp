#include "ledgers/evidence/reader.hpp"

#include <algorithm>
#include <vector>

#include "codecs/crypto/sha256.hpp"
#include "ledgers/evidence/group.hpp"
#include "ledgers/evidence/layout.hpp"
#include "ledgers/evidence/segment_file.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kWatermarkBytesMax = 4096;

class LogReading {
 public:
  LogReading(Disk& disk, const std::string& directory, const LogIdentity& identity, const ReadRange& range,
             const RecordVisitor& visit)
      : disk_(disk), directory_(directory), identity_(identity), range_(range), visit_(visit) {}

  Result<LogEnd> run() {
    // Before the segments are listed: a log that is being written has a segment before HEAD names it.
    CLEARSPAN_CHECK_OK(read_watermark());
    CLEARSPAN_TRY(const auto names, disk_.list(directory_));
    for (const std::string& name : names) {
      if (const auto first = parse_segment_name(name)) starts_.push_back(*first);
    }
    at_ = {0, chain_start(identity_)};
    if (!starts_.empty()) CLEARSPAN_CHECK_OK(read_segments());
    if (reads_to_end()) CLEARSPAN_CHECK_OK(check_reached_watermark());
    end_.position = at_;
    return end_;
  }

 private:
  [[nodiscard]] bool reads_to_end() const { return range_.through == ReadRange{}.through; }

  [[nodiscard]] bool is_done() const { return at_.sequence >= range_.through; }

  [[nodiscard]] Error corrupt(const std::string& what) const {
    return make_error(ErrorCode::log_corrupt, directory_ + ", segment " + (segment_.empty() ? "none" : segment_) +
                                                  ", offset " + std::to_string(offset_) + ", sequence " +
                                                  std::to_string(at_.sequence + 1) + ": " + what);
  }

  Status read_watermark() {
    if (!reads_to_end()) return Done{};
    CLEARSPAN_TRY(const auto names, disk_.list(directory_));
    if (!std::binary_search(names.begin(), names.end(), kHeadFile)) return Done{};
    CLEARSPAN_TRY(const auto file, disk_.open_to_read(directory_ + "/" + std::string(kHeadFile)));
    Bytes text(kWatermarkBytesMax);
    CLEARSPAN_TRY(const std::size_t size, file->read(0, text));
    watermark_ = decode_watermark(as_text(ByteView(text).first(size)));
    if (!watermark_) return corrupt("HEAD is damaged");
    return Done{};
  }

  // The watermark's own link, when reading passes it.
  Status check_watermark(std::uint64_t sequence, const Hash32& head) const {
    if (!watermark_ || watermark_->position.sequence != sequence || watermark_->position.head == head) return Done{};
    return corrupt("HEAD names another record " + std::to_string(sequence) + " than the log holds");
  }

  Status check_reached_watermark() {
    if (!watermark_) {
      if (starts_.empty()) return Done{};
      return corrupt("HEAD is missing");
    }
    if (at_.sequence < watermark_->position.sequence) {
      return corrupt("the log ends, but HEAD says that it had reached " +
                     std::to_string(watermark_->position.sequence));
    }
    if (watermark_->segment != 0 && !std::binary_search(starts_.begin(), starts_.end(), watermark_->segment)) {
      return corrupt("HEAD says that there was a segment " + segment_name(watermark_->segment));
    }
    if (starts_.empty()) return check_watermark(0, at_.head);
    return Done{};
  }

  Status read_segments() {
    const auto above = std::upper_bound(starts_.begin(), starts_.end(), range_.from);
    if (above == starts_.begin()) {
      return corrupt("the log starts with record " + std::to_string(starts_.front()) +
                     "; earlier segments are missing");
    }
    for (auto start = above - 1; start != starts_.end() && !is_done(); ++start) {
      const bool is_first_read = start == above - 1;
      CLEARSPAN_CHECK_OK(read_segment(*start, is_first_read, start + 1 == starts_.end()));
    }
    return Done{};
  }

  Status read_segment(std::uint64_t start, bool is_first_read, bool is_last) {
    segment_ = segment_name(start);
    segment_first_ = start;
    offset_ = 0;
    CLEARSPAN_TRY(SegmentFile file, SegmentFile::open(disk_, directory_ + "/" + segment_));
    CLEARSPAN_TRY(const ByteView block, file.view(0, kBlockBytes));
    const auto header = decode_segment_header(block);
    if (!header) return corrupt("the segment's header is damaged");
    if (header->identity != identity_) return corrupt("the segment belongs to another log");
    if (header->before.sequence + 1 != start) return corrupt("the segment's name is not its first sequence");
    if (is_first_read && start > 1) at_ = header->before;
    if (header->before != at_) return corrupt("the segment does not follow the one before it");
    CLEARSPAN_CHECK_OK(check_watermark(at_.sequence, at_.head));
    if (file.size() > header->segment_bytes || (!is_last && file.size() < header->segment_bytes)) {
      return corrupt("the segment's file has another size than its header says");
    }

    offset_ = kBlockBytes;
    CLEARSPAN_CHECK_OK(read_groups(file));
    std::uint64_t torn_bytes = 0;
    if (!is_done() && is_last) {
      CLEARSPAN_TRY(torn_bytes, end_last_segment(file));
    } else if (!is_done()) {
      CLEARSPAN_CHECK_OK(end_full_segment(file));
    }
    end_ = {at_, segment_, offset_, header->segment_bytes, file.size() < header->segment_bytes, torn_bytes};
    return Done{};
  }

  Status read_groups(SegmentFile& file) {
    bool has_group = true;
    while (has_group && !is_done()) {
      CLEARSPAN_TRY(has_group, read_group(file));
    }
    return Done{};
  }

  Status end_full_segment(SegmentFile& file) {
    CLEARSPAN_TRY(const std::uint64_t content_end, file.end_of_content(offset_));
    if (content_end != offset_) return corrupt("a group is damaged, or unused space holds bytes");
    return Done{};
  }

  // What an interrupted write left behind the last group, in bytes.
  Result<std::uint64_t> end_last_segment(SegmentFile& file) {
    CLEARSPAN_TRY(const std::uint64_t content_end, file.end_of_content(offset_));
    while (offset_ < content_end) {
      CLEARSPAN_TRY(const Tail tail, classify_tail(file, offset_, at_.sequence + 1, content_end));
      if (tail == Tail::torn) return content_end - offset_;
      // Whoever writes the log may have gone on meanwhile: then the group is whole now.
      const std::uint64_t damaged_at = offset_;
      file.forget();
      CLEARSPAN_CHECK_OK(read_groups(file));
      if (offset_ == damaged_at) return corrupt("a group is damaged");
    }
    return 0;
  }

  // Visits the records of the group at offset_. False when no valid group of the next sequence is there.
  Result<bool> read_group(SegmentFile& file) {
    CLEARSPAN_TRY(const ByteView front, file.view(offset_, kGroupHeaderBytes));
    const auto header = decode_group_header(front);
    if (!header || header->first_sequence != at_.sequence + 1) return false;
    if (header->payload_bytes > kGroupPayloadBytesMax) return false;
    const std::uint64_t total = group_bytes(header->payload_bytes);
    CLEARSPAN_TRY(const ByteView group, file.view(offset_, total));
    if (group.size() < total || !verify_group(group, *header)) return false;
    CLEARSPAN_CHECK_OK(visit_group(group.subspan(kGroupHeaderBytes, static_cast<std::size_t>(header->payload_bytes))));
    if (!is_done()) offset_ += total;
    return true;
  }

  // Recomputes the chain over the group's records into heads_, and the digests of their attachments.
  bool verify_group(ByteView group, const GroupHeader& header) {
    const auto payload_size = static_cast<std::size_t>(header.payload_bytes);
    const ByteView payload = group.subspan(kGroupHeaderBytes, payload_size);
    const ByteView rest = group.subspan(kGroupHeaderBytes + payload_size);
    if (as_text(rest.first(kGroupTrailer.size())) != kGroupTrailer) return false;
    if (!is_all_zero(rest.subspan(kGroupTrailer.size()))) return false;
    heads_.clear();
    Hash32 head = at_.head;
    for (std::size_t at = 0; at < payload.size();) {
      const auto next = GroupView::next_record(payload, at);
      if (!next || !has_own_attachment(*next)) return false;
      head = chain_next(head, next->record);
      heads_.push_back(head);
    }
    return heads_.size() == header.count && header.count > 0 && head == header.head_after;
  }

  Status visit_group(ByteView payload) {
    std::size_t at = 0;
    for (const Hash32& head : heads_) {
      const LogOffset stands_at{segment_first_, offset_ + kGroupHeaderBytes + at};
      const RecordBytes bytes = *GroupView::next_record(payload, at);
      const std::uint64_t sequence = at_.sequence + 1;
      CLEARSPAN_CHECK_OK(check_watermark(sequence, head));
      if (sequence >= range_.from) CLEARSPAN_CHECK_OK(visit_({sequence, bytes, head, stands_at}));
      at_ = {sequence, head};
      if (is_done()) return Done{};
    }
    return Done{};
  }

  static bool has_own_attachment(const RecordBytes& bytes) {
    if (bytes.record.size() > kRecordBytesMax || bytes.attachment.size() > kAttachmentBytesMax) return false;
    const auto digest = attachment_digest(bytes.record);
    if (digest.has_value() == bytes.attachment.empty()) return false;
    return !digest || crypto::sha256(bytes.attachment) == *digest;
  }

  Disk& disk_;
  const std::string& directory_;
  const LogIdentity& identity_;
  const ReadRange& range_;
  const RecordVisitor& visit_;

  std::vector<std::uint64_t> starts_;  // first sequences of the segments, in order
  std::optional<Watermark> watermark_;
  std::string segment_;
  std::uint64_t segment_first_ = 0;
  std::uint64_t offset_ = 0;
  LogPosition at_;
  std::vector<Hash32> heads_;
  LogEnd end_;
};

}  // namespace

Result<LogEnd> read_log(Disk& disk, const std::string& directory, const LogIdentity& identity, const ReadRange& range,
                        const RecordVisitor& visit) {
  return LogReading(disk, directory, identity, range, visit).run();
}

Result<std::optional<LogIdentity>> identity_of_log(Disk& disk, const std::string& directory) {
  CLEARSPAN_TRY(const auto names, disk.list(directory));
  for (const std::string& name : names) {
    if (!parse_segment_name(name)) continue;
    CLEARSPAN_TRY(SegmentFile file, SegmentFile::open(disk, directory + "/" + name));
    CLEARSPAN_TRY(const ByteView block, file.view(0, kBlockBytes));
    const auto header = decode_segment_header(block);
    if (!header) return make_error(ErrorCode::log_corrupt, directory + ", segment " + name + ": its header is damaged");
    return std::optional<LogIdentity>(header->identity);
  }
  return std::optional<LogIdentity>();
}

}  // namespace clearspan::evidence
