// One trade's evidence out of a large log: a log of so many complete trades is written through the real log, tree,
// publisher and index; trades from all over it are exported through the real archive and verified. The trades of an
// engine between two EVM nodes stand at the start, in the middle and at the end of it, with the proofs that the nodes'
// blocks gave; the others are payments between simulated ledgers.
//
//   CLEARSPAN_TRADES         how many; 1000 by default, for a smoke run
//   CLEARSPAN_EVIDENCE_FROM  the EVM engine's logs, that of the trades first, with ':' between; by default two that are
//                            kept as test vectors
//   CLEARSPAN_DEPTH          blocks that follow a block before it is final; by default as it was recorded (1)
//   CLEARSPAN_BLOCK_TXNS     with that many txns in each EVM block and headers as full as mainnet's (needs a depth)
//   CLEARSPAN_OUT            a folder that gets the bundles and trust.txt, for the other verifier
//                            (bench/ledgers/evidence/trades/verify_bench.mjs), and keeps the logs
//
// A wrong answer ends it: every bundle must verify, with the phase that its trade had.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>

#include "bench/ledgers/evidence/scratch.hpp"
#include "bench/ledgers/evidence/trades/real_trades.hpp"
#include "bench/ledgers/evidence/trades/simulated_payments.hpp"
#include "codecs/evidence/verify_bundle.hpp"
#include "codecs/simulated/proof.hpp"
#include "ledgers/ethereum/proof.hpp"
#include "ledgers/evidence/archive.hpp"
#include "ledgers/evidence/verify_log.hpp"

namespace clearspan::evidence {
namespace {

constexpr std::size_t kPaymentsAtOnce = 1024;
constexpr std::size_t kGroupBytes = 1u << 20;
constexpr std::size_t kRepetitions = 21;
constexpr std::size_t kTimedTrades = 40;  // of each kind
constexpr const char* kVectors = "tests/evidence/vectors/evm-log-0:tests/evidence/vectors/evm-log-1";

const ProofChecks kChecks = {{"ethereum", ethereum::check_block_proof}, {"simulated", simulated::check_block_proof}};

using SteadyClock = std::chrono::steady_clock;

double ms_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

std::string text_from(const char* variable, const char* otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : text;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const std::string text = text_from(variable, "");
  return text.empty() ? otherwise : std::stoull(text);
}

template <class T>
T value_of(Result<T> result) {
  if (!result.ok()) std::fprintf(stderr, "%s\n", describe(result.error()).c_str());
  require(result.ok());
  return std::move(result).value();
}

// A log that is written by one thread.
class LogFile {
 public:
  LogFile(Disk& disk, std::string directory, LogIdentity identity)
      : directory_(std::move(directory)), identity_(std::move(identity)) {
    LogOptions options;
    options.identity = identity_;
    log_ = value_of(Log::open(disk, directory_, options, ignore_records(), {}));
  }

  void add(const Record& record) {
    group_.add(record);
    if (group_.size_bytes() >= kGroupBytes) flush();
  }

  void flush() {
    if (!group_.empty()) require(log_->append(group_).ok());
    group_.clear();
    while (log_->step()) {
    }
  }

  [[nodiscard]] const Log& log() const { return *log_; }

  [[nodiscard]] const std::string& directory() const { return directory_; }

  [[nodiscard]] const LogIdentity& identity() const { return identity_; }

  void close() { log_->close(); }

 private:
  const std::string directory_;
  const LogIdentity identity_;
  std::unique_ptr<Log> log_;
  EncodedGroup group_;
};

crypto::SecretKey log_key() {
  return crypto::SecretKey(std::array<std::uint8_t, crypto::SecretKey::kSize>{0x52});
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

struct Figures {
  std::vector<double> bytes;
  std::vector<double> inclusion_bytes;
  std::vector<double> export_ms;
  std::vector<double> first_ms;
  std::vector<double> verify_ms;

  static double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
  }

  static double max(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  }

  void print(const char* what) const {
    std::printf(
        "%-28s %4zu bundles of %6.0f, at most %6.0f bytes; inclusion %4.0f; export %6.2f ms; verify %5.2f, at "
        "most %5.2f ms, the first time %5.2f\n",
        what, bytes.size(), median(bytes), max(bytes), max(inclusion_bytes), median(export_ms), median(verify_ms),
        max(verify_ms), first_ms.empty() ? 0 : first_ms.front());
  }
};

class TradesBench {
 public:
  TradesBench() : signer_(log_key()), out_(text_from("CLEARSPAN_OUT", "")) {
    if (!out_.empty()) std::filesystem::create_directories(out_);
    root_ = out_.empty() ? scratch_ / "logs" : out_ + "/logs";
    std::filesystem::create_directories(root_);
  }

  void run() {
    read_sources();
    write();
    index();
    const Archive archive(*disk_, *index_, archived_);
    const auto trusted = value_of(tlog::TrustedKeys::parse(archive.trust_file()));
    if (!out_.empty()) std::ofstream(out_ + "/trust.txt") << archive.trust_file();
    std::vector<TradeId> settled;
    std::vector<TradeId> others;
    for (const TradeId& trade : evm_) {
      (index_->summary(trade).value()->phase == Phase::settled ? settled : others).push_back(trade);
    }
    measure(archive, trusted, "EVM, settled", settled);
    measure(archive, trusted, "EVM, refunded or rejected", others);
    const std::size_t some = std::min(kTimedTrades / 4, simulated_.size() / 3);
    const auto middle = simulated_.begin() + static_cast<std::ptrdiff_t>(simulated_.size() / 2);
    const auto count = static_cast<std::ptrdiff_t>(some);
    measure(archive, trusted, "simulated, first", {simulated_.begin(), simulated_.begin() + count});
    measure(archive, trusted, "simulated, in the middle", {middle, middle + count});
    measure(archive, trusted, "simulated, last", {simulated_.end() - count, simulated_.end()});
    verify_whole(trusted);
  }

 private:
  void read_sources() {
    const ChainShape shape{text_from("CLEARSPAN_DEPTH", "").empty()
                               ? std::nullopt
                               : std::optional(static_cast<std::uint32_t>(number_from("CLEARSPAN_DEPTH", 0))),
                           static_cast<std::uint32_t>(number_from("CLEARSPAN_BLOCK_TXNS", 0))};
    for (const std::string& directory : split(text_from("CLEARSPAN_EVIDENCE_FROM", kVectors))) {
      sources_.push_back(value_of(read_records(*disk_, directory)));
      reshape(sources_.back(), shape);
      const auto identity = value_of(identity_of_log(*disk_, directory));
      logs_.push_back(std::make_unique<LogFile>(*disk_, root_ + "/shard-" + std::to_string(logs_.size()), *identity));
    }
    for (const Record& record : sources_.front()) {
      if (const auto* created = std::get_if<TradeCreated>(&record.body)) evm_.push_back(created->plan.id);
    }
  }

  // The home log: a third of the EVM engine's records, half of the payments, another third, the others, the last third.
  void write() {
    const auto start = SteadyClock::now();
    const std::uint64_t trades = number_from("CLEARSPAN_TRADES", 1000);
    const std::vector<Record>& real = sources_.front();
    LogFile& home = *logs_.front();
    SimulatedPayments payments(home.identity().engine);
    const auto sink = [&](const Record& record) { home.add(record); };
    const auto add_real = [&](std::size_t third) {
      for (std::size_t i = real.size() * third / 3; i < real.size() * (third + 1) / 3; ++i) home.add(real[i]);
    };
    const auto settle_until = [&](std::uint64_t count) {
      while (simulated_.size() + evm_.size() < count) {
        const auto ids =
            payments.settle(std::min<std::size_t>(kPaymentsAtOnce, count - simulated_.size() - evm_.size()), sink);
        simulated_.insert(simulated_.end(), ids.begin(), ids.end());
      }
    };
    add_real(0);
    payments.describe(sink);
    settle_until(trades / 2);
    add_real(1);
    settle_until(trades);
    add_real(2);
    home.flush();
    const double seconds = ms_since(start) / 1000;
    for (std::size_t i = 1; i < logs_.size(); ++i) {
      for (const Record& record : sources_[i]) logs_[i]->add(record);
      logs_[i]->flush();
    }
    for (const auto& log : logs_) {
      publishers_.push_back(value_of(Publisher::open(*disk_, log->directory(), log->identity(), log->log(), signer_)));
    }
    std::printf("a log of %zu trades, %llu records, written in %.1f s\n", simulated_.size() + evm_.size(),
                static_cast<unsigned long long>(home.log().durable().sequence), seconds);
  }

  void index() {
    const auto start = SteadyClock::now();
    IndexOptions options{root_ + "/index", {}};
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      const LogFile& log = *logs_[i];
      options.shards.push_back({log.directory(), log.identity(), log.log().durable()});
      archived_.push_back({log.directory(), log.identity(), &log.log(), publishers_[i].get()});
    }
    index_ = value_of(TradeIndex::open(*disk_, options));
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      const auto last = logs_[i]->log().durable().sequence;
      require(index_->wait_for(static_cast<std::uint16_t>(i), last, Millis{3'600'000}));
    }
    std::printf("indexed in %.1f s\n", ms_since(start) / 1000);
  }

  void measure(const Archive& archive, const tlog::TrustedKeys& trusted, const char* what,
               const std::vector<TradeId>& trades) {
    Figures figures;
    for (const TradeId& trade : trades) {
      const auto export_start = SteadyClock::now();
      const Bundle bundle = value_of(archive.bundle_of(trade));
      figures.export_ms.push_back(ms_since(export_start));
      const Bytes bytes = encode_bundle(bundle);
      figures.bytes.push_back(static_cast<double>(bytes.size()));
      for (const BundleLog& log : bundle.logs) {
        for (const BundleEntry& entry : log.entries) {
          figures.inclusion_bytes.push_back(static_cast<double>(entry.inclusion.size() * Hash32::kSize));
        }
      }
      std::vector<double> times;
      for (std::size_t i = 0; i < kRepetitions; ++i) {
        const auto start = SteadyClock::now();
        const auto report = value_of(verify_bundle(value_of(decode_bundle(bytes)), trusted, kChecks));
        times.push_back(ms_since(start));
        require(phase_of(report.state) == index_->summary(trade).value()->phase);
      }
      figures.first_ms.push_back(times.front());
      figures.verify_ms.push_back(Figures::median(times));
      if (out_.empty()) continue;
      std::ofstream file(out_ + "/" + std::string(1, what[0]) + "-" + to_string(trade) + ".evidence", std::ios::binary);
      file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    figures.print(what);
  }

  void verify_whole(const tlog::TrustedKeys& trusted) {
    for (const auto& log : logs_) log->close();
    const auto start = SteadyClock::now();
    const LogReport report = value_of(verify_log(*disk_, logs_.front()->directory(), trusted, kChecks));
    require(report.trades == simulated_.size() + evm_.size() && report.unsigned_records == 0);
    std::printf("the whole log verified in %.1f s\n", ms_since(start) / 1000);
  }

  const Scratch scratch_;
  const std::unique_ptr<Disk> disk_ = make_posix_disk();
  const crypto::Ed25519Signer signer_;
  const std::string out_;
  std::string root_;
  std::vector<std::vector<Record>> sources_;
  std::vector<std::unique_ptr<LogFile>> logs_;
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::vector<ArchivedLog> archived_;
  std::unique_ptr<TradeIndex> index_;
  std::vector<TradeId> evm_;
  std::vector<TradeId> simulated_;
};

}  // namespace
}  // namespace clearspan::evidence

int main() {
  clearspan::evidence::TradesBench().run();
  return 0;
}
