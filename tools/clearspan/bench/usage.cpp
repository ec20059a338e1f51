#include "tools/clearspan/bench/usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/clearspan/reserved_memory.hpp"

namespace clearspan::tools {
namespace {

// A third more than was measured: buffers and caches; a trade's plan, blocks, and place in the ledgers' books.
constexpr std::uint64_t kMebibytesOfRun = 256;
constexpr std::uint64_t kKibibytesOfTrade = 3;

// "pid (name) state ..." with user and system time as fields 14 and 15, in clock ticks (proc(5)).
constexpr int kFieldsBehindNameBeforeTimes = 11;
constexpr int kFieldsBeforeStolen = 8;

void add_thread(const std::filesystem::path& stat_file, std::map<std::string, double>& seconds) {
  std::ifstream in(stat_file);
  std::string line;
  if (!std::getline(in, line)) return;  // it has ended meanwhile
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return;
  std::istringstream rest(line.substr(close + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBehindNameBeforeTimes; ++i) rest >> skipped;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  seconds[line.substr(open + 1, close - open - 1)] += (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::map<std::string, double> cpu_by_thread() {
  std::map<std::string, double> seconds;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    add_thread(thread.path() / "stat", seconds);
  }
  return seconds;
}

double cpu_of_process() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

// "cpu user nice system idle iowait irq softirq steal ...", in clock ticks (proc(5)).
double stolen_cpu() {
  std::ifstream in("/proc/stat");
  std::string word;
  for (int i = 0; i < kFieldsBeforeStolen; ++i) in >> word;
  double stolen = 0;
  in >> stolen;
  return stolen / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

CpuUse CpuMeter::per(double count) {
  CpuUse use{(cpu_of_process() - before_) * 1e6 / count, cpu_by_thread(),
             std::llround((stolen_cpu() - stolen_before_) * 1e3), core_speed_.stop()};
  for (auto& [name, cpu] : use.us_by_thread) {
    const auto before = threads_before_.find(name);
    cpu = (cpu - (before == threads_before_.end() ? 0 : before->second)) * 1e6 / count;
  }
  return use;
}

std::uint64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t all_pages = 0;
  std::uint64_t resident_pages = 0;
  in >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Status reserve_for_run(std::optional<std::uint64_t> mebibytes, std::uint64_t trades) {
  const std::uint64_t wanted = mebibytes.value_or(kMebibytesOfRun + trades * kKibibytesOfTrade / 1024);
  if (wanted == 0) return Done{};
  const Status status = reserve_memory(wanted);
  return mebibytes ? status : Status(Done{});
}

}  // namespace clearspan::tools
