// Whether a hold found on a ledger is the one that a leg asks for. What is not is sent back, never kept.
#pragma once

#include <optional>

#include "core/trade/plan.hpp"

namespace clearspan {

// None when the hold meets the leg's exact terms. `already_placed`: the leg has its hold, so that another one with the
// same terms is a duplicate.
std::optional<ReturnReason> reason_to_return(const Leg& leg, const Outcome& hold, bool already_placed);

// The id of the trade that sends a hold back, derived from the hold's key: a hold is returned once.
TradeId return_id_of(const HoldKey& hold);

// The plan that sends one hold back to its payer.
Plan make_return_plan(const Outcome& hold, const LedgerId& ledger, ReturnReason reason, const EngineTag& engine,
                      Timestamp now);

}  // namespace clearspan
