#include "ledgers/evidence/index_places.hpp"

#include <algorithm>
#include <limits>

namespace clearspan::evidence::rows {
namespace {

constexpr std::uint64_t kOtherShard = 1;
constexpr std::uint64_t kOtherSegment = 2;
constexpr int kHeadBits = 2;
constexpr std::size_t kNumberBytesMax = 10;
constexpr std::size_t kPlaceBytesMax = 4 * kNumberBytesMax;

// Returns the end of what it writes.
char* write_number(char* out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(static_cast<std::uint8_t>(value | 0x80));
  *out++ = static_cast<char>(static_cast<std::uint8_t>(value));
  return out;
}

// The place behind `last`. Returns the end of what it writes, which is kPlaceBytesMax at most.
char* write_place(char* out, const Place& place, const Place& last, bool is_first) {
  const bool is_other_shard = is_first || place.shard != last.shard;
  const bool is_other_segment = is_other_shard || place.at.segment != last.at.segment;
  const std::uint64_t number = is_other_shard ? place.sequence : place.sequence - last.sequence;
  out = write_number(out,
                     number << kHeadBits | (is_other_segment ? kOtherSegment : 0) | (is_other_shard ? kOtherShard : 0));
  if (is_other_shard) out = write_number(out, place.shard);
  if (is_other_segment) out = write_number(out, place.sequence - place.at.segment);
  return write_number(out, is_other_segment ? place.at.offset : place.at.offset - last.at.offset);
}

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
  char bytes[kNumberBytesMax];
  out.append(bytes, static_cast<std::size_t>(write_number(bytes, value) - bytes));
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
  places.keep(bytes);
  while (!bytes.empty()) {
    const auto place = take_place(bytes, places.last_, places.count_ == 0);
    if (!place) return std::nullopt;
    places.last_ = *place;
    ++places.count_;
  }
  return places;
}

void PackedPlaces::add(const Place& place) {
  if (near_size_ + kPlaceBytesMax <= near_.size()) {
    char* const begin = near_.data();
    near_size_ = static_cast<std::uint8_t>(write_place(begin + near_size_, place, last_, count_ == 0) - begin);
  } else {
    char bytes[kPlaceBytesMax];
    keep({bytes, static_cast<std::size_t>(write_place(bytes, place, last_, count_ == 0) - bytes)});
  }
  last_ = place;
  ++count_;
}

void PackedPlaces::keep(std::string_view more) {
  if (is_far()) {
    far_ += more;
  } else if (near_size_ + more.size() <= near_.size()) {
    std::copy(more.begin(), more.end(), near_.begin() + near_size_);
    near_size_ = static_cast<std::uint8_t>(near_size_ + more.size());
  } else {
    far_ = std::string(bytes()).append(more);
    near_size_ = kFar;
  }
}

bool PackedPlaces::append(const PackedPlaces& later) {
  JoinedPlaces joined;
  if (!joined.append(bytes()) || !joined.append(later.bytes())) return false;
  *this = *parse(joined.bytes());
  return true;
}

void PackedPlaces::clear() {
  if (is_far()) far_.clear();
  near_size_ = 0;
  count_ = 0;
  last_ = {};
}

std::vector<Place> PackedPlaces::list() const {
  std::vector<Place> places;
  places.reserve(count_);
  std::string_view text = bytes();
  Place last;
  while (!text.empty()) {
    last = *take_place(text, last, places.empty());
    places.push_back(last);
  }
  return places;
}

bool JoinedPlaces::append(std::string_view later) {
  if (later.empty()) return true;
  const auto first = take_place(later, {}, true);
  if (!first || !ascends(*first)) return false;
  const bool is_near = count_ > 0 && first->shard == last_.shard && first->at.segment == last_.at.segment;
  if (is_near && first->at.offset < last_.at.offset) return false;
  char bytes[kPlaceBytesMax];
  bytes_.append(bytes, static_cast<std::size_t>(write_place(bytes, *first, last_, count_ == 0) - bytes));
  bytes_ += later;
  last_ = *first;
  for (++count_; !later.empty(); ++count_) {
    const auto next = take_place(later, last_, false);
    if (!next || !ascends(*next)) return false;
    last_ = *next;
  }
  return true;
}

void JoinedPlaces::clear() {
  bytes_.clear();
  last_ = {};
  count_ = 0;
  latest_.clear();
}

bool JoinedPlaces::ascends(const Place& place) {
  for (Latest& latest : latest_) {
    if (latest.shard != place.shard) continue;
    if (place.sequence <= latest.sequence) return false;
    latest.sequence = place.sequence;
    return true;
  }
  latest_.push_back({place.shard, place.sequence});
  return true;
}

}  // namespace clearspan::evidence::rows
