// What an engine must know to go on after a stop: the fold of its log. Everything here can be derived again at any
// time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/base/result.hpp"
#include "core/trade/advance.hpp"
#include "ledgers/evidence/log.hpp"
#include "ledgers/evidence/reader.hpp"

namespace clearspan::evidence {

// A trade that is not over: settled, refunded and rejected ones are left to the index.
struct LiveTrade {
  PlanPtr plan;
  State state;
  Timestamp created;                 // of its TradeCreated record
  Timestamp updated;                 // of the last record that names it
  std::uint64_t first_sequence = 0;  // of its TradeCreated record
  std::uint64_t last_sequence = 0;
  std::string idempotency_key;
  Hash32 request_digest;
  std::uint32_t request_item = 0;
};

// A txn that was signed and is not closed: it may still take effect.
struct OutstandingTxn {
  std::uint64_t sequence = 0;  // of its record, not of its account
  TxnSigned txn;
};

struct Recovered {
  LogPosition end;
  std::uint64_t records = 0;
  std::optional<EngineStarted> last_start;
  std::unordered_map<TradeId, LiveTrade> trades;
  std::map<LedgerId, std::vector<OutstandingTxn>> outstanding;       // per ledger in the order of signing
  std::map<std::pair<LedgerId, std::uint16_t>, ViewAdvanced> views;  // the last one per ledger and shard of the log
  std::map<LedgerId, LedgerFrozen> frozen;                           // the first one per ledger
  std::map<LedgerId, HoldingsChecked> holdings;                      // the last check per ledger
  std::map<LedgerId, LedgerDescription> descriptions;                // the last one per ledger
  std::vector<ReturnDeposit> missing_returns;  // deposits to be sent back, and no trade that does it
};

// Folds records one by one, in the order of the log.
class RecoveryFold {
 public:
  // Errors, each naming the record: log_corrupt for bytes that are no record, a trade created twice, an event of a
  // trade that was never created, a txn closed that was never signed; invalid_transition when the event contradicts the
  // state.
  Status apply(const RecordRef& ref);

  // What has been folded. The fold is empty afterwards.
  Recovered finish();

 private:
  Status fold(const RecordRef& ref, Timestamp at, EngineStarted&& body);
  Status fold(const RecordRef& ref, Timestamp at, TradeCreated&& body);
  Status fold(const RecordRef& ref, Timestamp at, TradeEvent&& body);
  Status fold(const RecordRef& ref, Timestamp at, TxnSigned&& body);
  Status fold(const RecordRef& ref, Timestamp at, TxnClosed&& body);
  Status fold(const RecordRef& ref, Timestamp at, ViewAdvanced&& body);
  Status fold(const RecordRef& ref, Timestamp at, LedgerFrozen&& body);
  Status fold(const RecordRef& ref, Timestamp at, LedgerDescribed&& body);
  Status fold(const RecordRef& ref, Timestamp at, LedgerProof&& body);
  Status fold(const RecordRef& ref, Timestamp at, Anchored&& body);
  Status fold(const RecordRef& ref, Timestamp at, HoldingsChecked&& body);
  Status fold(const RecordRef& ref, Timestamp at, ProofLeftOut&& body);

  void expect_return(const ReturnDeposit& deposit);

  Recovered recovered_;
  std::unordered_map<TradeId, ReturnDeposit> expected_returns_;  // by the id that the returning trade will have
  std::map<LedgerId, std::unordered_map<TxnId, OutstandingTxn>> open_txns_;
  std::unordered_set<TradeId> over_;  // so that an event of a finished trade is told from one of no trade
};

struct RecoveredLog {
  std::unique_ptr<Log> log;
  Recovered recovered;
};

// Opens a log for writing and folds it, in one pass over its files.
Result<RecoveredLog> open_and_recover(Disk& disk, const std::string& directory, const LogOptions& options,
                                      OnDurable on_durable);

// Folds a log without opening it for writing, for audits and tests.
Result<Recovered> recover(Disk& disk, const std::string& directory, const LogIdentity& identity);

}  // namespace clearspan::evidence
