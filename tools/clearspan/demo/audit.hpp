// Checks a demo's result against the books of the ledgers alone. It knows the plans, because it made the requests, and
// asks the engine nothing.
#pragma once

#include <string>
#include <vector>

#include "core/trade/plan.hpp"
#include "tools/clearspan/demo/world.hpp"

namespace clearspan::tools {

struct AuditReport {
  std::uint64_t paid_trades = 0;        // the payee was paid, and the payer's hold was released
  std::uint64_t refunded_trades = 0;    // value was held and is back with its payer
  std::uint64_t untouched_trades = 0;   // nothing was ever held
  std::uint64_t returned_holds = 0;     // deposits that no trade asked for, sent back
  std::vector<std::string> violations;  // empty when all is well
};

// Per trade: at most one payment, each hold ended once and all of them the same way, and that way decided by the
// payment where there is one. Per account: the balance changed by exactly what the effects say. Per ledger: nothing was
// made or lost, and nothing is left in escrow.
AuditReport audit(const std::vector<Plan>& plans, const std::vector<LedgerBooks>& books);

}  // namespace clearspan::tools
