// What this process has used: CPU time by the names of its threads, and memory.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace clearspan::tools {

// Seconds of CPU, user and system, by thread name; threads of one name together. Those that have ended are not in it.
std::map<std::string, double> cpu_by_thread();

// Of the whole process, ended threads included, in seconds.
double cpu_of_process();

// What has been used since this was made, in microseconds for each of `count` things that were done meanwhile.
class CpuMeter {
 public:
  [[nodiscard]] double total_us_per(double count) const;
  [[nodiscard]] std::map<std::string, double> us_by_thread_per(double count) const;

 private:
  std::map<std::string, double> threads_before_ = cpu_by_thread();
  double before_ = cpu_of_process();
};

std::uint64_t resident_bytes();

}  // namespace clearspan::tools
