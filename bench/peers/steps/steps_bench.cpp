// What must be waited for on this machine, whatever an engine does: durable writes one after the other, and threads
// that wake each other. Nothing else is done here: no JSON, no hash, no signature, no trade. For a high rate, where
// what waits for a core counts, a payment can be given an amount of work that stands for all of these.
//
// A payment needs four writes in a row, because nothing may be sent before it is durable: that it was taken, with its
// signed hold; its signed payment; its signed release; its end. Between them it is on a ledger.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "bench/ledgers/evidence/scratch.hpp"
#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {
namespace {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;

constexpr std::size_t kWriters = 2;
constexpr std::size_t kLedgers = 2;
constexpr int kSteps = 4;
constexpr std::size_t kStepBytes = 360;  // a quarter of what the engine writes for a payment
constexpr std::size_t kFileBytes = 16 << 20;
constexpr std::size_t kWriteBytesMax = 1 << 20;
constexpr auto kPause = std::chrono::milliseconds(1);  // between two looks at which payments are due, as `bench engine`
constexpr double kWritersShare = 0.75;                 // of a payment's work; the rest is the ledgers'

// Of a run.
constexpr int kSeconds = 2;
constexpr int kBlocks = 80;
constexpr auto kBlockPause = std::chrono::milliseconds(25);

struct Payment {
  std::uint32_t number = 0;
  int step = 0;
  Clock::time_point since;  // it was due, or its block was there
};

// Things for one thread.
template <typename Thing>
class Inbox {
 public:
  // Empties `things`.
  void put(std::vector<Thing>& things) {
    if (things.empty()) return;
    {
      const std::lock_guard lock(mutex_);
      things_.insert(things_.end(), things.begin(), things.end());
    }
    things.clear();
    changed_.notify_one();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stops_ = true;
    }
    changed_.notify_one();
  }

  // Replaces `things` by all that are there, without waiting.
  void take(std::vector<Thing>& things) {
    things.clear();
    const std::lock_guard lock(mutex_);
    things.swap(things_);
  }

  // The same, and waits for the first; false once it was stopped.
  bool wait_and_take(std::vector<Thing>& things) {
    things.clear();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stops_ || !things_.empty(); });
    things.swap(things_);
    return !things.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Thing> things_;
  bool stops_ = false;
};

// A file that has been written before, so that a write is one write and no note of the file system.
class WrittenFile {
 public:
  explicit WrittenFile(const std::string& path) : disk_(make_posix_disk()) {
    constexpr std::size_t kAtOnce = 64 << 10;
    auto file = disk_->create(path, bytes_of(kBlockBytes), kFileBytes);
    require(file.ok());
    file_ = std::move(*file);
    for (std::size_t at = 0; at < kFileBytes; at += kAtOnce) require(file_->write(at, bytes_of(kAtOnce)).ok());
  }

  // Whole blocks, durably, behind what was written last.
  void write(std::size_t bytes) {
    const std::size_t whole = std::min((bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes, kWriteBytesMax);
    if (at_ + whole > kFileBytes) at_ = 0;
    require(file_->write(at_, bytes_of(whole)).ok());
    at_ += whole;
  }

 private:
  [[nodiscard]] static ByteView bytes_of(std::size_t count) {
    alignas(kBlockBytes) static const std::array<std::uint8_t, kWriteBytesMax> bytes{1};
    return ByteView(bytes).first(count);
  }

  std::unique_ptr<Disk> disk_;
  std::unique_ptr<File> file_;
  std::size_t at_ = 0;
};

// One for each writer.
class WrittenFiles {
 public:
  WrittenFiles() {
    for (std::size_t i = 0; i < kWriters; ++i) files_.emplace_back(scratch_ / std::to_string(i));
  }

  WrittenFile& operator[](std::size_t writer) { return files_[writer]; }

 private:
  const Scratch scratch_;
  std::deque<WrittenFile> files_;
};

// Work of a fixed amount, named by the time that it takes while a core is as fast as it is at its best.
class Work {
 public:
  Work() {
    constexpr int kTries = 100;
    constexpr std::int64_t kCount = 1'000'000;  // a third of a millisecond
    for (int i = 0; i < kTries; ++i) {
      const auto begin = Clock::now();
      count_to(kCount);
      per_us_ = std::max(per_us_, kCount / Micros(Clock::now() - begin).count());
    }
  }

  void run(Micros time) const { count_to(std::llround(time.count() * per_us_)); }

 private:
  static void count_to(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) asm volatile("" : "+r"(i));
  }

  double per_us_ = 0;
};

double quantile(std::vector<double>& values, double share) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

void report(benchmark::State& state, std::vector<double>& micros) {
  state.counters["p50_us"] = quantile(micros, 0.5);
  state.counters["p99_us"] = quantile(micros, 0.99);
}

// Payments at a rate, through writers and ledgers.
class Payments {
 public:
  // `work`: for each payment, in all.
  Payments(std::uint32_t rate, std::chrono::microseconds block_interval, Micros work)
      : rate_(rate),
        block_interval_(block_interval),
        step_work_(work * kWritersShare / kSteps),
        ledger_work_(work * (1 - kWritersShare) / (kSteps - 1)),
        micros_(std::size_t{rate} * kSeconds) {}

  // What each waited for, without the ledgers.
  std::vector<double> run() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kWriters; ++i) threads.emplace_back([&, i] { write(writers_[i], files_[i]); });
    for (std::size_t i = 0; i < kLedgers; ++i) threads.emplace_back([&, i] { make_blocks(i); });
    submit();
    while (over_ < micros_.size()) std::this_thread::sleep_for(kPause);
    for (auto& writer : writers_) writer.stop();
    for (std::thread& thread : threads) thread.join();
    return std::move(micros_);
  }

 private:
  void submit() {
    const auto begin = Clock::now();
    const auto due = [&](std::uint32_t number) {
      return begin + std::chrono::nanoseconds(1'000'000'000LL * number / rate_);
    };
    std::array<std::vector<Payment>, kWriters> out;
    for (std::uint32_t number = 0; number < micros_.size();) {
      const auto now = Clock::now();
      for (; number < micros_.size() && due(number) <= now; ++number) {
        out[number % kWriters].push_back({number, 0, due(number)});
      }
      for (std::size_t i = 0; i < kWriters; ++i) writers_[i].put(out[i]);
      std::this_thread::sleep_until(std::max(now + kPause, due(number)));
    }
  }

  void write(Inbox<Payment>& inbox, WrittenFile& file) {
    std::vector<Payment> in;
    std::array<std::vector<Payment>, kLedgers> out;
    while (inbox.wait_and_take(in)) {
      work_.run(step_work_ * in.size());
      file.write(in.size() * kStepBytes);
      const auto now = Clock::now();
      std::size_t over = 0;
      for (const Payment& payment : in) {
        micros_[payment.number] += Micros(now - payment.since).count();
        if (payment.step + 1 == kSteps) {
          ++over;
        } else {
          // Hold and release on the one ledger, the payment on the other.
          out[static_cast<std::size_t>(payment.step) % kLedgers].push_back({payment.number, payment.step + 1, {}});
        }
      }
      over_ += over;
      for (std::size_t i = 0; i < kLedgers; ++i) ledgers_[i].put(out[i]);
    }
  }

  // The ledgers do not share a clock: each makes its blocks some of an interval after the one before.
  void make_blocks(std::size_t ledger) {
    std::vector<Payment> in;
    std::array<std::vector<Payment>, kWriters> out;
    for (auto next = Clock::now() + block_interval_ * ledger / kLedgers; over_ < micros_.size();
         next += block_interval_) {
      std::this_thread::sleep_until(next);
      ledgers_[ledger].take(in);
      work_.run(ledger_work_ * in.size());
      const auto now = Clock::now();
      for (Payment& payment : in) {
        payment.since = now;
        out[payment.number % kWriters].push_back(payment);
      }
      for (std::size_t i = 0; i < kWriters; ++i) writers_[i].put(out[i]);
    }
  }

  const std::uint32_t rate_;
  const std::chrono::microseconds block_interval_;
  const Micros step_work_;    // of a writer, for a step
  const Micros ledger_work_;  // of a ledger, for a movement
  const Work work_;
  WrittenFiles files_;
  std::array<Inbox<Payment>, kWriters> writers_;
  std::array<Inbox<Payment>, kLedgers> ledgers_;
  std::vector<double> micros_;  // by payment; each is with one writer or ledger at a time
  std::atomic<std::size_t> over_{0};
};

// Arguments: payments per second, microseconds from block to block, and nanoseconds of work for each payment. `p50_us`,
// `p99_us`: of the sum of the four waits.
void durable_steps(benchmark::State& state) {
  for (auto _ : state) {
    Payments payments(static_cast<std::uint32_t>(state.range(0)), std::chrono::microseconds(state.range(1)),
                      std::chrono::nanoseconds(state.range(2)));
    std::vector<double> micros = payments.run();
    state.SetIterationTime(kSeconds);
    report(state, micros);
  }
}

// Argument: bytes for each of two writers. From handing it to both until both have been heard of.
void durable_block(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    WrittenFiles files;
    std::array<Inbox<std::size_t>, kWriters> writers;
    Inbox<Clock::time_point> written;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kWriters; ++i) {
      threads.emplace_back([&, i] {
        std::vector<std::size_t> in;
        while (writers[i].wait_and_take(in)) {
          files[i].write(in.front());
          std::vector<Clock::time_point> out{Clock::now()};
          written.put(out);
        }
      });
    }
    std::vector<double> micros;
    for (int block = 0; block < kBlocks; ++block) {
      std::this_thread::sleep_for(kBlockPause);
      const auto begin = Clock::now();
      for (auto& writer : writers) {
        std::vector<std::size_t> out{bytes};
        writer.put(out);
      }
      std::vector<Clock::time_point> in;
      for (std::size_t heard = 0; heard < kWriters; heard += in.size()) written.wait_and_take(in);
      micros.push_back(Micros(Clock::now() - begin).count());
    }
    for (auto& writer : writers) writer.stop();
    for (std::thread& thread : threads) thread.join();
    state.SetIterationTime(1);
    report(state, micros);
  }
}

// 17 us are the least that a settlement takes `bench engine`, which is at its peak.
BENCHMARK(durable_steps)
    ->Args({200, 2000, 0})
    ->Args({5'000, 2000, 0})
    ->Args({25'000, 2000, 0})
    ->Args({45'000, 2000, 0})
    ->Args({45'000, 2000, 17'000})
    ->UseManualTime()
    ->Iterations(1);
BENCHMARK(durable_block)->Arg(64 << 10)->UseManualTime()->Iterations(1);

}  // namespace
}  // namespace clearspan::evidence

BENCHMARK_MAIN();
