// What an exception in an actor's handler means. A trade's actor is rebuilt from its evidence by its monitor. The
// others hold what cannot be rebuilt alone: the process ends, and recovers everything from its logs.
#pragma once

#include <caf/all.hpp>
#include <exception>

namespace clearspan::actors {

// Says what happened to the actor of that name.
void log_failure(const char* actor, const std::exception_ptr& exception);

// Says what happened, then aborts.
caf::error end_process_after_exception(caf::scheduled_actor* self, std::exception_ptr& exception);

}  // namespace clearspan::actors
