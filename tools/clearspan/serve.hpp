// `clearspan serve`: the engine with its REST API, until SIGINT or SIGTERM.
#pragma once

#include <filesystem>
#include <string>

#include "tools/clearspan/config.hpp"

namespace clearspan::tools {

struct ServeOptions {
  std::filesystem::path config;
  std::string log_level = "info";  // trace, debug, info, warn, error
};

int run_serve(const ServeOptions& options);

// How the engine is started with this configuration, for `serve` and for what must agree with it.
std::filesystem::path shard_folder(const EngineConfig& config, std::uint16_t shard);
std::filesystem::path index_folder(const EngineConfig& config);

}  // namespace clearspan::tools
