// Records on their way into the log: each one preceded by its length (4 bytes, little-endian), one after the other. An
// attachment follows its record in the same way, with the highest bit of its length set. The same form stands in
// memory, in the log's groups and in what the index is fed with, so that no step copies record by record.
#pragma once

#include <cstdint>
#include <optional>

#include "codecs/evidence/record.hpp"
#include "core/base/bytes.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kRecordLengthBytes = 4;
inline constexpr std::uint32_t kAttachmentBit = 0x8000'0000;

// What is written to disk at once; more records than that become several groups.
inline constexpr std::size_t kGroupPayloadBytesMax = 8u << 20;

// A view of such records; the bytes belong to somebody else.
class GroupView {
 public:
  GroupView() = default;

  GroupView(ByteView bytes, std::uint64_t count) : bytes_(bytes), count_(count) {}

  [[nodiscard]] ByteView bytes() const { return bytes_; }

  [[nodiscard]] std::uint64_t count() const { return count_; }

  // visit(const RecordBytes&) for each record in order. The bytes must have been made by EncodedGroup or checked by the
  // log.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t at = 0; at < bytes_.size();) visit(*next_record(bytes_, at));
  }

  // The record at `at`, and its attachment; `at` moves behind both. None for bytes that are not of this form.
  static std::optional<RecordBytes> next_record(ByteView bytes, std::size_t& at) {
    RecordBytes next;
    if (!take(bytes, at, 0, next.record)) return std::nullopt;
    if (bytes.size() - at < kRecordLengthBytes || (head_at(bytes, at) & kAttachmentBit) == 0) return next;
    if (!take(bytes, at, kAttachmentBit, next.attachment)) return std::nullopt;
    return next;
  }

 private:
  static std::uint32_t head_at(ByteView bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at]) | static_cast<std::uint32_t>(bytes[at + 1]) << 8 |
           static_cast<std::uint32_t>(bytes[at + 2]) << 16 | static_cast<std::uint32_t>(bytes[at + 3]) << 24;
  }

  static bool take(ByteView bytes, std::size_t& at, std::uint32_t bit, ByteView& out) {
    if (bytes.size() - at < kRecordLengthBytes) return false;
    const std::uint32_t head = head_at(bytes, at);
    const std::size_t length = head & ~kAttachmentBit;
    if ((head & kAttachmentBit) != bit || length == 0 || length > bytes.size() - at - kRecordLengthBytes) return false;
    out = bytes.subspan(at + kRecordLengthBytes, length);
    at += kRecordLengthBytes + length;
    return true;
  }

  ByteView bytes_;
  std::uint64_t count_ = 0;
};

// Owns records that are gathered for one append.
class EncodedGroup {
 public:
  void add(const Record& record);

  void add_bytes(const RecordBytes& bytes);

  void add_all(const EncodedGroup& other) {
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
    count_ += other.count_;
  }

  void clear() {
    bytes_.clear();
    count_ = 0;
  }

  [[nodiscard]] bool empty() const { return count_ == 0; }

  [[nodiscard]] std::uint64_t count() const { return count_; }

  [[nodiscard]] std::size_t size_bytes() const { return bytes_.size(); }

  [[nodiscard]] GroupView view() const { return {bytes_, count_}; }

 private:
  void add_item(ByteView bytes, std::uint32_t bit);
  void set_length(std::size_t at, std::uint32_t bit);

  Bytes bytes_;
  Bytes attachment_;  // scratch
  std::uint64_t count_ = 0;
};

}  // namespace clearspan::evidence
