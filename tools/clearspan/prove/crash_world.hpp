// What a crash campaign runs: two ledgers (crash_ledger.hpp) and one `clearspan serve` between them, in a folder of
// their own. The ledgers live on while the engine is killed.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/kill_point.hpp"
#include "tools/clearspan/api_client.hpp"
#include "tools/clearspan/child_process.hpp"
#include "tools/clearspan/prove/crash_ledger.hpp"
#include "tools/clearspan/prove/crash_pace.hpp"

namespace clearspan::tools {

// The price of a payment: ceil(units * 3 / 2) + 10.
inline constexpr std::uint64_t kRateNumerator = 3;
inline constexpr std::uint64_t kRateDenominator = 2;
inline constexpr std::uint64_t kFee = 10;

// An exchanger's terms, and its account on b-coin. Each signs with a key of its own, so that faults can be told apart.
struct CrashProfile {
  std::string_view name;
  std::string_view account;
};

inline constexpr std::array<CrashProfile, 4> kCrashProfiles = {
    {{"sound", "exchanger"}, {"dropped", "bob"}, {"delayed", "carol"}, {"poor", "operator"}}};

// Which passage of which point the engine dies at.
struct KillOrder {
  KillPoint point;
  std::uint64_t nth = 1;
};

// Which of the ledgers are EVM nodes.
struct CrashSetting {
  std::array<bool, 2> is_evm{};
  std::string contracts_dir;

  [[nodiscard]] const CrashPace& pace() const { return is_evm[0] || is_evm[1] ? kEvmPace : kDevnetPace; }
};

class CrashWorld {
 public:
  static Result<std::unique_ptr<CrashWorld>> make(const std::filesystem::path& folder, std::uint64_t seed,
                                                  std::uint16_t shards, const CrashSetting& setting);

  // Starts the engine, which must not run.
  Status start_engine(const std::optional<KillOrder>& order);

  // Waits until it serves; how long that took from its start. Errors: not_ready when it ended first, timed_out.
  Result<Millis> await_serving();

  [[nodiscard]] ChildProcess& engine() { return *engine_; }

  [[nodiscard]] const std::string& engine_url() const { return engine_url_; }

  [[nodiscard]] CrashLedger& ledger(std::size_t index) { return *ledgers_.at(index); }

  // How requests name people, by ledger.
  [[nodiscard]] std::array<std::map<std::string, std::string>, 2> accounts() const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  [[nodiscard]] std::filesystem::path data_dir() const { return folder_ / "data"; }

  [[nodiscard]] std::filesystem::path key_file() const { return folder_ / "api.key"; }

  [[nodiscard]] std::filesystem::path engine_log() const { return folder_ / "serve.log"; }

  // To the engine as it was last seen serving.
  Result<ApiClient> connect() const;

 private:
  explicit CrashWorld(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Status write_config(std::uint16_t shards, const CrashPace& pace) const;

  std::filesystem::path folder_;
  std::vector<std::unique_ptr<CrashLedger>> ledgers_;
  std::optional<ChildProcess> engine_;
  std::chrono::steady_clock::time_point engine_started_;
  std::string engine_url_;
};

// Leaves a half-written group behind a log's last one, as a write does that was interrupted: of the engine in that data
// folder, which must not run. False when there is no log yet, or its segment is full.
Result<bool> tear_a_log(const std::filesystem::path& data_dir, Dice& dice);

}  // namespace clearspan::tools
