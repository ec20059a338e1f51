// A key as two words: quick to compare, and to mix into a hash, without a call for each.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace clearspan::json {

// The first and the last bytes of a key. Keys of one length that have the same words are the same, up to kKeyWordsMax
// bytes.
struct KeyWords {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;

  bool operator==(const KeyWords&) const = default;
};

inline constexpr std::size_t kKeyWordsMax = 16;

namespace detail {

template <class Word>
constexpr std::uint64_t load(const char* at) {
  if (std::is_constant_evaluated()) {
    std::uint64_t word = 0;
    for (std::size_t i = sizeof(Word); i-- > 0;) word = word << 8 | static_cast<unsigned char>(at[i]);
    return word;
  }
  Word word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

}  // namespace detail

constexpr KeyWords words_of(std::string_view key) {
  const char* at = key.data();
  const std::size_t size = key.size();
  if (size >= 8) return {detail::load<std::uint64_t>(at), detail::load<std::uint64_t>(at + size - 8)};
  if (size >= 4) return {detail::load<std::uint32_t>(at), detail::load<std::uint32_t>(at + size - 4)};
  if (size >= 2) return {detail::load<std::uint16_t>(at), detail::load<std::uint16_t>(at + size - 2)};
  return {size == 0 ? 0 : detail::load<std::uint8_t>(at), 0};
}

inline bool is_same_key(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || words_of(a) != words_of(b)) return false;
  return a.size() <= kKeyWordsMax || std::memcmp(a.data() + 8, b.data() + 8, a.size() - 16) == 0;
}

// Ten bits that equal keys share and others seldom do.
inline constexpr unsigned kKeyMarkBits = 10;

inline std::size_t mark_of(std::string_view key) {
  const KeyWords words = words_of(key);
  const std::uint64_t mixed = (words.head ^ (words.tail * 3) ^ key.size()) * 0x9e37'79b9'7f4a'7c15ULL;
  return mixed >> (64 - kKeyMarkBits);
}

}  // namespace clearspan::json
