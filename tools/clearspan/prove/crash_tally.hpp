// What a crash campaign has seen so far; shared by its worlds.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/kill_point.hpp"
#include "tools/clearspan/prove/work.hpp"

namespace clearspan::tools {

struct CrashFigures {
  std::uint64_t kills = 0;
  std::uint64_t torn_logs = 0;
  std::uint64_t worlds = 0;    // each audited at its end
  std::uint64_t trades = 0;    // created and over
  std::uint64_t repeated = 0;  // requests that a kill left without an answer
  std::uint64_t records_audited = 0;
  std::vector<std::int64_t> start_ms;  // from a start to serving
  std::array<std::uint64_t, kKillPoints.size()> reached{};
  std::vector<std::string> violations;

  // Of `start_ms`; 0 when nothing was measured.
  [[nodiscard]] std::int64_t start_ms_at(double quantile) const;
};

using CrashTally = Tally<CrashFigures>;

}  // namespace clearspan::tools
