// Where a trade's records stand, packed: a trade has about a dozen of them.
//
//   place:  head, of which the lowest bits are: 1 another shard than before, 2 another segment; above them the distance
//           of the sequence to the one before, or the sequence where the shard is another
//           | the shard, if another | if another segment: how far behind its first sequence the record is, and the
//           offset; else the distance of the offset to the one before
//
// Numbers are LEB128 in their shortest form. Each list of places has one form only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence::rows {

// A record's place.
struct Place {
  std::uint16_t shard = 0;
  std::uint64_t sequence = 0;
  LogOffset at = {};

  bool operator==(const Place&) const = default;
};

void put_number(std::string& out, std::uint64_t value);

// Moves `text` behind the number. None for anything that put_number does not write.
std::optional<std::uint64_t> take_number(std::string_view& text);

class PackedPlaces {
 public:
  // None for anything that add() does not make.
  static std::optional<PackedPlaces> parse(std::string_view bytes);

  // Within a shard places must ascend.
  void add(const Place& place);

  // False for places of which one does not ascend; there are then any.
  bool append(const PackedPlaces& later);

  void clear();

  [[nodiscard]] std::string_view bytes() const {
    return is_far() ? std::string_view(far_) : std::string_view(near_.data(), near_size_);
  }

  [[nodiscard]] std::uint32_t count() const { return count_; }

  [[nodiscard]] bool ends_with(const Place& place) const { return count_ > 0 && last_ == place; }

  [[nodiscard]] std::vector<Place> list() const;

 private:
  void keep(std::string_view more);

  [[nodiscard]] bool is_far() const { return near_size_ == kFar; }

  // About a dozen places, also of a trade whose txns are in another shard's log, beside what else is known of the
  // trade: where memory is far, one way is shorter than two.
  static constexpr std::size_t kNearBytes = 116;
  static constexpr std::uint8_t kFar = 0xff;  // in place of a size: they are more

  Place last_;
  std::uint32_t count_ = 0;
  std::uint8_t near_size_ = 0;
  std::array<char, kNearBytes> near_ = {};
  std::string far_;  // then all of them
};

// Packed lists one after the other, packed. A place says how far it is from the one before, so of each list only the
// first is packed anew.
class JoinedPlaces {
 public:
  // False for what is not a packed list, and for places of which one does not ascend; there are then any.
  bool append(std::string_view later);

  // Empty again; what memory it has is kept.
  void clear();

  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  struct Latest {
    std::uint16_t shard = 0;
    std::uint64_t sequence = 0;
  };

  bool ascends(const Place& place);

  std::string bytes_;
  Place last_;
  std::uint32_t count_ = 0;
  std::vector<Latest> latest_;  // of each shard
};

}  // namespace clearspan::evidence::rows
