// What a benchmark says when it has no figures.
#pragma once

#include <ostream>
#include <string_view>

#include "core/base/error.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {

// Returns the exit status (bench.hpp): whether what was measured was not done, or not rightly, or the benchmark could
// not run.
inline int say_why_not(std::string_view bench, const Error& error, std::ostream& err) {
  err << "clearspan bench " << bench << ": " << describe(error) << "\n";
  const bool is_wrong = error.code == ErrorCode::check_failed || error.code == ErrorCode::timed_out;
  return is_wrong ? kExitNegative : kExitUsage;
}

}  // namespace clearspan::tools
