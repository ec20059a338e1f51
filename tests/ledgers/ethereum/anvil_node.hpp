// A real EVM node for one test: anvil, started on a free loopback port and ended with the test.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/money/amount.hpp"
#include "ledgers/ethereum/json_rpc.hpp"
#include "ledgers/ethereum/notation.hpp"

namespace clearspan::ethereum::testing {

// What tools/contracts/build brings, from the project's root; null when all of it is there, else what is missing.
const char* missing_tools();

class AnvilNode {
 public:
  // Starts anvil with further arguments, such as {"--no-mining"}. Throws when it does not come up.
  explicit AnvilNode(const std::vector<std::string>& arguments, std::uint64_t chain_id = 31337);
  ~AnvilNode();
  AnvilNode(const AnvilNode&) = delete;
  AnvilNode& operator=(const AnvilNode&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  [[nodiscard]] std::string heads_url() const { return "ws://127.0.0.1:" + std::to_string(port_); }

  // Any method, with parameters as JSON; throws on an error.
  std::string call(const std::string& method, const std::string& parameters);

  // The methods below are anvil's own: for tests only.
  void give(const Address& account, const Amount& amount);
  void mine(std::uint64_t blocks);
  void reorganise(std::uint64_t depth);
  void set_next_time(std::uint64_t unix_seconds);
  std::uint64_t time();  // of the newest block

  // Stops and goes on, as a node that hangs.
  void pause();
  void resume();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
  std::unique_ptr<JsonRpc> rpc_;
};

}  // namespace clearspan::ethereum::testing
