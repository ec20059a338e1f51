#include "tools/clearspan/prove/crash_world.hpp"

#include <fmt/format.h>

#include <thread>

#include "codecs/crypto/key_file.hpp"

namespace clearspan::tools {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr Millis kStartTimeout{30'000};
constexpr Millis kReadyPause{1};
constexpr Millis kReadyTimeout{1'000};  // of one question
}  // namespace

Result<std::unique_ptr<CrashWorld>> CrashWorld::make(const fs::path& folder, std::uint64_t seed, std::uint16_t shards,
                                                     const CrashSetting& setting) {
  std::unique_ptr<CrashWorld> world(new CrashWorld(folder));
  std::error_code error;
  fs::create_directories(folder, error);
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) {
    CLEARSPAN_TRY(std::unique_ptr<CrashLedger> ledger,
                  setting.is_evm[i] ? start_anvil_ledger(i, folder, seed + i, setting.contracts_dir)
                                    : start_devnet_ledger(i, folder, seed));
    world->ledgers_.push_back(std::move(ledger));
  }
  CLEARSPAN_CHECK_OK(world->write_config(shards, setting.pace()));
  CLEARSPAN_TRY(const crypto::OwnKey key, crypto::read_or_make_key_file(world->key_file()));
  return world;
}

std::array<std::map<std::string, std::string>, 2> CrashWorld::accounts() const {
  std::array<std::map<std::string, std::string>, 2> accounts;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    for (const std::string_view person : kPeople) accounts[i][std::string(person)] = ledgers_[i]->account_of(person);
  }
  return accounts;
}

Status CrashWorld::write_config(std::uint16_t shards, const CrashPace& pace) const {
  std::string text = fmt::format(
      "[engine]\ndata_dir = \"data\"\nname = \"{}\"\nshards = {}\nlog_segment_mib = 2\n"
      "solvency_interval_blocks = {}\n"
      "[api]\nlisten = \"127.0.0.1:0\"\nkey_file = \"api.key\"\n"
      "[timing]\nprepare_window_ms = {}\npivot_window_ms = {}\nmargin_ms = {}\n"
      "[evidence]\ncheckpoint_interval_ms = 50\n"
      "[evidence.anchor]\nledger = \"a-coin\"\naccount = \"{}\"\ninterval_ms = {}\n",
      kCrashEngine, shards, pace.solvency_interval_blocks, pace.prepare_window.count(), pace.pivot_window.count(),
      pace.margin.count(), ledgers_[0]->account_of("operator"), pace.anchor_interval.count());
  for (const auto& ledger : ledgers_) text += ledger->config();
  for (const CrashProfile& profile : kCrashProfiles) {
    text += fmt::format(
        "[[profile]]\nname = \"{}\"\nsource_ledger = \"a-coin\"\nsource_asset = \"ACN\"\nsource_account = \"{}\"\n"
        "destination_ledger = \"b-coin\"\ndestination_asset = \"BCN\"\ndestination_account = \"{}\"\n"
        "rate = \"{}/{}\"\nfee = \"{}\"\namount_min = \"1\"\namount_max = \"1000000\"\n",
        profile.name, ledgers_[0]->account_of("exchanger"), ledgers_[1]->account_of(profile.account), kRateNumerator,
        kRateDenominator, kFee);
  }
  return write_file(folder_ / "serve.toml", text);
}

Status CrashWorld::start_engine(const std::optional<KillOrder>& order) {
  Command command;
  command.arguments = {own_program(), "serve", "--config", (folder_ / "serve.toml").string(), "--log-level", "warn"};
  command.log_file = engine_log();
  if (order) {
    const std::string_view name = kKillPoints[static_cast<std::size_t>(order->point)].name;
    command.environment.push_back(fmt::format("{}={}:{}", kKillPointVariable, name, order->nth));
  }
  engine_started_ = SteadyClock::now();
  CLEARSPAN_TRY(engine_, ChildProcess::start(command));
  return Done{};
}

Result<Millis> CrashWorld::await_serving() {
  CLEARSPAN_TRY(const std::string line, engine_->read_line(kStartTimeout));
  constexpr std::string_view kBefore = "listening on ";
  if (!line.starts_with(kBefore)) return make_error(ErrorCode::not_ready, "the engine printed: " + line);
  engine_url_ = line.substr(kBefore.size());
  CLEARSPAN_TRY(const transport::Url url, transport::parse_url(engine_url_));
  transport::HttpClient client(url, {});
  const auto give_up = engine_started_ + kStartTimeout;
  while (SteadyClock::now() < give_up) {
    const auto answer = client.request({.target = "/readyz", .idempotent = true}, kReadyTimeout);
    if (answer.ok() && answer->status == 200) {
      return std::chrono::duration_cast<Millis>(SteadyClock::now() - engine_started_);
    }
    if (engine_->poll()) return make_error(ErrorCode::not_ready, "the engine has ended");
    std::this_thread::sleep_for(kReadyPause);
  }
  return make_error(ErrorCode::timed_out, "the engine does not serve");
}

Result<ApiClient> CrashWorld::connect() const {
  ApiOptions options;
  options.url = engine_url_;
  options.key_file = key_file();
  return ApiClient::open(options);
}

}  // namespace clearspan::tools
