// One event that touches many of the live trades: from the event until the last of their changes of phase is durable,
// unless it says something else.
//
//   block     a final block in which the holds of all of them stand
//   answer    a node that was silent while their holds were asked for takes txns again: until all of the holds have
//   been
//             signed and, durable, sent to it
//   deadline  they share the end of their time for preparing, and their node has been silent since they were created;
//             also until they have ended, but for those whose hold was on its way to the node
//
// The ledgers do no work of their own (injected_ledger.hpp). A deadline of trades that wait for their payers is
// measured by `bench live`.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "core/base/result.hpp"

namespace clearspan::tools {

struct EventsBenchOptions {
  std::uint32_t trades = 1'000'000;  // live at each event
  std::uint32_t touched = 100'000;   // by each event
  std::uint16_t shards = 0;          // 0: one per core
  std::string data_dir;              // empty: a temporary folder that is removed at the end
  bool json = false;                 // no table

  // From the beginning to the end: each event has its own.
  [[nodiscard]] std::uint32_t created() const { return trades + 2 * touched; }
};

struct EventsBenchReport {
  double block_ms = 0;
  double answer_ms = 0;
  double deadline_ms = 0;
  double ended_ms = 0;  // after the deadline
};

// Errors: those of the engine; timed_out when trades stop moving; check_failed when one did what it should not.
Result<EventsBenchReport> bench_events(const EventsBenchOptions& options);

// Exit status as in bench.hpp.
int run_bench_events(const EventsBenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
