// The evidence records of one trade as JSON, in the order of the log.
#pragma once

#include <vector>

#include "actors/gateway/ledger_board.hpp"
#include "codecs/json/writer.hpp"
#include "ledgers/evidence/index.hpp"

namespace clearspan::gateway {

// "proof": where in which block a fact stands.
void write_proof(json::Writer& out, const BlockPosition& position);

// "proof" of a death: the final block past the movement's validity.
void write_death(json::Writer& out, const MovementDead& dead);

// "history": one object per record, with its sequence number, time, type and the phase after it.
void write_history(json::Writer& out, const std::vector<evidence::HistoryEntry>& history, const LedgerBoard& board);

}  // namespace clearspan::gateway
