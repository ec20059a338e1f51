// Trades as JSON. The record of a trade has the fields of the prototype's (seed 1, figures 4 and 5) under our names,
// and for each step the place in a block that proves it.
//
//   fromChain / toChain        legs[]: ledger, payer, payee, asset, amount
//   escrowTXID, settlementTXID legs[].hold_txn, legs[].settlement_txn
//   progress                   phase
//   timestamps                 transitions[] and legs[].steps[]: requested_at, at
#pragma once

#include <string>

#include "actors/gateway/ledger_board.hpp"
#include "codecs/json/writer.hpp"
#include "ledgers/evidence/index.hpp"

namespace clearspan::gateway {

// The answer to the trade's creation: a function of the plan and the ledgers' traits alone, so that a repeated request
// gets the same text at any later time.
void write_created_trade(json::Writer& out, const Plan& plan, const LedgerBoard& board);

// One line of a list.
void write_summary(json::Writer& out, const evidence::TradeSummary& trade, const LedgerBoard& board);

// Everything about one trade.
std::string trade_record_json(const evidence::TradeSnapshot& trade, const LedgerBoard& board);

// {"units": "1250", "scale": 2}; the scale is null where the ledger is not configured any more.
void write_amount(json::Writer& out, const Amount& amount, std::optional<unsigned> scale);

}  // namespace clearspan::gateway
