// What a thread asks of the system for itself.
#pragma once

#include <pthread.h>
#include <sched.h>

namespace clearspan {

// Tools that show threads, and the engine's own benchmark, tell them apart by it. At most 15 characters; a longer name
// is not taken.
inline void name_this_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
}

// When it is woken, it does not take the processor from whoever is at work there, often the thread that woke it and has
// more for it. A system that refuses this is only slower.
inline void let_others_finish() {
  const sched_param parameters{};
  ::sched_setscheduler(0, SCHED_BATCH, &parameters);
}

}  // namespace clearspan
