// Checks what became of the trades of a campaign against the books of the two ledgers alone: nothing lost, nobody paid
// twice, nothing left in escrow. What was asked for is known; what the engine says of a trade is compared, never
// believed.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/trade/state.hpp"
#include "tools/clearspan/prove/crash_load.hpp"

namespace clearspan::tools {

// `phases`: by trade id, as the API shows them, of all trades that it knows. Every trade is over. Returns the
// violations.
std::vector<std::string> check_against_books(const std::deque<AskedBatch>& batches,
                                             const std::map<std::string, Phase>& phases,
                                             const std::array<LedgerTruth, 2>& truth);

}  // namespace clearspan::tools
