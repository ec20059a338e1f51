// What this process has used, CPU time by the names of its threads and memory, and what it takes before a run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "tools/clearspan/bench/core_speed.hpp"

namespace clearspan::tools {

// Seconds of CPU, user and system, by thread name; threads of one name together. Those that have ended are not in it.
std::map<std::string, double> cpu_by_thread();

// Of the whole process, ended threads included, in seconds.
double cpu_of_process();

// Seconds that this machine's cores, all together, were ready to work and its host did not let them; 0 where there is
// no host.
double stolen_cpu();

struct CpuUse {
  double us = 0;                               // by the whole process, for each of the things that were done meanwhile
  std::map<std::string, double> us_by_thread;  // the same
  std::int64_t stolen_ms = 0;                  // in all, from whatever ran here
  CoreSpeeds core_speeds;
};

// What has been used since this was made, what measuring the cores' speed took included.
class CpuMeter {
 public:
  // Once.
  [[nodiscard]] CpuUse per(double count);

 private:
  CoreSpeedMeter core_speed_;
  std::map<std::string, double> threads_before_ = cpu_by_thread();
  double before_ = cpu_of_process();
  double stolen_before_ = stolen_cpu();
};

std::uint64_t resident_bytes();

// Reserves memory for a run with that many trades, so that it does not measure how fast the system finds pages
// (docs/adr/016). Without `mebibytes`, what such a run needs, or none where there is not so much. Errors: those of
// reserve_memory.
Status reserve_for_run(std::optional<std::uint64_t> mebibytes, std::uint64_t trades);

}  // namespace clearspan::tools
