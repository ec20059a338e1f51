// Names for threads, so that tools which show threads, and the engine's own benchmark, can tell them apart.
#pragma once

#include <pthread.h>

namespace clearspan {

// At most 15 characters; a longer name is not taken.
inline void name_this_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
}

}  // namespace clearspan
