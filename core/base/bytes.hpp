// Byte strings, and fixed-size byte values as distinct types: a block hash cannot be passed where a txn id is meant.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clearspan {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// N bytes with value semantics; Tag makes each use a type of its own.
template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t kSize = N;

  std::array<std::uint8_t, N> bytes{};

  auto operator<=>(const FixedBytes&) const = default;

  // As a compiler makes no call of it: ids are compared on the way of every look-up.
  bool operator==(const FixedBytes& other) const { return std::memcmp(bytes.data(), other.bytes.data(), N) == 0; }

  [[nodiscard]] ByteView view() const { return bytes; }

  [[nodiscard]] std::uint8_t* data() { return bytes.data(); }

  [[nodiscard]] const std::uint8_t* data() const { return bytes.data(); }

  [[nodiscard]] bool is_zero() const {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
  }

  // The same bytes as another kind of value, at the few places where one becomes the other.
  template <class Other>
  [[nodiscard]] Other as() const {
    static_assert(Other::kSize == N);
    Other other;
    other.bytes = bytes;
    return other;
  }
};

// Spreads a word's bits over all of the result.
constexpr std::uint64_t mix(std::uint64_t word) {
  word = (word ^ (word >> 32)) * 0xd6e8'feb8'6659'fd93u;
  return word ^ (word >> 32);
}

struct HashTag;
using Hash32 = FixedBytes<HashTag, 32>;

// Lower-case hexadecimal without a prefix.
std::string to_hex(ByteView bytes);

// Lower-case hexadecimal with "0x" in front.
std::string to_hex_prefixed(ByteView bytes);

// Decodes exactly 2 * out.size() hexadecimal digits of either case, without a prefix. On failure, false is returned and
// out holds unspecified bytes.
bool from_hex(std::string_view digits, std::span<std::uint8_t> out);

}  // namespace clearspan

template <class Tag, std::size_t N>
struct std::hash<clearspan::FixedBytes<Tag, N>> {
  // The first 16 bytes decide: values are hashes, or ids that begin with a time and go on with randomness.
  std::size_t operator()(const clearspan::FixedBytes<Tag, N>& value) const noexcept {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), value.data(), std::min(sizeof(words), N));
    return clearspan::mix(words[0] ^ clearspan::mix(words[1]));
  }
};
