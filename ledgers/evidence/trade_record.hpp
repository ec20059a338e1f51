// The transaction record of one trade, as in figures 4 and 5 of the ConnectionChain paper: both chains with their
// accounts and amounts, the txns of the escrow and of the settlement, the progress and a time for every transition.
// Here it is derived from the evidence logs alone, and says of every step which block proves it and where the fact
// stands.
//
//   paper                             here
//   id, ruleID                        plan.id, plan.scenario and plan.version
//   fromChain, toChain                plan.legs: ledger, payer, payee, asset, amount
//   escrowTXID, settlementTXID        the outcome of a leg's hold step, and of its release, refund or payment step
//   progress                          the phase of the state
//   timestamps                        transitions(); of each step when it was asked for and when it ended
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/trade/plan.hpp"
#include "core/trade/state.hpp"
#include "ledgers/evidence/views.hpp"

namespace clearspan::evidence {

// One record that names the trade.
struct TradeFact {
  Place place;
  Timestamp at;
  RecordBody body;             // of a TxnSigned, without its bytes and only with the trade's own movements
  std::optional<Place> proof;  // of the ledger_proof record of the block that the fact cites
  Phase phase_after = Phase::preparing;
};

// "trade_created", "txn_signed", "txn_closed", or the event's name.
std::string_view name_of(const TradeFact& fact);

// What became of one movement.
struct TradeRecordStep {
  enum class Status : std::uint8_t { pending, final, failed, dead, refused };

  LegIndex leg = 0;
  MovementKind kind = MovementKind::hold;
  Status status = Status::pending;
  std::vector<std::size_t> requests;  // facts: the txns that were signed for it
  std::optional<std::size_t> result;  // the fact that says how it ended
};

std::string_view to_string(TradeRecordStep::Status status);

struct TradeRecord {
  PlanPtr plan;
  State state;
  std::string idempotency_key;
  std::vector<TradeFact> facts;        // merged by time, the trade's creation and events in the order of its log
  std::vector<TradeRecordStep> steps;  // by leg and kind
  std::vector<TradeId> related;        // trades that sent back what arrived in this one's name
  std::map<LedgerId, LedgerDescription> ledgers;
  Scales scales;
  std::vector<ViewedLog> logs;

  // The facts with which the trade entered a phase, its creation first.
  [[nodiscard]] std::vector<const TradeFact*> transitions() const;

  // None when the trade has no such step.
  [[nodiscard]] const TradeRecordStep* step(LegIndex leg, MovementKind kind) const;
};

// Errors: unknown_trade; those of read_logs; log_corrupt for a trade created twice or an event before its creation;
// invalid_transition for an event that contradicts the state.
Result<TradeRecord> read_trade_record(Disk& disk, const std::string& data_directory, const TradeId& trade);

// One JSON object (docs/evidence-views.md), and the facts as RFC 4180 lines, one for each, under a line of names.
std::string to_json(const TradeRecord& record);
std::string to_csv(const TradeRecord& record);

}  // namespace clearspan::evidence
