// How a log lies on disk. Numbers are little-endian; everything starts on a block of 4096 bytes.
//
//   segment:   header block | group | group | ... | zeros up to the segment's size
//
//   header:    0 magic "clearspan log v1" | 16 first sequence (8) | 24 head before it (32) | 56 engine tag (14)
//              | 70 length of the name (2) | 72 name (64) | 136 segment bytes (8) | zeros | 4064 SHA-256 of all before
//              (32)
//
//   group:     0 magic "GRP1" | 4 records (4) | 8 first sequence (8) | 16 payload bytes (8) | 24 head after it (32)
//              | 56 first 8 bytes of the SHA-256 of all before | 64 payload: (length (4), record) ... | trailer
//              "end-grp1" | zeros up to the next block
//
//   HEAD:      text; a position that the log is known to have reached, and the segment that was being written then. It
//   lies
//              outside the segments that it guards.
//
// Nothing in a group is believed for itself: the head after it commits to every record, and counts, lengths, order,
// padding and unused space all have exactly one valid form, so that any changed byte shows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "ledgers/evidence/disk.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {

inline constexpr std::size_t kGroupHeaderBytes = 64;
inline constexpr std::string_view kGroupTrailer = "end-grp1";
inline constexpr std::string_view kSegmentSuffix = ".seg";
inline constexpr std::string_view kHeadFile = "HEAD";

struct SegmentHeader {
  LogIdentity identity;
  LogPosition before;  // of the segment's first record
  std::uint64_t segment_bytes = 0;
};

struct GroupHeader {
  std::uint32_t count = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t payload_bytes = 0;
  Hash32 head_after;
};

// What a group with so much payload takes on disk.
constexpr std::uint64_t group_bytes(std::uint64_t payload_bytes) {
  const std::uint64_t content = kGroupHeaderBytes + payload_bytes + kGroupTrailer.size();
  return (content + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

using Block = std::array<std::uint8_t, kBlockBytes>;

Block encode_segment_header(const SegmentHeader& header);
std::optional<SegmentHeader> decode_segment_header(ByteView block);

void encode_group_header(const GroupHeader& header, std::uint8_t* out);
std::optional<GroupHeader> decode_group_header(ByteView bytes);

struct Watermark {
  LogPosition position;
  std::uint64_t segment = 0;  // its first sequence; 0 before there is any

  bool operator==(const Watermark&) const = default;
};

std::string encode_watermark(const Watermark& watermark);
std::optional<Watermark> decode_watermark(std::string_view text);

// "00000000000000000001.seg", named by its first sequence; sorts by it.
std::string segment_name(std::uint64_t first_sequence);
std::optional<std::uint64_t> parse_segment_name(std::string_view name);

// head_n from head_{n-1}.
Hash32 chain_next(const Hash32& head, ByteView record);

}  // namespace clearspan::evidence
