// What the exit status of `clearspan` says, for every subcommand.
#pragma once

namespace clearspan::tools {

inline constexpr int kExitOk = 0;  // done, and the answer is good
inline constexpr int kExitNegative =
    1;                                // done, and the answer is bad: a check failed, a trade ended unsettled, a refusal
inline constexpr int kExitUsage = 2;  // the command line, the configuration or an input file cannot be used
inline constexpr int kExitUnreachable = 3;  // no answer from a server; what it did is unknown

}  // namespace clearspan::tools
