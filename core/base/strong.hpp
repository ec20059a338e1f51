// Look-alike values as distinct types: a height is not a time, an account is not an asset.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace clearspan {

// An unsigned 64-bit quantity that is ordered and can be advanced, but never mixed with another quantity.
template <class Tag>
struct Ordinal {
  std::uint64_t value = 0;

  auto operator<=>(const Ordinal&) const = default;

  [[nodiscard]] Ordinal plus(std::uint64_t count) const { return {value + count}; }
};

// A name that is compared as text.
template <class Tag>
struct Name {
  std::string text;

  auto operator<=>(const Name&) const = default;
};

}  // namespace clearspan

template <class Tag>
struct std::hash<clearspan::Ordinal<Tag>> {
  std::size_t operator()(const clearspan::Ordinal<Tag>& ordinal) const noexcept { return ordinal.value; }
};

template <class Tag>
struct std::hash<clearspan::Name<Tag>> {
  std::size_t operator()(const clearspan::Name<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.text);
  }
};
