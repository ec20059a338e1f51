// A whole log on disk, checked by somebody who trusts only the keys that they name (docs/evidence-format.md, sections 6
// to 10): every byte, every record, and for every trade every step. Nothing of it is changed, and nothing that can be
// made again from it is read.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "codecs/evidence/proving.hpp"
#include "codecs/tlog/note.hpp"
#include "core/trade/state.hpp"
#include "ledgers/evidence/disk.hpp"

namespace clearspan::evidence {

inline constexpr std::string_view kCheckpointFile = "checkpoint";
inline constexpr std::size_t kPhaseCount = static_cast<std::size_t>(Phase::suspended) + 1;

struct LogReport {
  tlog::VerifiedCheckpoint checkpoint;
  std::uint64_t records = 0;
  std::uint64_t unsigned_records = 0;  // behind the checkpoint
  std::uint64_t trades = 0;
  std::uint64_t unproven_trades = 0;  // some of whose events the log holds without their proof, and says so
  std::array<std::uint64_t, kPhaseCount> phases{};
  Hash32 digest;  // of every trade's phase (section 11)
};

// Errors: log_corrupt, those of a checkpoint, root_mismatch, malformed, record_misplaced, invalid_transition,
// proof_missing, proof_invalid, outcome_mismatch, each with the record; storage_failed.
Result<LogReport> verify_log(Disk& disk, const std::string& directory, const tlog::TrustedKeys& trusted,
                             const ProofChecks& checks);

// A signed note that stands in a log's directory; empty when there is none. Errors: storage_failed,
// checkpoint_malformed when it is larger than a note can be.
Result<std::string> read_note(Disk& disk, const std::string& directory, std::string_view file);

}  // namespace clearspan::evidence
