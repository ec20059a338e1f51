// The facts that move a trade, in the past tense. Each one is a durable evidence record before the trade sees it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/chain/movement.hpp"
#include "core/trade/state.hpp"

namespace clearspan {

// The plan was pinned.
struct Started {
  bool operator==(const Started&) const = default;
};

// A final block of `ledger` holds this outcome of one of the trade's movements, or of a deposit that names the trade.
// What happened on another ledger than the leg's says nothing about the leg, whatever its ref. Anybody can write a txn
// that names a ref and fails: an outcome that is not ok is a fact only when the engine signed the txn itself.
struct OutcomeFinal {
  LedgerId ledger;
  Outcome outcome;

  bool operator==(const OutcomeFinal&) const = default;
};

// The movement can never take effect: the final block given lies past its validity and no block up to it contains it.
struct MovementDead {
  LegIndex leg = 0;
  MovementKind kind = MovementKind::hold;
  Height height;
  BlockHash block;
  LedgerTime time;

  bool operator==(const MovementDead&) const = default;
};

// The engine never signed the movement and never will, so it can never take effect.
struct MovementRefused {
  LegIndex leg = 0;
  MovementKind kind = MovementKind::hold;
  ErrorCode code = ErrorCode::movement_rejected;
  std::string detail;

  bool operator==(const MovementRefused&) const = default;
};

struct PrepareDeadlinePassed {
  bool operator==(const PrepareDeadlinePassed&) const = default;
};

struct CancelRequested {
  bool operator==(const CancelRequested&) const = default;
};

// The decision is on record.
struct Decided {
  Decision decision = Decision::abort;

  bool operator==(const Decided&) const = default;
};

using Event =
    std::variant<Started, OutcomeFinal, MovementDead, MovementRefused, PrepareDeadlinePassed, CancelRequested, Decided>;

// "outcome_final", "movement_dead", ...
std::string_view name_of(const Event& event);

}  // namespace clearspan
