// Every conversation between the engine's actors. One struct is one message; the typed interfaces at the end say who
// understands what.
//
//   trade --> monitor --> submitter --> (signed, durable, sent)          what a trade asks for
//   follower --> monitor --> writer --> trade                            what the ledgers prove
//
// What trades ask for gathers in their shard's outboxes (outbox.hpp) until those who are asked have their turn.
//
// The evidence writer is the shard's sequencer: a trade hears of a fact only from the writer, once the fact has its
// place in the log, in the order of the log. That order is the one in which recovery folds the log, so both come to the
// same state. A trade may act on a fact that is not durable yet, and what it does stands behind that fact in the log.
// Nothing leaves the engine before what caused it is durable: no txn, no answer, no report.
#pragma once

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "actors/engine.hpp"
#include "codecs/evidence/record.hpp"
#include "core/chain/block.hpp"
#include "core/trade/command.hpp"
#include "core/trade/event.hpp"
#include "ledgers/evidence/group.hpp"

namespace clearspan::actors {

// --- To a trade ---

struct TradeFact {  // This happened and has its place in the log.
  Timestamp at;
  std::shared_ptr<const Event> event;  // kept together with those that were recorded with it
  std::uint64_t number = 0;            // of its record, counted from 1 by the shard's writer
};

struct ResumeTrade {};  // You are as the log has you: ask for whatever you are waiting for.

struct PrepareTimeout {};  // Your time for preparing is over.

struct LeaveMemory {};  // You have heard of everything that was recorded in your name.

struct CancelTrade {  // Somebody wants you to stop; say whether that is still possible.
  TradeId trade;
  Engine::StatusCallback done;
};

using TradeActor =
    caf::typed_actor<caf::reacts_to<TradeFact>, caf::reacts_to<ResumeTrade>, caf::reacts_to<PrepareTimeout>,
                     caf::reacts_to<CancelTrade>, caf::reacts_to<LeaveMemory>>;

// --- To a ledger monitor ---

struct CreateTrades {  // Record these trades, then start them; their home is this ledger.
  std::vector<NewTrade> trades;
  Engine::CreateCallback done;
};

struct RestoredTrade {
  PlanPtr plan;
  State state;
};

struct RestoreTrades {  // These were live when the engine stopped. `done` runs when all can hear of facts again.
  std::vector<RestoredTrade> trades;
  std::function<void()> done;
};

struct AdoptReturn {  // The writer has recorded a trade that sends a stray hold back; run it.
  PlanPtr plan;
};

struct RefoldedTrade {  // As the log had it: the trade, and the holds that it left to be sent back.
  RestoredTrade trade;
  std::vector<ReturnDeposit> missing_returns;
};

struct TradeCrashed {  // My handler failed and I end; the phase that I reported last.
  TradeId trade;
  Phase reported = Phase::preparing;
};

struct TradeRefolded {  // The writer's answer about a trade whose actor crashed.
  TradeId trade;
  Result<RefoldedTrade> refolded;
};

struct AskMovement {  // Have this movement of the trade's plan made.
  PlanPtr plan;
  OperationRef ref;
  Submit what;
};

struct AskDeposit {  // Tell the trade when its payer's hold can no longer appear.
  OperationRef ref;
  std::shared_ptr<const Leg> leg;  // what the hold must be
};

struct WithdrawMovement {  // Refuse this one if it is not signed yet; else answer that it is signed.
  MovementKey key;
  LedgerTime not_after;
};

struct LegOver {  // The trade of this leg has ended, and asks for nothing any more.
  OperationRef ref;
};

// What a trade asks of a ledger.
using TradeAsk = std::variant<AskMovement, AskDeposit, WithdrawMovement, LegOver>;

struct TakeAsks {};  // The trades of your shard have asked for something: it is in the shard's outbox.

struct SignedMovement {
  MovementKey key;
  HoldKey hold_key;  // release, refund
  std::uint8_t attempt = 0;
  TxnId txn;
  LedgerTime not_after;
};

struct MovementsSigned {  // These are durable in signed bytes and about to be sent: watch for them.
  std::vector<SignedMovement> movements;
};

struct RefusedMovement {
  MovementKey key;
  ErrorCode code = ErrorCode::movement_rejected;
  std::string detail;
};

struct MovementsRefused {  // These were never signed and never will be.
  std::vector<RefusedMovement> movements;
};

struct MovementsDead {  // Another txn took the place of the one that carried these, in this final block.
  std::vector<MovementKey> movements;
  FinalBlock in;
  std::uint32_t txn = 0;  // the index of the other one
};

struct LegsForgotten {  // Of these, whose trades are over, the submitter says nothing after this.
  std::vector<OperationRef> refs;
};

struct FinalBlocks {  // The next final blocks, in order, without a gap.
  std::vector<FinalBlock> blocks;
};

struct LedgerConflict {  // The ledger contradicts a block that was final.
  Height height;
  BlockHash expected;
  BlockHash found;
};

struct Tick {};  // Time has passed.

struct TimeoutsLeft {};  // To oneself: more trades than could be told at once have no time left.

struct Shutdown {};  // End yourself and all your children.

using MonitorActor =
    caf::typed_actor<caf::reacts_to<CreateTrades>, caf::reacts_to<RestoreTrades>, caf::reacts_to<AdoptReturn>,
                     caf::reacts_to<TradeCrashed>, caf::reacts_to<TradeRefolded>, caf::reacts_to<TakeAsks>,
                     caf::reacts_to<MovementsSigned>, caf::reacts_to<MovementsRefused>, caf::reacts_to<MovementsDead>,
                     caf::reacts_to<LegsForgotten>, caf::reacts_to<FinalBlocks>, caf::reacts_to<LedgerConflict>,
                     caf::reacts_to<Tick>, caf::reacts_to<TimeoutsLeft>, caf::reacts_to<Shutdown>>;

// --- To the evidence writer ---

struct Enrolment {
  TradeId trade;
  TradeActor actor;
};

struct Append {                    // Make these records durable, in this order.
  evidence::EncodedGroup encoded;  // none of them a fact
  std::vector<evidence::Record> records;
  std::vector<Enrolment> enrol;  // trades that were created: they hear that they are, and of their facts from now on
  // Both run on the writer and may be empty: once all records, and those before them, have their place in the log, up
  // to that one of it; and once they are durable.
  std::function<void(std::uint64_t sequence)> in_log;
  std::function<void()> durable;
};

struct Enrol {  // These trades are as the log has them: resume them, and let them hear of their facts from now on.
  std::vector<Enrolment> trades;
};

struct Dismiss {  // This trade is over: record nothing more in its name, and let it leave once it has heard the rest.
  TradeId trade;
};

struct OwnFact {  // Make this durable, which the trade found out or decided by itself.
  Timestamp at;
  TradeId trade;
  std::variant<PrepareDeadlinePassed, Decided> fact;
};

// What a trade asks of the writer. What is large and rare stands apart. A deposit: record a trade that sends it back.
using WriterAsk = std::variant<OwnFact, std::unique_ptr<Append>, Rare<ReturnDeposit>, Dismiss>;

struct ReturnHold {  // No trade wants this hold: record one that sends it back.
  ReturnDeposit deposit;
};

struct RefoldTrade {  // The actor of this trade crashed: read the trade back, and keep its facts until a new one
                      // enrols.
  TradeId trade;
  std::uint16_t ledger = 0;  // of the monitor that asks
};

struct GroupDurable {  // From the log's I/O thread: there are records of yours in it.
  std::uint64_t last_sequence = 0;
};

using WriterActor =
    caf::typed_actor<caf::reacts_to<Append>, caf::reacts_to<Enrol>, caf::reacts_to<TakeAsks>,
                     caf::reacts_to<ReturnHold>, caf::reacts_to<RefoldTrade>, caf::reacts_to<CancelTrade>,
                     caf::reacts_to<GroupDurable>, caf::reacts_to<Shutdown>>;

// --- To a submitter ---

// Movements: sign, record and send them; answer each with MovementsSigned or MovementsRefused.
using SubmitterAsk = std::variant<AskMovement, WithdrawMovement, LegOver>;

struct SubmitterAsks {  // in the order in which the trades asked
  std::vector<SubmitterAsk> asks;
};

struct Flush {};  // To oneself: the mailbox has been drained of what arrived together; act on all of it at once.

struct TxnRecorded {  // The signed bytes have their place in the log, and may be sent once it is durable.
  TxnId txn;
  std::uint64_t sequence = 0;  // of that place or of one behind it; 0: it is durable
};

struct BlockBecameFinal {
  FinalBlock block;
};

struct TxnSent {  // What the ledger's node said; it proves nothing.
  TxnId txn;
  Status status;
};

struct SequenceRead {
  AccountId account;
  Result<Sequence> sequence;
};

struct BalanceRead {
  AccountId account;
  AssetId asset;
  Height height;
  Result<Amount> balance;
};

struct SubmitAnchor {  // Put the digest of a checkpoint on record, signed by this account; have it recorded once it is
                       // final.
  AccountId account;
  Hash32 digest;
  std::uint64_t size = 0;
  Hash32 root;
  WriterActor writer;  // of the log that the checkpoint is of
};

using SubmitterActor =
    caf::typed_actor<caf::reacts_to<SubmitterAsks>, caf::reacts_to<Flush>, caf::reacts_to<TxnRecorded>,
                     caf::reacts_to<BlockBecameFinal>, caf::reacts_to<TxnSent>, caf::reacts_to<SequenceRead>,
                     caf::reacts_to<BalanceRead>, caf::reacts_to<SubmitAnchor>, caf::reacts_to<Tick>,
                     caf::reacts_to<Shutdown>>;

}  // namespace clearspan::actors

// Messages stay inside one process: they are moved between mailboxes, never serialised.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::TradeFact)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::ResumeTrade)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::PrepareTimeout)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::LeaveMemory)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::CancelTrade)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::CreateTrades)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::RestoreTrades)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::AdoptReturn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::TradeCrashed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::TradeRefolded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::ReturnHold)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::RefoldTrade)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::TakeAsks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::MovementsSigned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::MovementsRefused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::MovementsDead)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::LegsForgotten)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::FinalBlocks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::LedgerConflict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::Tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::TimeoutsLeft)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::Shutdown)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::SubmitterAsks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::Flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::TxnRecorded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::BlockBecameFinal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::TxnSent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::SequenceRead)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::BalanceRead)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::SubmitAnchor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::Append)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::Enrol)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(clearspan::actors::GroupDurable)
