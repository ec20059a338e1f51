#include "tools/clearspan/demo.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "tools/clearspan/data_folder.hpp"
#include "tools/clearspan/demo/evm_world.hpp"
#include "tools/clearspan/demo/report.hpp"
#include "tools/clearspan/demo/show.hpp"
#include "tools/clearspan/demo/simulated_world.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint32_t kTradesSimulated = 10'000;
constexpr std::uint32_t kTradesEvm = 500;

// One line that rewrites itself on a terminal; a line every few seconds elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(std::ostream& err) : err_(err), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

  void show(std::uint64_t ended, std::uint64_t total, const EngineStats& stats) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_terminal_ && now - last_ < std::chrono::seconds(2)) return;
    last_ = now;
    constexpr std::uint64_t kWidth = 30;
    const std::uint64_t filled = total == 0 ? 0 : ended * kWidth / total;
    err_ << fmt::format("{}  [{:<30}] {:>6}/{}  in flight {:>5}  settled {:>6}  refunded {:>4}  rejected {:>4}{}",
                        is_terminal_ ? "\r" : "", std::string(filled, '#'), ended, total, stats.live, stats.settled,
                        stats.refunded, stats.rejected, is_terminal_ ? "" : "\n")
         << std::flush;
  }

  void end() {
    if (is_terminal_) err_ << "\n";
  }

 private:
  std::ostream& err_;
  bool is_terminal_;
  std::chrono::steady_clock::time_point last_{};
};

Result<std::unique_ptr<DemoWorld>> make_world(const DemoOptions& options, std::uint32_t trades) {
  if (options.evm) {
    CLEARSPAN_TRY(std::unique_ptr<DemoWorld> world,
                  EvmWorld::make({options.endpoint_a, options.endpoint_b, options.key_file, options.contracts_dir}));
    return world;
  }
  CLEARSPAN_TRY(std::unique_ptr<DemoWorld> world, SimulatedWorld::make(trades, options.seed));
  return world;
}

Result<DemoReport> play(const DemoOptions& options, std::ostream& err) {
  const std::uint32_t by_default = options.evm ? kTradesEvm : kTradesSimulated;
  const std::uint32_t trades = options.trades == 0 ? by_default : options.trades;
  if (options.evm && !options.json) err << "  setting up two chains: contracts, accounts, allowances\n";
  CLEARSPAN_TRY(const std::unique_ptr<DemoWorld> world, make_world(options, trades));
  const DataFolder data("clearspan-demo", options.data_dir);
  Show show(*world, trades, options.seed);
  EngineOptions engine_options;
  engine_options.data_dir = data.path();
  engine_options.tag = world->engine_tag();
  engine_options.on_phase_change = [&show](const PhaseChange& change) { show.on_phase_change(change); };
  CLEARSPAN_TRY(const std::unique_ptr<Engine> engine, Engine::start(std::move(engine_options), world->connectors()));
  ProgressLine line(err);
  if (!options.json) err << fmt::format("  {} trades on {}, one in ten meant to fail\n", trades, world->name());
  CLEARSPAN_TRY(ShowResult result,
                show.run(*engine, [&](std::uint64_t ended, std::uint64_t total, const EngineStats& stats) {
                  if (!options.json) line.show(ended, total, stats);
                }));
  if (!options.json) line.end();
  DemoReport report;
  report.world = world->name();
  report.show = std::move(result);
  report.stats = engine->stats();
  report.ledgers = engine->ledgers();
  CLEARSPAN_TRY(report.books, world->read_books());
  report.audit = audit(report.show.plans, report.books);
  CLEARSPAN_TRY(report.evidence, sample_evidence(*engine, report.show.plans, data.path() + "/bundles"));
  return report;
}

}  // namespace

int run_demo(const DemoOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);  // misfortunes are the point here, not news
  Result<DemoReport> report = play(options, err);
  if (!report) {
    err << "\nclearspan demo: " << describe(report.error()) << "\n";
    return 2;
  }
  if (options.json) {
    print_json(*report, out);
  } else {
    print_table(*report, out);
  }
  return report->is_good() ? 0 : 1;
}

}  // namespace clearspan::tools
