#include "codecs/json/duplicate_keys.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace clearspan::json {
namespace {

constexpr std::size_t kSmallFields = 64;  // beyond that, sorting beats comparing
constexpr std::size_t kMarkWords = 16;    // 1024 marks: two keys of a 25-field object seldom share one
constexpr std::size_t kKeyFingerBytes = 8;

// Equal keys have equal fingers; different keys seldom do.
std::uint64_t finger(std::string_view key) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (key.size() >= kKeyFingerBytes) {
    std::memcpy(&head, key.data(), kKeyFingerBytes);
    std::memcpy(&tail, key.data() + key.size() - kKeyFingerBytes, kKeyFingerBytes);
  } else {
    std::memcpy(&head, key.data(), key.size());
  }
  const std::uint64_t mixed = (head ^ (tail * 3) ^ key.size()) * 0x9e37'79b9'7f4a'7c15ULL;
  return mixed >> 54;
}

// The field before `later` with the same key, compared one by one.
bool occurs_before(Object object, const Field& later) {
  for (const Field field : object) {
    if (field.key.data() == later.key.data()) return false;
    if (field.key == later.key) return true;
  }
  return false;
}

}  // namespace

std::optional<Field> DuplicateKeys::find_in_large(Object object) {
  sorted_.clear();
  for (const Field field : object) sorted_.push_back(field);
  // Equal keys stay in the order of the text, which is the order of their places in the string buffer.
  std::sort(sorted_.begin(), sorted_.end(), [](const Field& a, const Field& b) {
    const int order = a.key.compare(b.key);
    return order != 0 ? order < 0 : a.key.data() < b.key.data();
  });
  const auto twin =
      std::adjacent_find(sorted_.begin(), sorted_.end(), [](const Field& a, const Field& b) { return a.key == b.key; });
  if (twin == sorted_.end()) return std::nullopt;
  return *std::next(twin);
}

std::optional<Field> DuplicateKeys::find_in(Object object) {
  const std::size_t count = object.size();
  if (count < 2) return std::nullopt;
  if (count > kSmallFields) return find_in_large(object);
  std::array<std::uint64_t, kMarkWords> marks{};
  for (const Field field : object) {
    const std::uint64_t mark = finger(field.key);
    std::uint64_t& word = marks[mark >> 6];
    const std::uint64_t bit = std::uint64_t{1} << (mark & 63);
    if ((word & bit) != 0 && occurs_before(object, field)) return field;
    word |= bit;
  }
  return std::nullopt;
}

// Every object is found by one walk along the tape: what is nested in it comes later on the same walk.
std::optional<Field> DuplicateKeys::find(const Tape& tape, std::size_t length) {
  std::size_t index = 1;
  while (index < length) {
    const char type = static_cast<char>(tape.words[index] >> 56);
    if (type == '{') {
      if (auto duplicate = find_in(Object(Value(&tape, index)))) return duplicate;
    }
    index += (type == 'l' || type == 'u' || type == 'd') ? 2 : 1;
  }
  return std::nullopt;
}

}  // namespace clearspan::json
