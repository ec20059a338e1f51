// An EVM node for the demo: anvil from npm, on a free loopback port, ended with this object.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.hpp"

namespace clearspan::tools {

class LocalNode {
 public:
  // Whether tools/contracts/build was here. Errors: config_invalid when anvil is not installed.
  static Status is_installed();

  // Errors: those of is_installed(), unreachable when it does not come up.
  static Result<std::unique_ptr<LocalNode>> start(std::uint64_t chain_id);
  ~LocalNode();
  LocalNode(const LocalNode&) = delete;
  LocalNode& operator=(const LocalNode&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // Stops and goes on, as a node that hangs.
  void pause() const;
  void resume() const;

 private:
  LocalNode(pid_t pid, std::uint16_t port) : pid_(pid), port_(port) {}

  pid_t pid_;
  std::uint16_t port_;
};

// The key of the first account of every anvil, which has funds there and nowhere else. It is published and protects
// nothing.
inline constexpr const char* kLocalNodeKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

}  // namespace clearspan::tools
