#include "tools/clearspan/devnet.hpp"

#include <cstdio>
#include <memory>

#include "codecs/json/writer.hpp"
#include "ledgers/simulated/block_producer.hpp"
#include "ledgers/simulated/service.hpp"
#include "tools/clearspan/server_log.hpp"
#include "tools/clearspan/stop_signals.hpp"

namespace clearspan {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitInvalid = 2;

Result<simulated::Genesis> load_genesis(const DevnetOptions& options) {
  simulated::Genesis genesis = simulated::demo_genesis({options.ledger}, {options.asset});
  if (!options.genesis_file.empty()) {
    CLEARSPAN_TRY(genesis, simulated::read_genesis_file(options.genesis_file));
  }
  if (options.block_interval) genesis.block_interval = *options.block_interval;
  if (options.finality_depth) genesis.finality_depth = *options.finality_depth;
  CLEARSPAN_CHECK_OK(simulated::check_genesis(genesis));
  return genesis;
}

void print_ready(const std::string& ledger, const std::string& address, std::uint16_t port) {
  const std::string host = address == "::1" ? "[::1]" : address;
  json::Writer out;
  out.begin_object().field("event", "ready").field("ledger", ledger);
  out.field("url", "http://" + host + ":" + std::to_string(port)).end_object();
  std::printf("%s\n", out.take().c_str());
  std::fflush(stdout);
}

Status serve(const DevnetOptions& options) {
  if (!tools::is_loopback(options.address)) {
    return make_error(ErrorCode::config_invalid, "a devnet is served on loopback only", "address");
  }
  CLEARSPAN_TRY(auto genesis, load_genesis(options));
  const tools::StopSignals signals;
  const SystemClock clock;
  const auto ledger = std::make_shared<simulated::Ledger>(std::move(genesis), clock, options.seed);
  CLEARSPAN_TRY(const auto service, simulated::LedgerService::start(ledger, options.address, options.port));
  const simulated::BlockProducer producer(*ledger);
  print_ready(ledger->genesis().ledger.text, options.address, service->port());
  signals.wait();
  return Done{};
}

}  // namespace

int run_devnet(const DevnetOptions& options) {
  const Status served = serve(options);
  if (served.ok()) return kExitOk;
  std::fprintf(stderr, "clearspan devnet: %s\n", describe(served.error()).c_str());
  return kExitInvalid;
}

}  // namespace clearspan
