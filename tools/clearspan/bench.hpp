// `clearspan bench`: what the engine can do on this machine (docs/PERFORMANCE.md). Each benchmark checks its answer
// before it prints a figure, ends with one line of JSON, and says what the figure includes.
//
//   exit 0  the figures are true
//   exit 1  they are not: something that was measured had not been done, or not rightly
//   exit 2  the call is wrong, or the benchmark cannot run here
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace clearspan::tools {

// Adds the subcommand with all its benchmarks; the chosen one sets `run`.
void add_bench(CLI::App& app, std::function<int()>& run);

}  // namespace clearspan::tools
