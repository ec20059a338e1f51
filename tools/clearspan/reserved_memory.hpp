// Memory that is taken from the system before it is needed: under load nobody waits for the system to find a page
// (docs/adr/016).
#pragma once

#include <cstdint>

#include "core/base/result.hpp"

namespace clearspan::tools {

// Whether reserve_memory would find that much. Errors: as there.
Status can_reserve_memory(std::uint64_t mebibytes);

// Takes that much from the system now, and touches each page of it. From here on the allocator gets this memory first,
// and the system's only when it is used up; what is freed of it stays in the process. Errors: config_invalid when the
// system has less, the second time in a process, or when the allocator is not jemalloc (docs/adr/008).
Status reserve_memory(std::uint64_t mebibytes);

struct ReservedMemory {
  std::uint64_t mebibytes = 0;
  std::uint64_t mebibytes_used = 0;  // what the allocator has taken over so far
};

ReservedMemory reserved_memory();

// How long 4 KiB of fresh memory take at their first use, in microseconds: over 64 MiB of large pages. Errors:
// out_of_range when the system gives none.
Result<double> first_touch_micros();

}  // namespace clearspan::tools
