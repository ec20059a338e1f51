// What the evidence logs say, gathered in one pass: who signed what, what was found on which ledger, and every trade's
// story. What a single log contradicts by itself is a violation already here.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "codecs/evidence/proving.hpp"
#include "codecs/evidence/record.hpp"
#include "ledgers/evidence/reader.hpp"
#include "tools/auditor/audit.hpp"
#include "tools/auditor/trade_machine.hpp"

namespace clearspan::audit {

// When something was recorded.
struct Moment {
  RecordPoint point;
  Timestamp time;
};

struct SignedFact {
  Moment when;
  LedgerId ledger;
  TxnId id;
  AccountId signer;
  std::string key;  // that signed, as the books name it
  Sequence sequence;
  LedgerTime not_after;
  std::uint32_t fee_step = 0;
  std::vector<Movement> movements;
  std::optional<Moment> closed;

  // The last ledger time at which it could take effect, wherever its bytes are.
  [[nodiscard]] LedgerTime acts_until() const {
    if (movements.empty()) return not_after;
    LedgerTime last;
    for (const Movement& movement : movements) last = std::max(last, std::min(not_after, movement.not_after));
    return last;
  }
};

struct OutcomeFact {
  Moment when;
  TradeId trade;
  LedgerId ledger;
  Outcome outcome;
};

struct DeadFact {
  Moment when;
  TradeId trade;
  MovementDead dead;
};

struct TradeFact {
  explicit TradeFact(const std::shared_ptr<const Plan>& plan) : machine(plan) { holds.resize(plan->legs.size()); }

  TradeMachine machine;
  Moment created;
  std::vector<std::optional<Moment>> holds;  // by leg: when a hold that fits was found final
  std::optional<Moment> pivot_paid;          // found final with the exact terms
  std::optional<Moment> pivot_failed;        // found failed or dead
  std::optional<Moment> committed;
  std::optional<Moment> aborted;
  std::optional<Moment> over;                    // reached its terminal phase
  std::map<MovementKey, unsigned> failed_tries;  // that were found failed, dead or refused
};

struct AnchorFact {
  Moment when;
  LedgerId ledger;
  std::uint64_t size = 0;
  Hash32 root;
  BlockPosition position;
};

struct ViewFact {
  Moment when;
  evidence::ViewAdvanced view;
};

struct LogFacts {
  evidence::LogIdentity identity;
  std::vector<Hash32> heads;  // the leaves of its tree
  std::uint16_t shard_count = 1;
  // Final blocks up to here have been acted on, by ledger and shard.
  std::map<std::pair<LedgerId, std::uint16_t>, Height> handled;
  std::uint16_t shards = 1;  // that write it
  std::map<LedgerId, Moment> frozen;
  std::map<LedgerId, Moment> unexplained;  // the last check of the escrow found a difference
  std::vector<AnchorFact> anchors;
};

struct Facts {
  std::vector<LogFacts> logs;  // by shard
  std::unordered_map<TradeId, TradeFact> trades;
  std::vector<SignedFact> txns;
  std::unordered_map<TxnId, std::size_t> txn_by_id;
  std::map<LedgerId, std::set<std::string>> our_keys;  // that signed anything for the engine
  std::vector<OutcomeFact> outcomes;
  std::vector<DeadFact> dead;
  std::vector<ViewFact> views;
  std::map<LedgerId, LedgerDescription> descriptions;  // the last ones
  std::uint64_t records = 0;

  [[nodiscard]] const TradeFact* find_trade(const TradeId& id) const;
  [[nodiscard]] const SignedFact* find_txn(const TxnId& id) const;
  [[nodiscard]] bool is_our_key(const LedgerId& ledger, const std::string& key) const;
  [[nodiscard]] bool is_frozen(const LedgerId& ledger) const;

  [[nodiscard]] const EngineTag& engine() const { return logs.front().identity.engine; }
};

// Takes violations on their way to the report.
class Findings {
 public:
  explicit Findings(Report& report) : report_(report) {}

  void add(Invariant invariant, std::string text, std::vector<RecordPoint> records = {});

  [[nodiscard]] std::uint64_t count() const { return report_.violations_found; }

  Report& report() { return report_; }

 private:
  Report& report_;
};

// Reads all logs. Damage is found as a violation, and then false is in the result: nothing may be concluded from the
// rest. Errors: storage_failed; not_found when the folder holds no log.
Result<bool> read_facts(const Evidence& evidence, const Options& options, Facts& facts, Findings& findings);

// The directory of one log.
std::string log_directory(const Evidence& evidence, std::size_t shard);

// The key that signed these bytes, and whether they are what the record says. Errors: txn_malformed and the like.
Result<std::string> signer_key_of(const LedgerDescription& ledger, const evidence::TxnSigned& txn);

// Every proof that this program can check.
const evidence::ProofChecks& all_proof_checks();

}  // namespace clearspan::audit
