#include "tools/clearspan/serve.hpp"

#include <spdlog/spdlog.h>
#include <spdlog/stopwatch.h>

#include <cstdlib>
#include <utility>

#include "actors/engine.hpp"
#include "actors/gateway/gateway.hpp"
#include "codecs/crypto/key_file.hpp"
#include "core/base/kill_point.hpp"
#include "ledgers/transport/url.hpp"
#include "tools/clearspan/api_client.hpp"
#include "tools/clearspan/exit_codes.hpp"
#include "tools/clearspan/ledgers.hpp"
#include "tools/clearspan/reserved_memory.hpp"
#include "tools/clearspan/server_log.hpp"
#include "tools/clearspan/stop_signals.hpp"

namespace clearspan::tools {
namespace {

constexpr Millis kLedgerCheckTimeout{10'000};

void log_phase_change(const PhaseChange& change) {
  if (change.phase == Phase::suspended) {
    spdlog::warn("trade {} is suspended: its value stays held until an operator acts", to_string(change.trade));
  } else {
    spdlog::debug("trade {} is {}", to_string(change.trade), to_string(change.phase));
  }
}

EngineOptions engine_options(const Config& config) {
  EngineOptions options;
  options.data_dir = config.engine.data_dir.string();
  options.tag = engine_tag_of(config.engine.name);
  options.shards = config.engine.shards;
  options.live_trades_max = config.engine.live_trades_max;
  options.solvency_interval_blocks = config.engine.solvency_interval_blocks;
  options.log_segment_bytes = config.engine.log_segment_mib << 20;
  if (config.evidence.key_file) options.evidence_key_file = config.evidence.key_file->string();
  options.checkpoint_interval = config.evidence.checkpoint_interval;
  if (const auto& anchor = config.evidence.anchor) {
    options.anchor = AnchorOptions{anchor->ledger, anchor->account, anchor->interval};
  }
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

Result<gateway::EvidenceOptions> evidence_options(const EvidenceConfig& config) {
  gateway::EvidenceOptions options;
  options.public_entries = config.public_entries;
  options.witness_interval = config.checkpoint_interval;
  for (const WitnessConfig& witness : config.witnesses) {
    CLEARSPAN_TRY(transport::Url url, transport::parse_url(witness.url));
    options.witnesses.push_back({std::move(url), witness.key});
  }
  return options;
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

// For campaigns that show what a crash leaves behind (docs/prove.md).
Status arm_kill_point_if_asked() {
  const char* const text = std::getenv(kKillPointVariable);
  if (text == nullptr) return Done{};
  spdlog::warn("this process will kill itself at {}", text);
  return arm_kill_point(text);
}

Status reserve_memory_if_asked(const EngineConfig& config) {
  if (config.reserve_memory_mib == 0) return Done{};
  const spdlog::stopwatch stopwatch;
  CLEARSPAN_CHECK_OK(reserve_memory(config.reserve_memory_mib));
  spdlog::info("reserved {} MiB of memory in {:.2f} s", config.reserve_memory_mib, stopwatch);
  return Done{};
}

Status serve(const ServeOptions& options, const StopSignals& signals) {
  CLEARSPAN_TRY(const Config config, read_config_file(options.config));
  CLEARSPAN_CHECK_OK(reserve_memory_if_asked(config.engine));
  CLEARSPAN_TRY(const crypto::OwnKey api_key, crypto::read_or_make_key_file(config.api.key_file));
  if (api_key.is_new) spdlog::info("made the API key file {}", config.api.key_file.string());
  CLEARSPAN_TRY(std::string key, read_bearer_key(config.api.key_file));
  CLEARSPAN_TRY(const std::vector<OpenLedger> ledgers, open_ledgers(config));
  CLEARSPAN_CHECK_OK(check_ledgers(ledgers));

  spdlog::info("starting the engine in {}", config.engine.data_dir.string());
  CLEARSPAN_TRY(const std::unique_ptr<Engine> engine, Engine::start(engine_options(config), connectors_of(ledgers)));
  const SystemClock clock;
  gateway::GatewayOptions api = gateway_options(config, ledgers, std::move(key));
  CLEARSPAN_TRY(api.evidence, evidence_options(config.evidence));
  CLEARSPAN_TRY(const std::unique_ptr<gateway::Gateway> gateway,
                gateway::Gateway::start(*engine, clock, std::move(api)));
  announce(config.api.address, gateway->port());
  if (!is_loopback(config.api.address)) {
    spdlog::warn("the API is reachable from other machines, without encryption: put a TLS proxy in front");
  }
  signals.wait();
  spdlog::info("stopping");
  if (config.engine.reserve_memory_mib > 0) {
    const ReservedMemory reserved = reserved_memory();
    spdlog::info("{} of {} MiB of reserved memory were used", reserved.mebibytes_used, reserved.mebibytes);
  }
  gateway->stop();
  return Done{};
}

}  // namespace

std::filesystem::path shard_folder(const EngineConfig& config, std::uint16_t shard) {
  return config.data_dir / ("shard-" + std::to_string(shard));
}

std::filesystem::path index_folder(const EngineConfig& config) {
  return config.data_dir / "index";
}

int run_serve(const ServeOptions& options) {
  const StopSignals signals;
  log_to_standard_error(options.log_level);
  Status status = arm_kill_point_if_asked();
  if (status.ok()) status = serve(options, signals);
  if (status.ok()) {
    spdlog::info("stopped");
    return kExitOk;
  }
  spdlog::error("{}", describe(status.error()));
  return status.error().code == ErrorCode::config_invalid ? kExitUsage : kExitNegative;
}

}  // namespace clearspan::tools
