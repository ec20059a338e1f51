// One EVM chain that is ready for trades: its node, the escrow contract on it, and a path to it that can have faults.
// Everything is set up over standard JSON-RPC from one funded key.
#pragma once

#include <memory>
#include <string>

#include "ledgers/ethereum/deployment.hpp"
#include "tools/clearspan/demo/faulty_path.hpp"
#include "tools/clearspan/demo/local_node.hpp"

namespace clearspan::tools {

struct EvmSideOptions {
  std::string endpoint;  // empty: a local node is started
  std::uint64_t local_chain_id = 0;
  std::string contracts_dir;
  ethereum::Address escrow_operator;
};

class EvmSide {
 public:
  // Deploys the escrow with the funder's coins. Errors: those of LocalNode, FaultyPath, Deployer and read_artefact.
  static Result<std::unique_ptr<EvmSide>> open(const EvmSideOptions& options, crypto::SecretKey funder);

  Result<ethereum::Address> deploy_token(const std::string& name, const std::string& symbol, unsigned decimals);
  Status fund(const ethereum::Grants& native);
  Status mint(const ethereum::Address& token, const ethereum::Grants& grants);

  // Lets the escrow move as many of the owner's tokens. The owner's own hand on the chain is the result.
  Result<ethereum::Deployer> approve(const crypto::SecretKey& owner, const ethereum::Address& token,
                                     const Amount& amount);

  // None when the endpoint was given.
  [[nodiscard]] LocalNode* node() { return node_.get(); }

  [[nodiscard]] const std::string& node_url() const { return node_url_; }

  [[nodiscard]] FaultyPath& path() { return *path_; }

  [[nodiscard]] std::uint64_t chain_id() const { return deployer_->chain_id(); }

  [[nodiscard]] const ethereum::Address& escrow() const { return escrow_; }

 private:
  EvmSide() = default;

  std::unique_ptr<LocalNode> node_;
  std::string node_url_;
  std::unique_ptr<FaultyPath> path_;
  std::string contracts_dir_;
  std::unique_ptr<ethereum::Deployer> deployer_;
  ethereum::Address escrow_;
};

}  // namespace clearspan::tools
