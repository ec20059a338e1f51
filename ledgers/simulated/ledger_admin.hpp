// The script's and the auditor's side of a simulated ledger that another process serves; what Ledger offers in-process.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ledgers/simulated/books.hpp"
#include "ledgers/simulated/faults.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "ledgers/simulated/node_client.hpp"

namespace clearspan::simulated {

// Errors of all: those of NodeClient, and remote_malformed.
class LedgerAdmin {
 public:
  // Errors: those of parse_url.
  static Result<LedgerAdmin> make(std::string_view url);

  Result<Books> books(Millis timeout);
  Result<std::vector<RefEffects>> effects(Millis timeout);
  Status produce(std::uint64_t count, Millis timeout);
  Status reorganise(std::uint64_t depth, ReorganisedTxns txns, Millis timeout);
  Status add_fault(const FaultRule& rule, Millis timeout);
  Status clear_faults(Millis timeout);
  Status set_node_fault(NodeFault fault, std::uint64_t blocks, Millis timeout);

 private:
  explicit LedgerAdmin(const transport::Url& url) : client_(url) {}

  NodeClient client_;
};

}  // namespace clearspan::simulated
