// What a log of the escrow contract means to the engine: the one place where an event becomes an outcome.
#pragma once

#include "core/chain/movement.hpp"
#include "ledgers/ethereum/assets.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"

namespace clearspan::ethereum {

// The outcome of the event in the log at that position.
Outcome outcome_of(const EscrowEvent& event, const Assets& assets, const BlockPosition& position);

}  // namespace clearspan::ethereum
