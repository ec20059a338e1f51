// Where configured ledgers become connectors: the one place that names concrete ledgers.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ledgers/connector.hpp"
#include "tools/clearspan/config.hpp"

namespace clearspan::tools {

struct OpenLedger {
  std::shared_ptr<Connector> connector;

  // Whether the ledger's nodes serve what is configured: the chain, the contract. Success where there is nothing to
  // compare. Errors: config_invalid naming what differs; unreachable and the like.
  std::function<Status(Millis timeout)> check;
};

// Reads the keys and makes the connectors, without contact to any node. Errors: config_invalid, and those of
// crypto::read_key_file, each naming the ledger.
Result<std::vector<OpenLedger>> open_ledgers(const Config& config);

// The connectors alone, in the order of the configuration.
std::vector<std::shared_ptr<Connector>> connectors_of(const std::vector<OpenLedger>& ledgers);

}  // namespace clearspan::tools
