#include "tools/clearspan/prove/crash.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <ostream>

#include "codecs/json/writer.hpp"
#include "tools/clearspan/demo/local_node.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/prove/crash_round.hpp"

namespace clearspan::tools {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kViolationsShown = 20;
constexpr double kMedian = 0.5;
constexpr double kTail = 0.99;

// One round's work, given the round.
using Work = std::function<void(CrashRound&)>;

Result<std::vector<KillPoint>> points_named(const std::string& names) {
  std::vector<KillPoint> points;
  std::size_t at = 0;
  while (at < names.size() || at == 0) {
    const std::size_t comma = std::min(names.find(',', at), names.size());
    const std::string name = names.substr(at, comma - at);
    bool is_known = false;
    for (const KillPointTraits& traits : kKillPoints) {
      if (traits.name != name && names != "all") continue;
      points.push_back(traits.point);
      is_known = true;
    }
    if (!is_known) return make_error(ErrorCode::config_invalid, "there is no point \"" + name + "\"", "--points");
    at = comma + 1;
  }
  return points;
}

std::vector<Work> random_work(const CrashOptions& options) {
  std::vector<Work> work;
  for (std::uint64_t left = options.random; left > 0;) {
    const std::uint64_t kills = std::min(left, options.kills_per_world);
    work.emplace_back([kills](CrashRound& round) { round.kill_at_random(kills); });
    left -= kills;
  }
  return work;
}

// Each world meets many points, in random order. A world whose ledger contradicts itself meets one.
std::vector<Work> point_work(const std::vector<KillPoint>& points, const CrashOptions& options) {
  std::vector<Work> work;
  std::vector<KillPoint> shared;
  for (const KillPoint point : points) {
    const bool is_last = kKillPoints[static_cast<std::size_t>(point)].moment == KillMoment::freezing;
    for (std::uint64_t i = 0; i < options.times; ++i) {
      if (is_last) {
        work.emplace_back([point](CrashRound& round) { round.kill_while_freezing(point); });
      } else {
        shared.push_back(point);
      }
    }
  }
  std::shuffle(shared.begin(), shared.end(), Dice(options.seed));
  for (std::size_t at = 0; at < shared.size(); at += options.kills_per_world) {
    const auto first = shared.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t count = std::min<std::size_t>(options.kills_per_world, shared.size() - at);
    std::vector<KillPoint> part(first, first + static_cast<std::ptrdiff_t>(count));
    work.emplace_back([part = std::move(part)](CrashRound& round) { round.kill_at(part); });
  }
  return work;
}

void print_progress(const CrashFigures& figures, std::size_t planned, std::ostream& err) {
  err << fmt::format("  {} kills, {} of {} worlds begun, {} trades over, start to serving {} ms, {} violations\n",
                     figures.kills, figures.worlds, planned, figures.trades, figures.start_ms_at(kMedian),
                     figures.violations.size())
      << std::flush;
}

// Movements of every kind meet an EVM node where both ledgers are ones; with one, the ledgers' clocks differ, too.
CrashSetting setting_of(std::size_t world, const CrashOptions& options) {
  constexpr std::array<std::array<bool, 2>, 4> kTurns = {{{true, true}, {true, false}, {true, true}, {false, true}}};
  CrashSetting setting;
  setting.contracts_dir = options.contracts_dir;
  if (options.evm) setting.is_evm = kTurns[world % kTurns.size()];
  return setting;
}

// Runs all rounds, each in a folder of its own.
void run_rounds(const std::vector<Work>& work, const CrashOptions& options, const fs::path& folder, CrashTally& tally,
                std::ostream& err) {
  const auto run = [&](std::uint64_t at) {
    const fs::path own = folder / fmt::format("world-{}", at);
    bool is_good = false;
    {
      CrashRound round(own, options.seed * 1'000'003 + at, setting_of(at, options), tally);
      work[at](round);
      is_good = round.is_good();
    }
    std::error_code ignored;
    if (is_good && options.folder.empty()) fs::remove_all(own, ignored);
  };
  run_all(work.size(), options.jobs, run, [&] { print_progress(tally.figures(), work.size(), err); });
}

std::string to_json(const CrashFigures& figures, const std::vector<KillPoint>& points, const CrashOptions& options,
                    std::int64_t seconds) {
  json::Writer out;
  out.begin_object().field("kills", figures.kills).field("worlds", figures.worlds).field("trades", figures.trades);
  out.field("requests_repeated", figures.repeated).field("logs_torn", figures.torn_logs);
  out.field("records_audited", figures.records_audited);
  if (options.evm) out.field("evm", true);
  out.field("violations", figures.violations.size());
  out.field("start_to_serving_ms_p50", figures.start_ms_at(kMedian));
  out.field("start_to_serving_ms_p99", figures.start_ms_at(kTail));
  out.key("points").begin_object();
  for (const KillPoint point : points) {
    const auto index = static_cast<std::size_t>(point);
    out.field(kKillPoints[index].name, figures.reached[index]);
  }
  out.end_object();
  out.field("seconds", seconds).field("seed", options.seed).end_object();
  return out.take();
}

Status check_tools(const CrashOptions& options) {
  if (!options.evm) return Done{};
  CLEARSPAN_CHECK_OK(LocalNode::is_installed());
  if (fs::exists(fs::path(options.contracts_dir) / "Escrow.json")) return Done{};
  return make_error(ErrorCode::config_invalid,
                    "the contracts are not compiled: run tools/contracts/build in the project's root", "--contracts");
}

int print_verdict(const CrashFigures& figures, const std::vector<KillPoint>& points, const CrashOptions& options,
                  std::ostream& out) {
  std::string missed;
  for (const KillPoint point : points) {
    const auto index = static_cast<std::size_t>(point);
    if (figures.reached[index] == 0) missed += " " + std::string(kKillPoints[index].name);
  }
  const std::size_t shown = std::min(figures.violations.size(), kViolationsShown);
  for (std::size_t i = 0; i < shown; ++i) out << figures.violations[i] << "\n";
  if (!missed.empty()) out << "never reached:" << missed << "\n";
  const bool is_good = figures.violations.empty() && missed.empty() && figures.kills > 0;
  out << fmt::format("{}: {} kills, {} trades, {} violations; seed {}\n", is_good ? "GOOD" : "BAD", figures.kills,
                     figures.trades, figures.violations.size(), options.seed);
  return is_good ? kExitOk : kExitNegative;
}

}  // namespace

std::int64_t CrashFigures::start_ms_at(double quantile) const {
  if (start_ms.empty()) return 0;
  std::vector<std::int64_t> sorted = start_ms;
  std::sort(sorted.begin(), sorted.end());
  return sorted[static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1))];
}

int run_prove_crash(const CrashOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  std::vector<KillPoint> points;
  if (!options.points.empty()) {
    Result<std::vector<KillPoint>> named = points_named(options.points);
    if (!named.ok()) {
      err << "clearspan prove: " << describe(named.error()) << "\n";
      return kExitUsage;
    }
    points = std::move(*named);
  }
  if (const Status status = check_tools(options); !status.ok()) {
    err << "clearspan prove: " << describe(status.error()) << "\n";
    return kExitUsage;
  }
  const auto began = SteadyClock::now();
  const fs::path folder = options.folder.empty()
                              ? fs::temp_directory_path() / fmt::format("clearspan-prove-{}", ::getpid())
                              : fs::path(options.folder);
  err << fmt::format("  seed {}, in {}\n", options.seed, folder.string());
  std::vector<Work> work = random_work(options);
  for (Work& one : point_work(points, options)) work.push_back(std::move(one));
  CrashTally tally;
  run_rounds(work, options, folder, tally, err);
  const CrashFigures figures = tally.figures();
  std::error_code ignored;
  if (options.folder.empty()) fs::remove(folder, ignored);  // only when it is empty
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(SteadyClock::now() - began).count();
  out << to_json(figures, points, options, seconds) << "\n";
  return print_verdict(figures, points, options, out);
}

}  // namespace clearspan::tools
