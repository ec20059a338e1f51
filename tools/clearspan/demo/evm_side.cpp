#include "tools/clearspan/demo/evm_side.hpp"

namespace clearspan::tools {
namespace {

using ethereum::Address;
using ethereum::Artefact;
using ethereum::Deployer;

constexpr Millis kTimeout{30'000};

Result<Artefact> artefact(const std::string& contracts_dir, const std::string& contract) {
  return ethereum::read_artefact(contracts_dir + "/" + contract + ".json");
}

}  // namespace

Result<std::unique_ptr<EvmSide>> EvmSide::open(const EvmSideOptions& options, crypto::SecretKey funder) {
  std::unique_ptr<EvmSide> side(new EvmSide);
  side->contracts_dir_ = options.contracts_dir;
  side->node_url_ = options.endpoint;
  if (options.endpoint.empty()) {
    CLEARSPAN_TRY(side->node_, LocalNode::start(options.local_chain_id));
    side->node_url_ = side->node_->url();
  }
  CLEARSPAN_TRY(side->path_, FaultyPath::open(side->node_url_));
  CLEARSPAN_TRY(Deployer deployer, Deployer::connect(side->node_url_, std::move(funder), kTimeout));
  side->deployer_ = std::make_unique<Deployer>(std::move(deployer));
  CLEARSPAN_TRY(const Artefact escrow, artefact(options.contracts_dir, "Escrow"));
  CLEARSPAN_TRY(side->escrow_, side->deployer_->deploy_escrow(escrow, {options.escrow_operator}, kTimeout));
  return side;
}

Result<Address> EvmSide::deploy_token(const std::string& name, const std::string& symbol, unsigned decimals) {
  CLEARSPAN_TRY(const Artefact token, artefact(contracts_dir_, "TestToken"));
  return deployer_->deploy_token(token, name, symbol, decimals, kTimeout);
}

Status EvmSide::fund(const ethereum::Grants& native) {
  return deployer_->fund(native, kTimeout);
}

Status EvmSide::mint(const Address& token, const ethereum::Grants& grants) {
  return deployer_->mint(token, grants, kTimeout);
}

Result<Deployer> EvmSide::approve(const crypto::SecretKey& owner, const Address& token, const Amount& amount) {
  CLEARSPAN_TRY(Deployer hand, Deployer::connect(node_url_, owner.clone(), kTimeout));
  CLEARSPAN_CHECK_OK(hand.approve(token, escrow_, amount, kTimeout));
  return hand;
}

}  // namespace clearspan::tools
