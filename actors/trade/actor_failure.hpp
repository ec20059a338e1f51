// What an exception in an actor's handler means. A trade's actor is rebuilt from its evidence by its monitor. The
// others hold what cannot be rebuilt alone: the process ends, and recovers everything from its logs.
#pragma once

#include <caf/all.hpp>
#include <exception>

namespace clearspan::actors {

// Says what happened; the actor then ends with an error.
caf::error end_trade_after_exception(caf::scheduled_actor* self, std::exception_ptr& exception);

// Says what happened, then aborts.
caf::error end_process_after_exception(caf::scheduled_actor* self, std::exception_ptr& exception);

}  // namespace clearspan::actors
