// How fast a crash campaign goes: kills and requests in step with the ledgers' blocks.
#pragma once

#include <cstdint>

#include "core/base/clock.hpp"

namespace clearspan::tools {

struct CrashPace {
  Millis life_max;              // of an engine that serves, until a random kill
  Millis early_kill_max;        // after a start: in the middle of the recovery
  std::uint64_t first_nth_max;  // passages of a point, at the first attempt to reach it
  Millis reach_patience;        // of that attempt
  Millis reach_patience_max;    // of the others
  Millis mischief_pause;        // between two acts of mischief while a point is waited for
  Millis before_freezing_min;   // under load, so that something in the blocks is on record
  Millis before_freezing_max;
  Millis freeze_max;             // from a contradiction until the engine shows it
  Millis drain_max;              // for all trades to end, without faults
  std::uint64_t load_pause_max;  // ms between two requests
  Millis prepare_window;
  Millis pivot_window;
  Millis margin;
  Millis anchor_interval;
  std::uint64_t solvency_interval_blocks;
};

// Blocks every 20 ms.
inline constexpr CrashPace kDevnetPace = {.life_max = Millis{220},
                                          .early_kill_max = Millis{90},
                                          .first_nth_max = 12,
                                          .reach_patience = Millis{1'500},
                                          .reach_patience_max = Millis{6'000},
                                          .mischief_pause = Millis{200},
                                          .before_freezing_min = Millis{600},
                                          .before_freezing_max = Millis{1'500},
                                          .freeze_max = Millis{3'000},
                                          .drain_max = Millis{60'000},
                                          .load_pause_max = 60,
                                          .prepare_window = Millis{3'000},
                                          .pivot_window = Millis{3'000},
                                          .margin = Millis{500},
                                          .anchor_interval = Millis{100},
                                          .solvency_interval_blocks = 32};

// Blocks every second on at least one of the ledgers.
inline constexpr CrashPace kEvmPace = {.life_max = Millis{1'500},
                                       .early_kill_max = Millis{90},
                                       .first_nth_max = 4,
                                       .reach_patience = Millis{6'000},
                                       .reach_patience_max = Millis{15'000},
                                       .mischief_pause = Millis{1'000},
                                       .before_freezing_min = Millis{4'000},
                                       .before_freezing_max = Millis{7'000},
                                       .freeze_max = Millis{10'000},
                                       .drain_max = Millis{120'000},
                                       .load_pause_max = 500,
                                       .prepare_window = Millis{12'000},
                                       .pivot_window = Millis{9'000},
                                       .margin = Millis{1'000},
                                       .anchor_interval = Millis{3'000},
                                       .solvency_interval_blocks = 4};

}  // namespace clearspan::tools
