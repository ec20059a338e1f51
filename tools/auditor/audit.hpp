// The independent auditor: reads an engine's evidence logs and the ledgers' own books, and says where they contradict
// the invariants of docs/auditor.md. It shares no decision code with the engine: what a trade is, it works out again
// from docs/evidence-format.md, and a test refuses any include of the engine's decisions.
//
//   evidence logs --(chain, tree, heads)--> facts --+--> rules of signing
//                                                   +--> rules that compare with the books --> Report
//   ledgers -----> LedgerBook --(replay)------------+--> rules of ends
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/tlog/key.hpp"
#include "core/base/result.hpp"
#include "core/chain/proof.hpp"
#include "core/trade/state.hpp"
#include "ledgers/evidence/disk.hpp"
#include "tools/auditor/ledger_book.hpp"

namespace clearspan::audit {

// The invariants that are checked, by their numbers.
enum class Invariant : std::uint8_t {
  conservation = 1,
  exclusivity = 2,
  justification = 3,
  evidence = 4,
  submission = 5,
  log = 6,
  fork = 8,
  monotone = 9,
  liveness = 11,
};

std::string name_of(Invariant invariant);  // "I1"

// A record, by the log and its place in it.
struct RecordPoint {
  std::uint16_t shard = 0;
  std::uint64_t sequence = 0;

  auto operator<=>(const RecordPoint&) const = default;
};

struct Violation {
  Invariant invariant = Invariant::log;
  std::string text;                  // what is wrong, in plain words
  std::vector<RecordPoint> records;  // that show it; empty when the books alone do
};

// A data folder of an engine: its logs are in shard-0, shard-1, ... Files are read, never written.
struct Evidence {
  evidence::Disk& disk;
  std::string folder;
};

struct Options {
  // The engine was given time after the last fault: every trade must be over or suspended, nothing left on the way.
  bool ended = false;

  // The engine was shut down in order, so HEAD names the last record and nothing torn lies behind it. After a kill it
  // may be otherwise.
  bool closed = false;

  // Clocks of the engine's runs never went back, so times order the records of different logs. Records of one log are
  // ordered by their places in any case.
  bool steady_clock = true;

  // The keys that may sign checkpoints. Without them a checkpoint must fit its log, whoever signed it.
  const tlog::TrustedKeys* trusted = nullptr;

  // Checkpoints (signed notes) that were seen outside: the logs must still hold everything that these cover.
  std::vector<std::string> heads;

  // Phases that somebody was shown. A terminal one must be what the log says.
  std::map<TradeId, Phase> seen;
};

struct Counts {
  std::uint64_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t trades = 0;
  std::uint64_t signed_txns = 0;   // in the logs
  std::uint64_t book_txns = 0;     // in the books
  std::uint64_t book_effects = 0;  // of all engines
  std::uint64_t unproven = 0;      // events by the engine's word: their proofs were too large for the log
  std::uint64_t excused = 0;       // comparisons left out because the ledger itself was rewritten, and is frozen
};

inline constexpr std::size_t kViolationsKept = 1000;  // more are only counted

struct Report {
  std::vector<Violation> violations;
  std::uint64_t violations_found = 0;  // also those that were not kept
  Counts counts;
  std::array<std::uint64_t, static_cast<std::size_t>(Phase::suspended) + 1> phases{};  // trades by phase
  std::vector<std::string> notes;      // what the reader should know; no violations
  std::vector<LedgerId> without_book;  // ledgers of the evidence whose books were not given

  [[nodiscard]] bool ok() const { return violations_found == 0; }
};

// Audits the logs against the books. Errors mean that nothing was audited: storage_failed; not_found when the folder
// holds no log.
Result<Report> audit(const Evidence& evidence, const std::vector<LedgerBook>& books, const Options& options);

// What the logs say of their ledgers, for reading the books.
struct KnownLedger {
  LedgerDescription description;
  std::vector<AccountId> signers;  // accounts that the engine signed for
};

// Errors: as audit; log_corrupt.
Result<std::vector<KnownLedger>> ledgers_of(const Evidence& evidence);

std::string to_text(const Report& report);
std::string to_json(const Report& report);

}  // namespace clearspan::audit
