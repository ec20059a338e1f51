#include "tools/clearspan/bench/blocks.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>
#include <thread>

#include "codecs/json/writer.hpp"
#include "ledgers/this_thread.hpp"
#include "tools/clearspan/bench/failure.hpp"
#include "tools/clearspan/bench/figures.hpp"
#include "tools/clearspan/bench/orders.hpp"
#include "tools/clearspan/bench/parked.hpp"
#include "tools/clearspan/bench/timed_ledger.hpp"
#include "tools/clearspan/bench/usage.hpp"
#include "tools/clearspan/bench/waiting.hpp"
#include "tools/clearspan/data_folder.hpp"
#include "tools/clearspan/demo/audit.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kBlockInterval{5};  // until the first measured block, and what deadlines are reckoned by
constexpr Millis kBetweenBlocks{2};  // while trades settle
constexpr Millis kLateFrom{1};       // behind its pace
constexpr Millis kLedgerTimeout{1'000};
constexpr Millis kIndexPatience{600'000};
constexpr std::uint64_t kDepositValidBlocks = 1'000'000;
constexpr const char* kThreadName = "bench";
constexpr std::uint32_t kNotMoved = std::numeric_limits<std::uint32_t>::max();

// Trades in the order in which blocks move them on: neighbours in a block are far from each other in memory.
std::uint32_t spread(std::uint64_t order, std::uint32_t trades) {
  std::uint64_t stride = trades * 5ULL / 8 + 1;
  while (std::gcd(stride, std::uint64_t{trades}) != 1) ++stride;
  return static_cast<std::uint32_t>(order * stride % trades);
}

// The ledgers work on the thread that runs the benchmark.
double cpu_of_engine() {
  return cpu_of_process() - cpu_by_thread()[kThreadName];
}

class BlocksBench {
 public:
  BlocksBench(const BlocksBenchOptions& options, SimulatedWorld& world)
      : options_(options),
        world_(world),
        data_("clearspan-bench", options.data_dir),
        source_(world.ledgers()[0]),
        destination_(world.ledgers()[1]),
        timed_source_(std::make_shared<TimedLedger>(world.connectors()[0], source_, moments_)),
        order_of_(options.trades, kNotMoved),
        plans_(std::size_t{options.blocks} * options.block),
        decided_(plans_.size()) {
    for (std::uint32_t order = 0; order < plans_.size(); ++order) order_of_[spread(order, options.trades)] = order;
  }

  Status start() {
    EngineOptions engine_options;
    engine_options.data_dir = data_.path();
    engine_options.tag = world_.engine_tag();
    engine_options.shards = options_.shards;
    engine_options.live_trades_max = options_.trades;
    engine_options.on_phase_change = [this](const PhaseChange& change) { on_phase_change(change); };
    CLEARSPAN_TRY(engine_, Engine::start(std::move(engine_options), {timed_source_, world_.connectors()[1]}));
    CLEARSPAN_CHECK_OK(until([this] { return engine_->ready(); }, "the engine is not ready"));
    const auto keep = [this](const Plan& plan) {
      const std::uint32_t order = order_of_[OrderTaker::number_of(plan.id)];
      if (order != kNotMoved) plans_[order] = plan;
    };
    CLEARSPAN_CHECK_OK(park_trades(*engine_, world_, 0, options_.trades, SystemClock().now() + kCalm, keep));
    CLEARSPAN_CHECK_OK(engine_->sync_index(kIndexPatience));
    world_.stop_producing();
    for (const Plan& plan : plans_) {
      CLEARSPAN_TRY(SignedTxn txn, world_.sign_deposit(plan, kDepositValidBlocks));
      deposits_.push_back(std::move(txn.raw));
    }
    return Done{};
  }

  Result<BlocksBenchReport> run() {
    const double cpu_before = cpu_of_engine();
    CLEARSPAN_CHECK_OK(deposit(0));
    Moment due = SteadyClock::now();
    for (std::uint32_t block = 0; block < options_.blocks; ++block, due += Millis{options_.paced_ms}) {
      std::this_thread::sleep_until(due);
      if (SteadyClock::now() > due + kLateFrom) ++late_;
      heights_.push_back(source_->produce().number);
      CLEARSPAN_CHECK_OK(settle((block + 1) * options_.block));
      if (block + 1 < options_.blocks) CLEARSPAN_CHECK_OK(deposit(block + 1));
    }
    BlocksBenchReport report;
    report.late = late_;
    report.cpu_us = (cpu_of_engine() - cpu_before) * 1e6 / static_cast<double>(plans_.size());
    CLEARSPAN_CHECK_OK(check(report));
    measure(report);
    return report;
  }

 private:
  void on_phase_change(const PhaseChange& change) {
    const std::uint32_t order = order_of_[OrderTaker::number_of(change.trade)];
    if (order == kNotMoved) return;
    if (change.phase == Phase::deciding) {
      decided_[order] = SteadyClock::now();
      ++decided_count_;
    }
    if (is_terminal(change.phase)) ++over_;
    if (change.phase == Phase::settled) ++settled_;
  }

  // Hands the holds of that block's trades to the ledger, and nothing else waits there.
  Status deposit(std::uint32_t block) {
    for (std::uint32_t i = 0; i < options_.block; ++i) {
      CLEARSPAN_CHECK_OK(source_->submit(deposits_[std::size_t{block} * options_.block + i], kLedgerTimeout));
    }
    return Done{};
  }

  // Blocks of both ledgers until so many trades are over, but none before the last block's trades have moved on.
  Status settle(std::uint32_t trades) {
    CLEARSPAN_CHECK_OK(until([&] { return decided_count_ >= trades; }, "no trade moves on"));
    return until(
        [&] {
          if (over_ >= trades) return true;
          destination_->produce();
          source_->produce();
          std::this_thread::sleep_for(kBetweenBlocks);
          return false;
        },
        "no trade settles");
  }

  // What the blocks held, and what the ledgers' books say.
  Status check(BlocksBenchReport& report) {
    const auto wrong = [](std::string what) { return make_error(ErrorCode::check_failed, std::move(what)); };
    if (settled_ != plans_.size()) return wrong(fmt::format("{} of {} trades settled", settled_.load(), plans_.size()));
    for (const Height height : heights_) {
      CLEARSPAN_TRY(const RawBlock raw, world_.connectors()[0]->block(height, kLedgerTimeout));
      CLEARSPAN_TRY(const VerifiedBlock block, timed_source_->decoder().decode(raw));
      if (block.txn_count != options_.block || block.outcomes.size() != options_.block) {
        return wrong(fmt::format("block {} holds {} txns", height.value, block.txn_count));
      }
      report.block_bytes += static_cast<double>(block.bytes) / options_.blocks;
    }
    CLEARSPAN_TRY(const auto books, world_.read_books());
    const AuditReport checked = audit(plans_, books);
    return checked.violations.empty() ? Status{Done{}} : wrong(checked.violations.front());
  }

  void measure(BlocksBenchReport& report) const {
    const auto add = [](Latencies& to, Moment from, Moment at) {
      to.add(std::chrono::duration_cast<Latencies::Micros>(at - from));
    };
    const BlockMoments blocks = timed_source_->block_moments();
    for (std::uint32_t block = 0; block < options_.blocks; ++block) {
      const std::uint64_t height = heights_[block].value;
      const Moment received = blocks.bytes_received(height);
      Moment last = received;
      for (std::uint32_t i = 0; i < options_.block; ++i) {
        const Moment decided = decided_[std::size_t{block} * options_.block + i];
        add(report.trades, received, decided);
        last = std::max(last, decided);
      }
      add(report.blocks, received, last);
      add(report.from_shown, blocks.shown(height), last);
      add(report.verifying, received, blocks.verified.at(height));
    }
  }

  const BlocksBenchOptions& options_;
  SimulatedWorld& world_;
  const DataFolder data_;
  const std::shared_ptr<simulated::Ledger> source_;
  const std::shared_ptr<simulated::Ledger> destination_;
  Moments moments_{0};  // those of the blocks are enough here
  const std::shared_ptr<TimedLedger> timed_source_;
  std::vector<std::uint32_t> order_of_;  // by the number of a trade
  std::vector<Plan> plans_;              // in the order in which blocks move them on, as are the next two
  std::vector<Bytes> deposits_;          // their holds, as the payers have signed them
  std::vector<Moment> decided_;
  std::vector<Height> heights_;  // of the measured blocks
  std::uint32_t late_ = 0;
  std::atomic<std::uint32_t> decided_count_{0};
  std::atomic<std::uint32_t> over_{0};
  std::atomic<std::uint32_t> settled_{0};
  std::unique_ptr<Engine> engine_;  // ends first
};

void print_table(const BlocksBenchOptions& options, const BlocksBenchReport& report, std::ostream& out) {
  out << fmt::format("  {} blocks of {} txns ({:.0f} kB), each the hold of one of {} live trades, one every {} ms\n",
                     options.blocks, options.block, report.block_bytes / 1e3, options.trades, options.paced_ms);
  out << "  bytes to the last of a block's trades durable: " << describe(report.blocks) << "\n";
  out << "    of it until the block is verified            " << describe(report.verifying) << "\n";
  out << "  bytes to a trade durable:                      " << describe(report.trades) << "\n";
  out << "  publication to the last of a block's trades:   " << describe(report.from_shown) << "\n";
  print_reserved(out);
  out << fmt::format(
      "  {} blocks came behind their pace; CPU of the engine per trade, from its hold to its end: {:.1f} us\n",
      report.late, report.cpu_us);
}

void print_json(const BlocksBenchOptions& options, const BlocksBenchReport& report, std::ostream& out) {
  json::Writer json;
  json.begin_object().field("bench", "blocks").field("trades", options.trades).field("blocks", options.blocks);
  json.field("block", options.block).field("paced_ms", options.paced_ms).field("block_bytes", report.block_bytes);
  put_latencies(json, "bytes_to_block_durable_us", report.blocks);
  put_latencies(json, "bytes_to_verified_us", report.verifying);
  put_latencies(json, "bytes_to_trade_durable_us", report.trades);
  put_latencies(json, "published_to_block_durable_us", report.from_shown);
  put_reserved(json);
  json.field("late", report.late).field("cpu_us_per_trade", report.cpu_us).end_object();
  out << json.take() << "\n";
}

}  // namespace

Result<BlocksBenchReport> bench_blocks(const BlocksBenchOptions& options) {
  if (std::uint64_t{options.blocks} * options.block > options.trades) {
    return make_error(ErrorCode::invalid_value, "more holds than live trades", "--trades");
  }
  name_this_thread(kThreadName);
  CLEARSPAN_TRY(const auto world, SimulatedWorld::make(options.trades, 1, kBlockInterval));
  BlocksBench bench(options, *world);
  CLEARSPAN_CHECK_OK(bench.start());
  return bench.run();
}

int run_bench_blocks(const BlocksBenchOptions& options, std::ostream& out, std::ostream& err) {
  spdlog::set_level(spdlog::level::err);
  const Result<BlocksBenchReport> report = bench_blocks(options);
  if (!report) return say_why_not("blocks", report.error(), err);
  if (!options.json) print_table(options, *report, out);
  print_json(options, *report, out);
  return kExitOk;
}

}  // namespace clearspan::tools
