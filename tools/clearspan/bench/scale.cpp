#include "tools/clearspan/bench/scale.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "codecs/json/document.hpp"
#include "codecs/json/writer.hpp"
#include "tools/clearspan/child_process.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kPatience{900'000};  // for one run, a million trades created before it
constexpr const char* kStandardError = "/dev/stderr";

Result<double> cpu_of_run(const ScaleBenchOptions& options, const ScaleCell& cell, const std::string& program) {
  Command command;
  command.arguments = {program,
                       "bench",
                       "engine",
                       "--json",
                       "--trades",
                       std::to_string(cell.rate * options.seconds),
                       "--rate",
                       std::to_string(cell.rate),
                       "--live",
                       std::to_string(cell.live),
                       "--block-interval-ms",
                       std::to_string(options.block_interval)};
  command.log_file = kStandardError;
  CLEARSPAN_TRY(ChildProcess run, ChildProcess::start(command));
  CLEARSPAN_TRY(const std::string line, run.read_line(kPatience));
  json::Document document;
  CLEARSPAN_TRY(const json::Value root, document.parse(line));
  CLEARSPAN_TRY(const json::Object report, root.object());
  CLEARSPAN_TRY(const json::Value cpu, report.require("cpu_ns_per_settlement"));
  CLEARSPAN_TRY(const std::uint64_t cpu_ns, cpu.u64());
  return static_cast<double>(cpu_ns) / 1e3;
}

}  // namespace

double ScaleCell::median() const {
  std::vector<double> sorted = cpu_us;
  std::sort(sorted.begin(), sorted.end());
  return sorted.empty() ? 0 : sorted[sorted.size() / 2];
}

Result<std::vector<ScaleCell>> bench_scale(const ScaleBenchOptions& options, const std::string& program) {
  std::vector<ScaleCell> cells;
  for (const std::uint32_t live : {options.live, options.live * kMoreLive}) {
    for (const std::uint32_t rate : {options.rate, options.rate * kMoreLoad}) cells.push_back({rate, live, {}});
  }
  for (std::uint32_t round = 0; round < options.rounds; ++round) {
    for (ScaleCell& cell : cells) {
      CLEARSPAN_TRY(const double cpu_us, cpu_of_run(options, cell, program));
      cell.cpu_us.push_back(cpu_us);
    }
  }
  return cells;
}

int run_bench_scale(const ScaleBenchOptions& options, std::ostream& out, std::ostream& err) {
  const auto cells = bench_scale(options, own_program());
  if (!cells) {
    err << "clearspan bench scale: " << describe(cells.error()) << "\n";
    return kExitNegative;
  }
  const double first = cells->front().median();
  json::Writer json;
  json.begin_object().field("bench", "scale").field("seconds", options.seconds).field("rounds", options.rounds);
  json.field("block_interval_ms", options.block_interval).key("runs").begin_array();
  for (const ScaleCell& cell : *cells) {
    const auto [least, most] = std::minmax_element(cell.cpu_us.begin(), cell.cpu_us.end());
    if (!options.json) {
      out << fmt::format(
          "  {:>7} settlements per second, {:>9} live: {:>6.1f} us of CPU each ({:.1f} to {:.1f}), {:.2f}\n", cell.rate,
          cell.live, cell.median(), *least, *most, cell.median() / first);
    }
    json.begin_object().field("rate", cell.rate).field("live", cell.live).field("cpu_us", cell.median());
    json.field("cpu_us_least", *least).field("cpu_us_most", *most).field("ratio", cell.median() / first).end_object();
  }
  const double ratio = cells->back().median() / first;
  if (!options.json) {
    out << fmt::format("  {} times the load and {} times the live trades: {:.2f} of the cost\n", kMoreLoad, kMoreLive,
                       ratio);
  }
  json.end_array().field("ratio", ratio).end_object();
  out << json.take() << "\n";
  return kExitOk;
}

}  // namespace clearspan::tools
