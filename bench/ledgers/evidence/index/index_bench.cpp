// What the index costs: payments as an engine records them are offered at a steady rate, and the CPU time of the whole
// process is counted, from the first group offered until everything is on disk: the copy, the fold, RocksDB's inserts
// and what its background threads do. Generating the records and writing the log are not counted.
//
//   trades       in all; each lives about a second
//   readers_hz   how often somebody waits to see everything that was offered; 0: nobody does
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "bench/ledgers/evidence/scratch.hpp"
#include "bench/ledgers/evidence/trades/simulated_payments.hpp"
#include "core/base/clock.hpp"
#include "ledgers/evidence/index.hpp"

namespace clearspan::evidence {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kTradesPerSecond = 20'000;
constexpr std::size_t kPaymentsAtOnce = 2'000;  // share their blocks
constexpr std::size_t kRecordsPerGroup = 1'000;
constexpr Millis kPatience{600'000};

struct Group {
  DurableGroup durable;
  Bytes bytes;

  [[nodiscard]] DurableGroup view() const {
    DurableGroup group = durable;
    group.records = GroupView(bytes, durable.records.count());
    return group;
  }
};

// A log of payments, and the groups as its I/O thread would have offered them.
struct Payments {
  std::vector<Group> groups;
  std::vector<TradeId> trades;
  LogPosition durable;
};

// All batches at the same pace, so that their trades live side by side.
void interleave(const std::vector<std::vector<Record>>& batches, const SimulatedPayments::Sink& sink) {
  constexpr std::size_t kSteps = 50;
  for (std::size_t step = 0; step < kSteps; ++step) {
    for (const auto& batch : batches) {
      for (std::size_t i = batch.size() * step / kSteps; i < batch.size() * (step + 1) / kSteps; ++i) sink(batch[i]);
    }
  }
}

Payments write_payments(Disk& disk, const std::string& directory, std::size_t count) {
  Payments payments;
  auto log = Log::open(disk, directory, bench_options(), ignore_records(), [&](const DurableGroup& group) {
    const ByteView bytes = group.records.bytes();
    payments.groups.push_back({group, Bytes(bytes.begin(), bytes.end())});
  });
  require(log.ok());
  EncodedGroup group;
  const auto flush = [&] {
    require((*log)->append(group).ok());
    while ((*log)->step()) {
    }
    group.clear();
  };
  const auto sink = [&](const Record& record) {
    group.add(record);
    if (group.count() >= kRecordsPerGroup) flush();
  };
  SimulatedPayments source(bench_options().identity.engine);
  source.describe(sink);
  while (payments.trades.size() < count) {
    std::vector<std::vector<Record>> batches;
    for (std::size_t made = 0; made < kTradesPerSecond; made += kPaymentsAtOnce) {
      std::vector<Record>& batch = batches.emplace_back();
      const auto ids = source.settle(kPaymentsAtOnce, [&](const Record& record) { batch.push_back(record); });
      payments.trades.insert(payments.trades.end(), ids.begin(), ids.end());
    }
    interleave(batches, sink);
  }
  flush();
  (*log)->close();
  payments.durable = (*log)->durable();
  return payments;
}

double cpu_seconds() {
  rusage usage = {};
  require(getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void offer_at_rate(TradeIndex& index, const Payments& payments) {
  const auto start = SteadyClock::now();
  const double seconds = static_cast<double>(payments.trades.size()) / static_cast<double>(kTradesPerSecond);
  for (std::size_t i = 0; i < payments.groups.size(); ++i) {
    const double due = seconds * static_cast<double>(i) / static_cast<double>(payments.groups.size());
    std::this_thread::sleep_until(
        start + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(due)));
    index.offer(0, payments.groups[i].view());
  }
}

void index_payments(benchmark::State& state) {
  const Scratch scratch;
  const auto disk = make_posix_disk();
  const Payments payments = write_payments(*disk, scratch / "log", static_cast<std::size_t>(state.range(0)));
  IndexOptions options;
  options.directory = scratch / "index";
  options.shards.push_back({scratch / "log", bench_options().identity, {}});
  options.queue_bytes_max = 1u << 30;
  double cpu = 0;
  for (auto _ : state) {
    std::filesystem::remove_all(options.directory);
    options.shards[0].durable = {0, chain_start(bench_options().identity)};
    const double before = cpu_seconds();
    auto opened = TradeIndex::open(*disk, options);
    require(opened.ok());
    auto index = std::move(opened).value();
    std::jthread reader([&](const std::stop_token& stop) {
      for (std::uint64_t seen = 0; state.range(1) > 0 && !stop.stop_requested();) {
        std::this_thread::sleep_for(std::chrono::microseconds(1'000'000 / state.range(1)));
        seen = std::max(seen + 1, index->applied_sequence(0));
        static_cast<void>(index->wait_for(0, seen, Millis{100}));
      }
    });
    offer_at_rate(*index, payments);
    reader.request_stop();
    reader.join();
    require(index->wait_for(0, payments.durable.sequence, kPatience));
    index.reset();  // writes what is not on disk
    cpu += cpu_seconds() - before;
    options.shards[0].durable = payments.durable;
    index = TradeIndex::open(*disk, options).value();
    require(index->wait_for(0, payments.durable.sequence, kPatience));
    for (std::size_t i = 0; i < payments.trades.size(); i += 997) {
      require(index->show(payments.trades[i]).value()->summary.phase == Phase::settled);
    }
    require(index->list({}, "", 1).value().trades.front().id == payments.trades.back());
  }
  const double trades = static_cast<double>(payments.trades.size()) * static_cast<double>(state.iterations());
  state.counters["cpu_us_per_trade"] = cpu * 1e6 / trades;
  state.counters["records_per_trade"] =
      static_cast<double>(payments.durable.sequence) / static_cast<double>(payments.trades.size());
}

BENCHMARK(index_payments)
    ->ArgNames({"trades", "readers_hz"})
    ->Args({40'000, 0})
    ->Args({40'000, 100})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clearspan::evidence

BENCHMARK_MAIN();
