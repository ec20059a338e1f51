// Moments at which the process can be made to kill itself, so that a campaign can show what a crash there leaves
// behind. They are always compiled, so that what is tested is what runs; each costs one relaxed load. Nothing happens
// unless the process was told at its start:
//
//   CLEARSPAN_KILL_POINT=txn_sent:3 clearspan serve ...       dies of SIGKILL the third time that it passes txn_sent
//
// kill_points.def names them all.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "core/base/result.hpp"

namespace clearspan {

enum class KillPoint : std::uint8_t {
#define CLEARSPAN_KILL_POINT(name, moment, description) name,
#include "core/base/kill_points.def"
#undef CLEARSPAN_KILL_POINT
};

// When a campaign can reach a point; see kill_points.def.
enum class KillMoment : std::uint8_t { starting, torn, running, freezing, stopping };

struct KillPointTraits {
  KillPoint point;
  KillMoment moment;
  std::string_view name;
  std::string_view description;
};

inline constexpr std::array kKillPoints = {
#define CLEARSPAN_KILL_POINT(name, moment, description) \
  KillPointTraits{KillPoint::name, KillMoment::moment, #name, description},
#include "core/base/kill_points.def"
#undef CLEARSPAN_KILL_POINT
};

inline constexpr const char* kKillPointVariable = "CLEARSPAN_KILL_POINT";

// "name:nth", nth from 1. Before the first thread. Errors: config_invalid for a name that no point has, or no number.
Status arm_kill_point(std::string_view text);

namespace detail {

inline constexpr int kUnarmed = -1;
inline std::atomic<int> armed_kill_point{kUnarmed};

void pass_armed_kill_point();

}  // namespace detail

inline void kill_point(KillPoint point) {
  if (detail::armed_kill_point.load(std::memory_order_relaxed) == static_cast<int>(point)) [[unlikely]] {
    detail::pass_armed_kill_point();
  }
}

}  // namespace clearspan
