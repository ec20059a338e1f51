#include "tools/clearspan/doctor.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "codecs/crypto/key_file.hpp"
#include "codecs/json/writer.hpp"
#include "ledgers/evidence/disk.hpp"
#include "ledgers/transport/http_client.hpp"
#include "tools/clearspan/api_client.hpp"
#include "tools/clearspan/config.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/index_rebuild.hpp"
#include "tools/clearspan/ledgers.hpp"
#include "tools/clearspan/reserved_memory.hpp"
#include "tools/clearspan/serve.hpp"

namespace clearspan::tools {
namespace {

using std::chrono::steady_clock;
using Verdict = Finding::Verdict;

constexpr Millis kCallTimeout{5'000};
constexpr Millis kSkewMax{30'000};  // between this machine's clock and a ledger's newest block, beyond its pace
constexpr int kFlushes = 64;
constexpr double kFlushMillisMax = 20;  // median; a disk slower than that makes every trade slow

constexpr double kFirstTouchMicrosMax = 2;  // a machine that owns its memory takes a quarter of it

class Examination {
 public:
  void add(Verdict verdict, std::string subject, std::string detail) {
    findings_.push_back({verdict, std::move(subject), std::move(detail)});
  }

  void add(const Status& status, const std::string& subject, std::string when_fine) {
    if (status.ok()) {
      add(Verdict::fine, subject, std::move(when_fine));
    } else {
      add(Verdict::problem, subject, describe(status.error()));
    }
  }

  std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::vector<Finding> findings_;
};

Status can_read_key(const std::filesystem::path& file) {
  const Result<crypto::SecretKey> key = crypto::read_key_file(file);
  if (!key.ok()) return key.error();
  return Done{};
}

// A key that the first start makes.
void examine_own_key(const std::string& what, const std::filesystem::path& file, Examination& examination) {
  if (std::filesystem::exists(file)) {
    examination.add(can_read_key(file), what + file.string(), "readable by its owner alone");
  } else {
    examination.add(Verdict::note, what + file.string(), "will be made at the first start");
  }
}

void examine_keys(const Config& config, Examination& examination) {
  for (const LedgerConfig& ledger : config.ledgers) {
    for (const KeyConfig& key : ledger.keys) {
      examination.add(can_read_key(key.file), "key file " + key.file.string(), "readable by its owner alone");
    }
  }
  examine_own_key("API key file ", config.api.key_file, examination);
  examine_own_key("evidence key file ", config.evidence.key_file.value_or(config.engine.data_dir / "evidence.key"),
                  examination);
}

// Whether there is a witness at each address: it refuses an empty request with 400.
void examine_witnesses(const Config& config, Examination& examination) {
  for (const WitnessConfig& witness : config.evidence.witnesses) {
    const std::string subject = "witness " + witness.key.name + " at " + witness.url;
    const auto url = transport::parse_url(witness.url);
    if (!url.ok()) {
      examination.add(Verdict::problem, subject, describe(url.error()));
      continue;
    }
    transport::HttpRequest request;
    request.method = "POST";
    request.target = url->target + (url->target.ends_with('/') ? "" : "/") + "add-checkpoint";
    const auto answer = transport::HttpClient(*url, {}).request(request, kCallTimeout);
    if (!answer.ok()) {
      examination.add(Verdict::problem, subject, describe(answer.error()));
    } else {
      const bool good = answer->status == 400;
      examination.add(good ? Verdict::fine : Verdict::problem, subject,
                      fmt::format("an empty request is answered with {}", answer->status));
    }
  }
}

// The median time of a durable write of one block, in milliseconds.
Result<double> flush_millis(evidence::Disk& disk, const std::string& path) {
  alignas(evidence::kBlockBytes) std::array<std::uint8_t, evidence::kBlockBytes> block{};
  CLEARSPAN_TRY(const auto file, disk.create(path, block, block.size()));
  std::vector<double> millis;
  for (int i = 0; i < kFlushes; ++i) {
    const auto start = steady_clock::now();
    CLEARSPAN_CHECK_OK(file->write(0, block));
    millis.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - start).count());
  }
  std::nth_element(millis.begin(), millis.begin() + kFlushes / 2, millis.end());
  return millis[kFlushes / 2];
}

void examine_disk(const Config& config, evidence::Disk& disk, Examination& examination) {
  const std::string folder = config.engine.data_dir.string();
  const std::string subject = "disk of " + folder;
  if (const Status made = disk.make_directory(folder); !made.ok()) return examination.add(made, subject, {});
  const std::string probe = folder + "/doctor-" + std::to_string(getpid()) + ".probe";
  const Result<double> millis = flush_millis(disk, probe);
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
  if (!millis.ok()) return examination.add(Verdict::problem, subject, describe(millis.error()));
  const bool slow = *millis > kFlushMillisMax;
  examination.add(slow ? Verdict::problem : Verdict::fine, subject,
                  fmt::format("a durable write takes {:.2f} ms (median of {})", *millis, kFlushes));
}

void examine_memory(const Config& config, bool is_running, Examination& examination) {
  const std::uint64_t reserve_mib = config.engine.reserve_memory_mib;
  const Status status = is_running ? Status(Done{}) : can_reserve_memory(reserve_mib);
  if (reserve_mib > 0 && !status.ok()) return examination.add(status, "memory", {});
  const Result<double> micros = first_touch_micros();
  if (!micros.ok()) return examination.add(Verdict::problem, "memory", describe(micros.error()));
  const bool is_slow = *micros > kFirstTouchMicrosMax && reserve_mib == 0;
  examination.add(is_slow ? Verdict::note : Verdict::fine, "memory",
                  fmt::format("4 KiB of it take {:.1f} us at their first use{}", *micros,
                              is_slow ? "; with engine.reserve_memory_mib no trade waits for that" : ""));
}

// True when an engine is running on the data folder.
bool examine_logs(const Config& config, evidence::Disk& disk, Examination& examination) {
  const std::string subject = "evidence logs in " + config.engine.data_dir.string();
  const Result<VerifiedLogs> logs = verify_logs(disk, config.engine);
  if (!logs.ok() && logs.error().code == ErrorCode::log_locked) {
    examination.add(Verdict::note, subject, "an engine is running on them");
    return true;
  }
  if (!logs.ok()) {
    examination.add(Verdict::problem, subject, describe(logs.error()));
  } else if (logs->shards.empty()) {
    examination.add(Verdict::note, subject, "none yet; they are made at the first start");
  } else {
    examination.add(Verdict::fine, subject,
                    fmt::format("{} records in {} logs, every hash verified", logs->records, logs->shards.size()));
    const bool indexed = std::filesystem::exists(index_folder(config.engine));
    examination.add(indexed ? Verdict::fine : Verdict::note, "trade index",
                    indexed ? "present" : "absent; it is rebuilt at the next start");
  }
  return false;
}

// How far this machine's clock and the ledger's newest block are apart, beyond the ledger's own pace.
Status check_clock(Connector& connector, const Tip& tip, std::string& detail) {
  CLEARSPAN_TRY(const RawBlock raw, connector.block(tip.latest, kCallTimeout));
  CLEARSPAN_TRY(const VerifiedBlock block, connector.decoder().decode(raw));
  if (block.timestamp == Timestamp{}) return Done{};
  const Millis apart = SystemClock().now() - block.timestamp;
  detail += fmt::format("; its newest block is {} ms old", apart.count());
  const bool ahead = apart < -kSkewMax;
  const bool behind = apart > connector.traits().block_interval * 10 + kSkewMax;
  if (ahead) return make_error(ErrorCode::out_of_range, "this machine's clock is behind the ledger's; " + detail);
  if (behind) return make_error(ErrorCode::out_of_range, "the ledger makes no blocks, or the clocks differ; " + detail);
  return Done{};
}

void examine_ledger(const OpenLedger& ledger, Examination& examination) {
  const std::string subject = "ledger " + ledger.connector->traits().id.text;
  if (const Status status = ledger.check(kCallTimeout); !status.ok()) return examination.add(status, subject, {});
  const Result<Tip> tip = ledger.connector->tip(kCallTimeout);
  if (!tip.ok()) return examination.add(Verdict::problem, subject, describe(tip.error()));
  std::string detail = fmt::format("newest block {}, final {}", tip->latest.value, tip->final_height.value);
  const Status clock = check_clock(*ledger.connector, *tip, detail);
  examination.add(clock, subject, detail);
}

void examine_ledgers(const Config& config, Examination& examination) {
  const Result<std::vector<OpenLedger>> ledgers = open_ledgers(config);
  if (!ledgers.ok()) return examination.add(Verdict::problem, "ledgers", describe(ledgers.error()));
  for (const OpenLedger& ledger : *ledgers) examine_ledger(ledger, examination);
}

void examine_api(const Config& config, bool is_running, Examination& examination) {
  const bool is_ipv6 = config.api.address.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + config.api.address + "]" : config.api.address;
  const std::string url = "http://" + host + ":" + std::to_string(config.api.port);
  const std::string subject = "API at " + url;
  if (config.api.port == 0) return examination.add(Verdict::note, subject, "it gets any free port at the start");
  if (!is_running) return examination.add(Verdict::note, subject, "the engine is not running");
  Result<ApiClient> client = ApiClient::open({url, config.api.key_file, false, kCallTimeout});
  if (!client.ok()) return examination.add(Verdict::problem, subject, describe(client.error()));
  const Result<ApiAnswer> ready = client->get("/readyz");
  if (!ready.ok()) return examination.add(Verdict::problem, subject, describe(ready.error()));
  const Result<ApiAnswer> ledgers = client->get("/v1/ledgers");
  if (!ledgers.ok()) return examination.add(Verdict::problem, subject, describe(ledgers.error()));
  const bool good = ready->is_success() && ledgers->is_success();
  examination.add(good ? Verdict::fine : Verdict::problem, subject,
                  fmt::format("/readyz answers {}, /v1/ledgers with the key {}", ready->status, ledgers->status));
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::fine:
      return "ok";
    case Verdict::note:
      return "note";
    case Verdict::problem:
      return "PROBLEM";
  }
  return "PROBLEM";
}

void print_json(const std::vector<Finding>& findings, bool ok) {
  json::Writer out;
  out.begin_object().field("ok", ok).key("findings").begin_array();
  for (const Finding& finding : findings) {
    const std::string_view verdict = finding.verdict == Verdict::problem ? "problem" : to_string(finding.verdict);
    out.begin_object().field("verdict", verdict).field("subject", finding.subject);
    out.field("detail", finding.detail).end_object();
  }
  out.end_array().end_object();
  fmt::print("{}\n", out.take());
}

}  // namespace

std::vector<Finding> examine(const std::filesystem::path& file) {
  Examination examination;
  const Result<Config> config = read_config_file(file);
  if (!config.ok()) {
    examination.add(Verdict::problem, "configuration " + file.string(), describe(config.error()));
    return examination.take();
  }
  examination.add(Verdict::fine, "configuration " + file.string(),
                  fmt::format("{} ledgers, {} profiles", config->ledgers.size(), config->profiles.size()));
  const std::unique_ptr<evidence::Disk> disk = evidence::make_posix_disk();
  examine_keys(*config, examination);
  examine_disk(*config, *disk, examination);
  const bool is_running = examine_logs(*config, *disk, examination);
  examine_memory(*config, is_running, examination);
  examine_ledgers(*config, examination);
  examine_api(*config, is_running, examination);
  examine_witnesses(*config, examination);
  return examination.take();
}

int run_doctor(const DoctorOptions& options) {
  const std::vector<Finding> findings = examine(options.config);
  const auto problems = std::count_if(findings.begin(), findings.end(),
                                      [](const Finding& finding) { return finding.verdict == Verdict::problem; });
  if (options.json) {
    print_json(findings, problems == 0);
  } else {
    for (const Finding& finding : findings) {
      fmt::print("{:<8} {}: {}\n", to_string(finding.verdict), finding.subject, finding.detail);
    }
    fmt::print("{}\n", problems == 0 ? "no problem found" : fmt::format("{} problems found", problems));
  }
  return problems == 0 ? kExitOk : kExitNegative;
}

}  // namespace clearspan::tools
