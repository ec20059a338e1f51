// What a crash campaign runs: two `clearspan devnet` processes and one `clearspan serve` between them, in a folder of
// their own, on loopback ports that the system chose. The ledgers live on while the engine is killed.
//
//   a-coin   final at once                        alice, carol (poor) pay; the operator ends holds
//   b-coin   final two blocks later               exchanger, bob, carol and operator (poor) are the exchangers'
//   accounts
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "core/base/kill_point.hpp"
#include "ledgers/simulated/ledger_admin.hpp"
#include "tools/clearspan/api_client.hpp"
#include "tools/clearspan/child_process.hpp"

namespace clearspan::tools {

using Dice = std::mt19937_64;

// Evenly from the range, both ends included.
inline std::uint64_t roll(Dice& dice, std::uint64_t least, std::uint64_t most) {
  return least + dice() % (most - least + 1);
}

inline constexpr std::array<std::string_view, 2> kLedgerNames = {"a-coin", "b-coin"};
inline constexpr std::array<std::string_view, 2> kAssetNames = {"ACN", "BCN"};
inline constexpr std::array<std::uint64_t, 2> kFinalityDepths = {0, 2};
inline constexpr Millis kBlockInterval{20};

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

class CrashWorld {
 public:
  static Result<std::unique_ptr<CrashWorld>> make(const std::filesystem::path& folder, std::uint64_t seed,
                                                  std::uint16_t shards);

  // Starts the engine, which must not run.
  Status start_engine(const std::optional<KillOrder>& order);

  // Waits until it serves; how long that took from its start. Errors: not_ready when it ended first, timed_out.
  Result<Millis> await_serving();

  [[nodiscard]] ChildProcess& engine() { return *engine_; }

  [[nodiscard]] const std::string& engine_url() const { return engine_url_; }

  [[nodiscard]] simulated::LedgerAdmin& ledger(std::size_t index) { return admins_.at(index); }

  [[nodiscard]] const std::string& ledger_url(std::size_t index) const { return ledger_urls_.at(index); }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  [[nodiscard]] std::filesystem::path data_dir() const { return folder_ / "data"; }

  [[nodiscard]] std::filesystem::path key_file() const { return folder_ / "api.key"; }

  [[nodiscard]] std::filesystem::path engine_log() const { return folder_ / "serve.log"; }

  // To the engine as it was last seen serving.
  Result<ApiClient> connect() const;

 private:
  explicit CrashWorld(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Status start_ledger(std::size_t index, std::uint64_t seed);
  Status write_config(std::uint16_t shards) const;

  std::filesystem::path folder_;
  std::vector<ChildProcess> ledgers_;
  std::vector<std::string> ledger_urls_;
  std::vector<simulated::LedgerAdmin> admins_;
  std::optional<ChildProcess> engine_;
  std::chrono::steady_clock::time_point engine_started_;
  std::string engine_url_;
};

// Leaves a half-written group behind a log's last one, as a write does that was interrupted: of the engine in that data
// folder, which must not run. False when there is no log yet, or its segment is full.
Result<bool> tear_a_log(const std::filesystem::path& data_dir, Dice& dice);

}  // namespace clearspan::tools
