// `clearspan prove`: campaigns that try to make the engine lose, duplicate or misplace value (docs/prove.md). Each ends
// with one line of JSON and a verdict, and can be run again from the seed that it prints.
//
//   exit 0  nothing was wrong
//   exit 1  something was, or a campaign did not reach what it must
//   exit 2  the call is wrong
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace clearspan::tools {

// Adds the subcommand with all its campaigns; the chosen one sets `run`.
void add_prove(CLI::App& app, std::function<int()>& run);

}  // namespace clearspan::tools
