// Whether ledgers prove what a trade's events say (docs/evidence-format.md, section 7). Shared by everybody who checks
// evidence: of one trade in a bundle, or of a whole log.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/chain/proof.hpp"
#include "core/trade/event.hpp"
#include "core/trade/plan.hpp"

namespace clearspan::evidence {

// By the ledger's kind.
using ProofChecks = std::map<std::string, CheckBlockProof>;

// Checks the proof in the way of the ledger's kind, that it has at least the descendants that the description asks for,
// and that it ends in its tip. Errors: proof_invalid.
Result<ProvenBlock> check_proof(const ProofChecks& checks, const LedgerDescription& description,
                                const BlockProof& proof);

// The block that an event says it was found in.
struct Citation {
  LedgerId ledger;
  Height height;
  BlockHash block;

  auto operator<=>(const Citation&) const = default;
};

inline Citation citation_of(const BlockProof& proof) {
  return {proof.ledger, proof.height, proof.block};
}

// None for an event that no ledger can prove. The event's leg must be one of the plan's.
std::optional<Citation> citation_of(const Plan& plan, const Event& event);

// Whether the block that the event cites shows it. Errors: proof_missing when the txn is not among those proven,
// outcome_mismatch when what it did is another thing.
Status check_event(const Event& event, const ProvenBlock& block);

// Whether the movement died before its leg's time was over: of what became of a txn, not of the clock.
bool needs_txn(const Plan& plan, const MovementDead& dead);

}  // namespace clearspan::evidence
