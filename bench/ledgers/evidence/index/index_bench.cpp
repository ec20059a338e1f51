// What the index costs: payments as an engine records them are offered at a steady rate, and the CPU time of the whole
// process is counted, from the first group offered until everything is on disk: the copy, the fold, RocksDB's inserts
// and what its background threads do. Generating the records and writing the log are not counted.
//
//   trades       in all; each lives about a second
//   readers_hz   how often somebody waits to see everything that was offered; 0: nobody does
//
// And what it costs that many trades live side by side: all are created, then each moves on in an order that has
// nothing to do with theirs. Memory is the growth of the resident set by the creations; CPU time is that of the index's
// and the store's threads.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bench/ledgers/evidence/scratch.hpp"
#include "bench/ledgers/evidence/trades/simulated_payments.hpp"
#include "core/base/clock.hpp"
#include "core/scenario/trade_id.hpp"
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

Plan live_plan(std::uint64_t number) {
  constexpr std::uint64_t kFactor = 0x9e37'79b9'7f4a'7c15;
  std::array<std::uint8_t, kTradeIdRandomBytes> rest{};
  const std::uint64_t random = (number + 1) * kFactor;
  std::memcpy(rest.data(), &random, sizeof(random));
  Plan plan;
  plan.scenario = "payment";
  plan.created = Timestamp{Millis{1'793'525'400'000 + static_cast<std::int64_t>(number / 100)}};
  plan.id = make_trade_id(plan.created, rest);
  plan.legs.resize(2);
  plan.legs[0] = {LegRole::hold,
                  Placement::engine,
                  {"a-coin"},
                  {"ACN"},
                  Amount{1000},
                  {"payer-" + std::to_string(number % 1000)},
                  {"exchanger"},
                  {},
                  {}};
  plan.legs[1] = {LegRole::pivot, Placement::engine, {"b-coin"}, {"BCN"}, Amount{900},
                  {"exchanger"},  {"merchant"},      {},         {}};
  return plan;
}

Event live_outcome(const Plan& plan, LegIndex leg, MovementKind kind) {
  HoldKey key;
  std::copy(plan.id.bytes.begin(), plan.id.bytes.end(), key.bytes.begin());
  Outcome outcome = effect_of(movement_for(plan, leg, kind, key));
  if (kind == MovementKind::hold) outcome.hold_key = key;
  return OutcomeFinal{plan.legs[leg].ledger, outcome};
}

// A log with an index that follows it.
class FollowedLog {
 public:
  FollowedLog() {
    auto log =
        Log::open(*disk_, scratch_ / "log", bench_options(), ignore_records(), [this](const DurableGroup& group) {
          if (index_) index_->offer(0, group);
        });
    require(log.ok());
    log_ = std::move(log).value();
    IndexOptions options;
    options.directory = scratch_ / "index";
    options.shards.push_back({scratch_ / "log", bench_options().identity, log_->durable()});
    auto index = TradeIndex::open(*disk_, options);
    require(index.ok());
    index_ = std::move(index).value();
  }

  void add(RecordBody body) {
    group_.add({Timestamp{Millis{1'793'525'500'000}}, std::move(body)});
    if (group_.count() >= kRecordsPerGroup) flush();
  }

  // No more is under way than what the index's queue takes.
  void flush() {
    require(log_->append(group_).ok());
    while (log_->step()) {
    }
    group_.clear();
    if (++groups_ % kGroupsUnderWay == 0) require(index_->wait_for(0, log_->durable().sequence, kPatience));
  }

  TradeIndex& all_applied() {
    flush();
    require(index_->wait_for(0, log_->durable().sequence, kPatience));
    return *index_;
  }

 private:
  static constexpr std::size_t kGroupsUnderWay = 60;

  const Scratch scratch_;
  const std::unique_ptr<Disk> disk_ = make_posix_disk();
  std::unique_ptr<TradeIndex> index_;
  std::unique_ptr<Log> log_;
  EncodedGroup group_;
  std::size_t groups_ = 0;
};

double own_cpu_seconds() {
  timespec time = {};
  require(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double all_pages = 0;
  double resident_pages = 0;
  in >> all_pages >> resident_pages;
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void index_live_trades(benchmark::State& state) {
  const auto trades = static_cast<std::uint64_t>(state.range(0));
  constexpr std::uint64_t kStride = 7'919;  // a prime: all trades come up, far from each other
  for (auto _ : state) {
    FollowedLog log;
    const double bytes_before = resident_bytes();
    double others_before = cpu_seconds() - own_cpu_seconds();
    for (std::uint64_t i = 0; i < trades; ++i) log.add(TradeCreated{live_plan(i), "", {}, 0});
    TradeIndex& index = log.all_applied();
    const auto counted = static_cast<double>(trades);
    state.counters["bytes_per_trade"] = (resident_bytes() - bytes_before) / counted;
    double others = cpu_seconds() - own_cpu_seconds();
    state.counters["cpu_us_per_creation"] = (others - others_before) * 1e6 / counted;

    others_before = others;
    for (const int step : {0, 1, 2}) {
      for (std::uint64_t i = 0; i < trades; ++i) {
        const Plan plan = live_plan(i * kStride % trades);
        if (step == 0) log.add(TradeEvent{plan.id, live_outcome(plan, 0, MovementKind::hold)});
        if (step == 1) log.add(TradeEvent{plan.id, live_outcome(plan, 1, MovementKind::payment)});
        if (step == 2) log.add(TradeEvent{plan.id, live_outcome(plan, 0, MovementKind::release)});
      }
    }
    log.all_applied();
    others = cpu_seconds() - own_cpu_seconds();
    state.counters["cpu_us_per_event"] = (others - others_before) * 1e6 / counted / 3;
    for (std::uint64_t i = 0; i < trades; i += 9'973) {
      const auto shown = index.show(live_plan(i).id);
      require(shown.ok() && (*shown)->summary.phase == Phase::settled && (*shown)->history.size() == 4);
    }
  }
}

BENCHMARK(index_live_trades)
    ->ArgNames({"trades"})
    ->Arg(100'000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

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
