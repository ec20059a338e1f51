// Which of the states in sometimes.def were reached, and how often.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace clearspan::sim {

enum class Sometimes : std::uint8_t {
#define SOMETIMES(name, text) name,
#include "tools/simulation/sometimes.def"
#undef SOMETIMES
};

inline constexpr std::array kSometimesNames = {
#define SOMETIMES(name, text) std::string_view{#name},
#include "tools/simulation/sometimes.def"
#undef SOMETIMES
};

using SometimesCounts = std::array<std::uint64_t, kSometimesNames.size()>;

inline void reached(SometimesCounts& counts, Sometimes state) {
  ++counts[static_cast<std::size_t>(state)];
}

}  // namespace clearspan::sim
