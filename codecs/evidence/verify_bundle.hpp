// What a bundle proves, to somebody who trusts only the keys that they name (docs/evidence-format.md, sections 8 to
// 10).
#pragma once

#include <string>
#include <vector>

#include "codecs/evidence/bundle.hpp"
#include "codecs/evidence/proving.hpp"
#include "codecs/evidence/record.hpp"
#include "codecs/tlog/note.hpp"
#include "core/trade/state.hpp"

namespace clearspan::evidence {

// A record of the bundle that has been shown to be in its log.
struct VerifiedRecord {
  std::size_t log = 0;      // position in the bundle
  std::uint64_t index = 0;  // of its leaf
  Record record;            // without what its attachment holds
};

struct VerifiedAnchor {
  LedgerId ledger;
  std::uint64_t size = 0;  // of the log that was anchored
  BlockPosition position;
};

struct BundleReport {
  Plan plan;
  State state;
  std::size_t events = 0;
  std::vector<std::uint64_t> unproven;                // indexes of events whose proof the log says it has not
  std::vector<VerifiedRecord> records;                // in the order of the bundle
  std::vector<tlog::VerifiedCheckpoint> checkpoints;  // by log
  std::vector<LedgerDescription> ledgers;             // as the records describe them
  std::size_t proofs = 0;
  std::vector<VerifiedAnchor> anchors;
};

// Errors: all that section 10 names.
Result<BundleReport> verify_bundle(const Bundle& bundle, const tlog::TrustedKeys& trusted, const ProofChecks& checks);

}  // namespace clearspan::evidence
