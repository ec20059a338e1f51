#include "tools/clearspan/prove/crash_world.hpp"

#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "codecs/crypto/ed25519.hpp"
#include "codecs/crypto/key_file.hpp"
#include "codecs/json/document.hpp"
#include "ledgers/simulated/genesis.hpp"

namespace clearspan::tools {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr Millis kStartTimeout{30'000};
constexpr Millis kReadyPause{1};
constexpr Millis kReadyTimeout{1'000};  // of one question
constexpr std::uint64_t kPlenty = 1'000'000'000'000;
constexpr std::string_view kEngineName = "crash-campaign";

constexpr std::array<std::string_view, 5> kAccounts = {"alice", "bob", "carol", "exchanger", "operator"};

std::uint64_t balance_of(std::size_t ledger, std::string_view account) {
  if (ledger == 0) return account == "alice" || account == "exchanger" ? kPlenty : account == "carol" ? 1 : 0;
  return account == "operator" ? 3 : kPlenty;
}

Status write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return Done{};
  return make_error(ErrorCode::storage_failed, "cannot write " + path.string());
}

std::string genesis_text(std::size_t ledger) {
  std::string text = fmt::format(
      "ledger = \"{}\"\nblock_interval_ms = {}\nfinality_depth = {}\nreclaim = false\nescrow_operator = \"operator\"\n"
      "[[asset]]\nname = \"{}\"\nscale = 2\n",
      kLedgerNames[ledger], kBlockInterval.count(), kFinalityDepths[ledger], kAssetNames[ledger]);
  for (const std::string_view name : kAccounts) {
    const auto key = crypto::Ed25519Signer(simulated::demo_key(AccountId{std::string(name)})).public_key();
    text += fmt::format("[[account]]\nname = \"{}\"\npublic_key = \"{}\"\n", name, to_hex(key.view()));
    if (const std::uint64_t units = balance_of(ledger, name); units != 0) {
      text += fmt::format("balances = {{ {} = \"{}\" }}\n", kAssetNames[ledger], units);
    }
  }
  return text;
}

// The url in {"event":"ready","ledger":"a-coin","url":"http://127.0.0.1:4711"}.
Result<std::string> url_in(const std::string& line) {
  json::Document document;
  CLEARSPAN_TRY(const json::Value root, document.parse(line));
  CLEARSPAN_TRY(const json::Object object, root.object());
  CLEARSPAN_TRY(const json::Value url, object.require("url"));
  CLEARSPAN_TRY(const std::string_view text, url.string());
  return std::string(text);
}

}  // namespace

Result<std::unique_ptr<CrashWorld>> CrashWorld::make(const fs::path& folder, std::uint64_t seed, std::uint16_t shards) {
  std::unique_ptr<CrashWorld> world(new CrashWorld(folder));
  std::error_code error;
  fs::create_directories(folder, error);
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) CLEARSPAN_CHECK_OK(world->start_ledger(i, seed));
  CLEARSPAN_CHECK_OK(world->write_config(shards));
  CLEARSPAN_TRY(const crypto::OwnKey key, crypto::read_or_make_key_file(world->key_file()));
  return world;
}

Status CrashWorld::start_ledger(std::size_t index, std::uint64_t seed) {
  const fs::path genesis = folder_ / (std::string(kLedgerNames[index]) + ".toml");
  CLEARSPAN_CHECK_OK(write_file(genesis, genesis_text(index)));
  Command command;
  command.arguments = {own_program(), "devnet", "--genesis", genesis.string(), "--seed", std::to_string(seed)};
  command.log_file = folder_ / (std::string(kLedgerNames[index]) + ".log");
  CLEARSPAN_TRY(ChildProcess process, ChildProcess::start(command));
  CLEARSPAN_TRY(const std::string line, process.read_line(kStartTimeout));
  CLEARSPAN_TRY(std::string url, url_in(line));
  CLEARSPAN_TRY(simulated::LedgerAdmin admin, simulated::LedgerAdmin::make(url));
  ledgers_.push_back(std::move(process));
  ledger_urls_.push_back(std::move(url));
  admins_.push_back(std::move(admin));
  return Done{};
}

Status CrashWorld::write_config(std::uint16_t shards) const {
  std::string text = fmt::format(
      "[engine]\ndata_dir = \"data\"\nname = \"{}\"\nshards = {}\nlog_segment_mib = 2\n"
      "[api]\nlisten = \"127.0.0.1:0\"\nkey_file = \"api.key\"\n"
      "[timing]\nprepare_window_ms = 3000\npivot_window_ms = 3000\nmargin_ms = 500\n"
      "[evidence]\ncheckpoint_interval_ms = 50\n"
      "[evidence.anchor]\nledger = \"a-coin\"\naccount = \"operator\"\ninterval_ms = 100\n",
      kEngineName, shards);
  for (std::size_t i = 0; i < kLedgerNames.size(); ++i) {
    text += fmt::format(
        "[[ledger]]\nid = \"{0}\"\nkind = \"simulated\"\nurl = \"{1}\"\ngenesis = \"{0}.toml\"\ndemo_keys = true\n",
        kLedgerNames[i], ledger_urls_[i]);
  }
  for (const CrashProfile& profile : kCrashProfiles) {
    text += fmt::format(
        "[[profile]]\nname = \"{}\"\nsource_ledger = \"a-coin\"\nsource_asset = \"ACN\"\nsource_account = "
        "\"exchanger\"\n"
        "destination_ledger = \"b-coin\"\ndestination_asset = \"BCN\"\ndestination_account = \"{}\"\n"
        "rate = \"{}/{}\"\nfee = \"{}\"\namount_min = \"1\"\namount_max = \"1000000\"\n",
        profile.name, profile.account, kRateNumerator, kRateDenominator, kFee);
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
