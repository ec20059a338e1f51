// What a trade asks of its surroundings, in the imperative.
#pragma once

#include <variant>
#include <vector>

#include "core/base/rare.hpp"
#include "core/trade/plan.hpp"
#include "core/trade/state.hpp"

namespace clearspan {

// Have the movement signed, recorded and sent. It is answered by OutcomeFinal, MovementDead or MovementRefused.
struct Submit {
  LegIndex leg = 0;
  MovementKind kind = MovementKind::hold;
  HoldKey hold_key;          // release, refund
  std::uint8_t attempt = 0;  // release, refund: how many before it failed or died

  bool operator==(const Submit&) const = default;
};

// Watch the ledger for a hold that the payer places itself. It is answered by OutcomeFinal or MovementDead.
struct AwaitDeposit {
  LegIndex leg = 0;

  bool operator==(const AwaitDeposit&) const = default;
};

// Stop trying. A movement that is not signed yet is refused; one that is stays watched until it is final or dead.
struct Abandon {
  LegIndex leg = 0;
  MovementKind kind = MovementKind::hold;

  bool operator==(const Abandon&) const = default;
};

// Put the decision on record. It is answered by Decided.
struct RecordDecision {
  Decision decision = Decision::abort;

  bool operator==(const RecordDecision&) const = default;
};

// Send a hold on `ledger` back that this trade did not ask for.
struct ReturnDeposit {
  LedgerId ledger;
  Outcome outcome;
  ReturnReason reason = ReturnReason::late;

  bool operator==(const ReturnDeposit&) const = default;
};

// Nothing is left to do; the trade leaves memory.
struct Finish {
  bool operator==(const Finish&) const = default;
};

using Command = std::variant<Submit, AwaitDeposit, Abandon, RecordDecision, Rare<ReturnDeposit>, Finish>;
using Commands = std::vector<Command>;

}  // namespace clearspan
