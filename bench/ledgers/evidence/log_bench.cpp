// The log against the plainest durable append there is, in the same run: preallocated file, O_DIRECT and O_DSYNC, the
// same records in the same number of writes, no framing and no hashes.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>

#include "bench/ledgers/evidence/scratch.hpp"
#include "ledgers/evidence/log.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kRecordBytes = 256;

using Seconds = std::chrono::duration<double>;

EncodedGroup make_group(std::uint64_t records) {
  EncodedGroup group;
  for (std::uint64_t i = 0; i < records; ++i) {
    Bytes record(kRecordBytes, static_cast<std::uint8_t>(i));
    record[1] = 0;  // of no kind that has an attachment
    group.add_bytes({record, {}});
  }
  return group;
}

// One group in flight while the next one gathers; the last one is durable at the end.
double seconds_of_log(Disk& disk, const std::string& directory, std::uint64_t records, std::uint64_t groups) {
  std::atomic<std::uint64_t> durable{0};
  const auto wait_until_durable = [&](std::uint64_t sequence) {
    for (std::uint64_t now = durable; now < sequence; now = durable) durable.wait(now);
  };
  auto log = Log::open(disk, directory, bench_options(), ignore_records(), [&](const DurableGroup& group) {
    durable = group.last_sequence;
    durable.notify_one();
  });
  require(log.ok());
  const EncodedGroup group = make_group(records);
  const auto start = std::chrono::steady_clock::now();
  double seconds = 0;
  {
    const LogThread thread(**log);
    for (std::uint64_t i = 0; i < groups; ++i) {
      require((*log)->append(group).ok());
      wait_until_durable(i * records);
    }
    wait_until_durable(records * groups);
    seconds = Seconds(std::chrono::steady_clock::now() - start).count();
  }
  log->reset();
  const auto end = read_log(disk, directory, bench_options().identity, {}, ignore_records());
  require(end.ok() && end->position.sequence == records * groups);
  return seconds;
}

double seconds_of_plain_append(Disk& disk, const std::string& path, std::uint64_t records, std::uint64_t groups) {
  const std::size_t bytes = (records * kRecordBytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;

  struct Free {
    void operator()(std::uint8_t* memory) const { std::free(memory); }
  };

  const std::unique_ptr<std::uint8_t, Free> memory(static_cast<std::uint8_t*>(std::aligned_alloc(kBlockBytes, bytes)));
  std::fill_n(memory.get(), bytes, std::uint8_t{1});
  auto file = disk.create(path, {memory.get(), kBlockBytes}, groups * bytes);
  require(file.ok());
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < groups; ++i) require((*file)->write(i * bytes, {memory.get(), bytes}).ok());
  return Seconds(std::chrono::steady_clock::now() - start).count();
}

// Argument: records per group. `ratio`: the log's rate over the plain append's.
void append_durable(benchmark::State& state) {
  const auto records = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t groups = std::max<std::uint64_t>(300000 / records, 200) / (records == 1 ? 150 : 1);
  const auto disk = make_posix_disk();
  double log = 0;
  double plain = 0;
  std::uint64_t total = 0;
  for (auto _ : state) {
    const Scratch scratch;
    const double seconds = seconds_of_log(*disk, scratch / "log", records, groups);
    plain += seconds_of_plain_append(*disk, scratch / "plain", records, groups);
    log += seconds;
    total += records * groups;
    state.SetIterationTime(seconds);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(total));
  state.counters["plain_per_second"] = static_cast<double>(total) / plain;
  state.counters["ratio"] = plain / log;
}

// One million records, verified: chain, framing, padding.
void read_verified(benchmark::State& state) {
  constexpr std::uint64_t kRecords = 1'000'000;
  const Scratch scratch;
  const auto disk = make_posix_disk();
  {
    auto log = Log::open(*disk, scratch / "log", bench_options(), ignore_records(), {});
    require(log.ok());
    const EncodedGroup group = make_group(1000);
    for (std::uint64_t i = 0; i < kRecords / group.count(); ++i) {
      require((*log)->append(group).ok());
      require((*log)->step());
    }
    (*log)->close();
  }
  for (auto _ : state) {
    std::uint64_t bytes = 0;
    const auto end =
        read_log(*disk, scratch / "log", bench_options().identity, {}, [&](const RecordRef& ref) -> Status {
          bytes += ref.bytes.record.size();
          return Done{};
        });
    require(end.ok() && bytes == kRecords * kRecordBytes);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kRecords) * state.iterations());
}

BENCHMARK(append_durable)->Arg(1)->Arg(256)->Arg(4096)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(read_verified)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clearspan::evidence

BENCHMARK_MAIN();
