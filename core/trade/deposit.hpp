// Whether a hold found on a ledger is the one that a leg asks for. What is not is sent back, never kept.
#pragma once

#include <optional>

#include "core/trade/plan.hpp"

namespace clearspan {

// None when the hold meets the leg's exact terms. `already_placed`: the leg has its hold, so that another one with the
// same terms is a duplicate.
std::optional<ReturnReason> reason_to_return(const Leg& leg, const Outcome& hold, bool already_placed);

// The id of the trade that sends a hold back: the beginning of the hold's key, so that a hold is returned once, and the
// end of the id of the trade that the hold names, so that both live on the same shard.
TradeId return_id_of(const Outcome& hold);

// The plan that sends one hold back to its payer.
Plan make_return_plan(const Outcome& hold, const LedgerId& ledger, ReturnReason reason, const EngineTag& engine,
                      Timestamp now);

}  // namespace clearspan
