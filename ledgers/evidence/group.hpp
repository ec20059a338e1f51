// Records on their way into the log: each one preceded by its length (4 bytes, little-endian), one after the other. The
// same form stands in memory, in the log's groups and in what the index is fed with, so that no step copies record by
// record.
#pragma once

#include <cstdint>

#include "codecs/evidence/record.hpp"
#include "core/base/bytes.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kRecordLengthBytes = 4;
inline constexpr std::size_t kRecordBytesMax = 1u << 20;  // a batch of 1000 movements with its raw bytes stays below

// What is written to disk at once; more records than that become several groups.
inline constexpr std::size_t kGroupPayloadBytesMax = 8u << 20;

// A view of such records; the bytes belong to somebody else.
class GroupView {
 public:
  GroupView() = default;

  GroupView(ByteView bytes, std::uint64_t count) : bytes_(bytes), count_(count) {}

  [[nodiscard]] ByteView bytes() const { return bytes_; }

  [[nodiscard]] std::uint64_t count() const { return count_; }

  // visit(ByteView record) for each record in order. The bytes must have been made by EncodedGroup or checked by the
  // log.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t at = 0; at < bytes_.size();) {
      const std::size_t length = length_at(bytes_, at);
      visit(bytes_.subspan(at + kRecordLengthBytes, length));
      at += kRecordLengthBytes + length;
    }
  }

  static std::size_t length_at(ByteView bytes, std::size_t at) {
    return static_cast<std::size_t>(bytes[at]) | static_cast<std::size_t>(bytes[at + 1]) << 8 |
           static_cast<std::size_t>(bytes[at + 2]) << 16 | static_cast<std::size_t>(bytes[at + 3]) << 24;
  }

 private:
  ByteView bytes_;
  std::uint64_t count_ = 0;
};

// Owns records that are gathered for one append.
class EncodedGroup {
 public:
  // Encodes the record in place. Returns its bytes, which stay valid until the next add or clear.
  ByteView add(const Record& record);

  void add_bytes(ByteView record);

  void clear() {
    bytes_.clear();
    count_ = 0;
  }

  [[nodiscard]] bool empty() const { return count_ == 0; }

  [[nodiscard]] std::uint64_t count() const { return count_; }

  [[nodiscard]] std::size_t size_bytes() const { return bytes_.size(); }

  [[nodiscard]] GroupView view() const { return {bytes_, count_}; }

 private:
  void set_length(std::size_t at);

  Bytes bytes_;
  std::uint64_t count_ = 0;
};

}  // namespace clearspan::evidence
