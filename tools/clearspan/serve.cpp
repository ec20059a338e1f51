#include "tools/clearspan/serve.hpp"

#include <pthread.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "actors/engine.hpp"
#include "actors/gateway/gateway.hpp"
#include "codecs/crypto/key_file.hpp"
#include "tools/clearspan/api_client.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/ledgers.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kLedgerCheckTimeout{10'000};

// The signals that end the server. They are blocked in every thread and taken by sigwait, so that nothing runs in a
// handler.
sigset_t block_ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void log_phase_change(const PhaseChange& change) {
  if (change.phase == Phase::suspended) {
    spdlog::warn("trade {} is suspended: its value stays held until an operator acts", to_string(change.trade));
  } else {
    spdlog::debug("trade {} is {}", to_string(change.trade), to_string(change.phase));
  }
}

EngineOptions engine_options(const EngineConfig& config) {
  EngineOptions options;
  options.data_dir = config.data_dir.string();
  options.tag = engine_tag_of(config.name);
  options.shards = config.shards;
  options.live_trades_max = config.live_trades_max;
  options.on_phase_change = log_phase_change;
  return options;
}

// A ledger that cannot be reached may come back; one that is another chain than configured never becomes right.
Status check_ledgers(const std::vector<OpenLedger>& ledgers) {
  for (const OpenLedger& ledger : ledgers) {
    const Status status = ledger.check(kLedgerCheckTimeout);
    if (status.ok()) continue;
    if (status.error().code == ErrorCode::config_invalid) return status.error();
    spdlog::warn("ledger {}: {}", ledger.connector->traits().id.text, describe(status.error()));
  }
  return Done{};
}

gateway::GatewayOptions gateway_options(const Config& config, const std::vector<OpenLedger>& ledgers, std::string key) {
  gateway::GatewayOptions options;
  options.server.address = config.api.address;
  options.server.port = config.api.port;
  options.bearer_key = std::move(key);
  options.profiles = config.profiles;
  options.ledgers = connectors_of(ledgers);
  options.timing = config.timing;
  options.engine_tag = engine_tag_of(config.engine.name);
  return options;
}

void announce(const ApiConfig& api, std::uint16_t port) {
  const bool is_ipv6 = api.address.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + api.address + "]" : api.address;
  std::printf("listening on http://%s:%u\n", host.c_str(), unsigned{port});
  std::fflush(stdout);
  const bool is_loopback = api.address.starts_with("127.") || api.address == "::1";
  if (!is_loopback)
    spdlog::warn("the API is reachable from other machines, without encryption: put a TLS proxy in front");
}

Status serve(const ServeOptions& options, const sigset_t& ending_signals) {
  CLEARSPAN_TRY(const Config config, read_config_file(options.config));
  CLEARSPAN_TRY(const bool is_new_key, ensure_key_file(config.api.key_file));
  if (is_new_key) spdlog::info("made the API key file {}", config.api.key_file.string());
  CLEARSPAN_TRY(std::string key, read_bearer_key(config.api.key_file));
  CLEARSPAN_TRY(const std::vector<OpenLedger> ledgers, open_ledgers(config));
  CLEARSPAN_CHECK_OK(check_ledgers(ledgers));

  spdlog::info("starting the engine in {}", config.engine.data_dir.string());
  CLEARSPAN_TRY(const std::unique_ptr<Engine> engine,
                Engine::start(engine_options(config.engine), connectors_of(ledgers)));
  const SystemClock clock;
  CLEARSPAN_TRY(const std::unique_ptr<gateway::Gateway> gateway,
                gateway::Gateway::start(*engine, clock, gateway_options(config, ledgers, std::move(key))));
  announce(config.api, gateway->port());

  int signal = 0;
  sigwait(&ending_signals, &signal);
  spdlog::info("stopping");
  gateway->stop();
  return Done{};
}

}  // namespace

Result<bool> ensure_key_file(const std::filesystem::path& file) {
  std::error_code failure;
  if (std::filesystem::exists(file, failure)) return false;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), failure);
  if (failure) return make_error(ErrorCode::storage_failed, file.parent_path().string() + ": " + failure.message());
  CLEARSPAN_CHECK_OK(crypto::write_new_key_file(file, crypto::SecretKey::random()));
  return true;
}

std::filesystem::path shard_folder(const EngineConfig& config, std::uint16_t shard) {
  return config.data_dir / ("shard-" + std::to_string(shard));
}

std::filesystem::path index_folder(const EngineConfig& config) {
  return config.data_dir / "index";
}

int run_serve(const ServeOptions& options) {
  const sigset_t ending_signals = block_ending_signals();
  spdlog::set_default_logger(spdlog::stderr_logger_mt("clearspan"));
  spdlog::set_level(spdlog::level::from_str(options.log_level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  const Status status = serve(options, ending_signals);
  if (status.ok()) {
    spdlog::info("stopped");
    return kExitOk;
  }
  spdlog::error("{}", describe(status.error()));
  return status.error().code == ErrorCode::config_invalid ? kExitUsage : kExitNegative;
}

}  // namespace clearspan::tools
