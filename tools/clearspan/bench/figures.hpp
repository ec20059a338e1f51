// How the benchmarks print a histogram of latencies, CPU time by thread, and memory that was reserved.
#pragma once

#include <fmt/format.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "codecs/json/writer.hpp"
#include "tools/clearspan/bench/latency.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/reserved_memory.hpp"

namespace clearspan::tools {

inline double in_ms(Latencies::Micros latency) {
  return static_cast<double>(latency.count()) / 1e3;
}

// "p50 1.20 ms, p99 3.40 ms, longest 8.00 ms"
inline std::string describe(const Latencies& latencies) {
  return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, longest {:.2f} ms", in_ms(latencies.quantile(0.5)),
                     in_ms(latencies.quantile(0.99)), in_ms(latencies.max()));
}

// As a member of the object that is open, in microseconds.
inline void put_latencies(json::Writer& json, std::string_view name, const Latencies& latencies) {
  json.key(name).begin_object();
  for (const auto& [quantile, share] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}) {
    json.field(quantile, latencies.quantile(share).count());
  }
  json.field("max", latencies.max().count()).end_object();
}

// A line for each thread that used any, under one of their sum.
inline void print_cpu(std::string_view per, const CpuUse& use, std::ostream& out) {
  out << fmt::format(
      "  CPU per {}: {:.1f} us; the machine's host kept back {} ms of its cores, which had {:.0f} per cent\n"
      "    of the speed of their best moment, on average\n",
      per, use.us, use.stolen_ms, use.core_speeds.average().value_or(0) * 100);
  for (const auto& [name, us] : use.us_by_thread) {
    if (us >= 0.005) out << fmt::format("    {:<16} {:>7.2f} us\n", name, us);
  }
}

inline void put_cpu(json::Writer& json, std::string_view per, const CpuUse& use) {
  json.field("cpu_us_per_" + std::string(per), use.us).field("stolen_ms", use.stolen_ms);
  json.field("core_speed", use.core_speeds.average().value_or(0));
  json.key("cpu_us_by_thread").begin_object();
  for (const auto& [name, us] : use.us_by_thread) json.field(name, us);
  json.end_object();
}

inline void print_reserved(std::ostream& out) {
  const ReservedMemory reserved = reserved_memory();
  out << fmt::format("  {} MiB of memory were reserved before, {} of them used\n", reserved.mebibytes,
                     reserved.mebibytes_used);
}

inline void put_reserved(json::Writer& json) {
  const ReservedMemory reserved = reserved_memory();
  json.field("reserved_mib", reserved.mebibytes).field("reserved_mib_used", reserved.mebibytes_used);
}

}  // namespace clearspan::tools
