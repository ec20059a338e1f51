// `clearspan devnet`: one simulated ledger, served over HTTP and WebSocket (ledgers/simulated/service_routes.hpp), in a
// process of its own, so that an engine can die and come back without the ledger noticing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.hpp"

namespace clearspan {

struct DevnetOptions {
  std::string genesis_file;  // TOML; empty: the demo ledger with the next two names
  std::string ledger = "a-coin";
  std::string asset = "ACN";
  std::string address = "127.0.0.1";            // loopback only: the admin part has no key
  std::uint16_t port = 0;                       // 0: any free one
  std::optional<Millis> block_interval;         // instead of the genesis's
  std::optional<std::uint64_t> finality_depth;  // instead of the genesis's
  std::uint64_t seed = 1;                       // of scripted faults
};

// Serves until SIGINT or SIGTERM. When ready, prints one line of JSON on standard output: {"event":"ready",
// "ledger":"a-coin","url":"http://127.0.0.1:8545"}. Returns the process's exit status: 0 after a signal, 2 with an
// error on standard error when the options or the genesis are not valid. Call it before any thread is started: the
// signals are waited for, not handled.
int run_devnet(const DevnetOptions& options);

}  // namespace clearspan
