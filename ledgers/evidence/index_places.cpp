#include "ledgers/evidence/index_places.hpp"

#include <limits>

namespace clearspan::evidence::rows {
namespace {

constexpr std::uint64_t kOtherShard = 1;
constexpr std::uint64_t kOtherSegment = 2;
constexpr int kHeadBits = 2;
constexpr std::size_t kUsualBytes = 88;

// a + b unless that is no number any more.
std::optional<std::uint64_t> sum(std::uint64_t a, std::uint64_t b) {
  if (b > std::numeric_limits<std::uint64_t>::max() - a) return std::nullopt;
  return a + b;
}

// The place behind `last`; `is_first` when there is none before it.
std::optional<Place> take_place(std::string_view& text, const Place& last, bool is_first) {
  const auto head = take_number(text);
  if (!head) return std::nullopt;
  const bool is_other_shard = (*head & kOtherShard) != 0;
  const bool is_other_segment = (*head & kOtherSegment) != 0;
  if (is_first && !is_other_shard) return std::nullopt;
  if (is_other_shard && !is_other_segment) return std::nullopt;
  const std::uint64_t number = *head >> kHeadBits;
  Place place = last;
  if (is_other_shard) {
    const auto shard = take_number(text);
    if (!shard || *shard > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
    if (!is_first && *shard == last.shard) return std::nullopt;
    place.shard = static_cast<std::uint16_t>(*shard);
    place.sequence = number;
  } else {
    const auto sequence = sum(last.sequence, number);
    if (!sequence) return std::nullopt;
    place.sequence = *sequence;
  }
  const auto behind = is_other_segment ? take_number(text) : std::optional<std::uint64_t>(0);
  const auto offset = take_number(text);
  if (!behind || !offset || *behind > place.sequence) return std::nullopt;
  if (!is_other_segment) {
    const auto next = sum(last.at.offset, *offset);
    if (!next) return std::nullopt;
    place.at.offset = *next;
    return place;
  }
  place.at = {place.sequence - *behind, *offset};
  if (!is_other_shard && place.at.segment == last.at.segment) return std::nullopt;
  return place;
}

}  // namespace

void put_number(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out += static_cast<char>(static_cast<std::uint8_t>(value));
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  constexpr int kLastShift = 63;
  std::uint64_t value = 0;
  for (int shift = 0; shift <= kLastShift && !text.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(text.front());
    text.remove_prefix(1);
    if (shift == kLastShift && byte > 1) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) != 0) continue;
    if (byte == 0 && shift > 0) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

std::optional<PackedPlaces> PackedPlaces::parse(std::string_view bytes) {
  PackedPlaces places;
  places.bytes_ = bytes;
  while (!bytes.empty()) {
    const auto place = take_place(bytes, places.last_, places.count_ == 0);
    if (!place) return std::nullopt;
    places.last_ = *place;
    ++places.count_;
  }
  return places;
}

void PackedPlaces::add(const Place& place) {
  if (count_ == 0) bytes_.reserve(kUsualBytes);
  const bool is_other_shard = count_ == 0 || place.shard != last_.shard;
  const bool is_other_segment = is_other_shard || place.at.segment != last_.at.segment;
  const std::uint64_t number = is_other_shard ? place.sequence : place.sequence - last_.sequence;
  put_number(bytes_, number << kHeadBits | (is_other_segment ? kOtherSegment : 0) | (is_other_shard ? kOtherShard : 0));
  if (is_other_shard) put_number(bytes_, place.shard);
  if (is_other_segment) put_number(bytes_, place.sequence - place.at.segment);
  put_number(bytes_, is_other_segment ? place.at.offset : place.at.offset - last_.at.offset);
  last_ = place;
  ++count_;
}

std::vector<Place> PackedPlaces::list() const {
  std::vector<Place> places;
  places.reserve(count_);
  std::string_view text = bytes_;
  Place last;
  while (!text.empty()) {
    last = *take_place(text, last, places.empty());
    places.push_back(last);
  }
  return places;
}

}  // namespace clearspan::evidence::rows
