// Two EVM nodes with different chain ids: native coin on the one, an ERC-20 token on the other, the escrow contract on
// both.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledgers/ethereum/connector.hpp"
#include "tools/clearspan/demo/evm_books.hpp"
#include "tools/clearspan/demo/evm_side.hpp"
#include "tools/clearspan/demo/world.hpp"

namespace clearspan::tools {

struct EvmWorldOptions {
  std::string endpoint_a;  // both empty: two local nodes are started
  std::string endpoint_b;
  std::string key_file;
  std::string contracts_dir;
};

class EvmWorld final : public DemoWorld {
 public:
  static Result<std::unique_ptr<EvmWorld>> make(const EvmWorldOptions& options);

  [[nodiscard]] std::string_view name() const override { return "two EVM nodes"; }

  [[nodiscard]] const EngineTag& engine_tag() const override { return tag_; }

  [[nodiscard]] std::vector<std::shared_ptr<Connector>> connectors() const override;
  [[nodiscard]] TimingPolicy timing() const override;
  [[nodiscard]] const Profile& profile_for(Misfortune misfortune) const override;
  [[nodiscard]] PaymentRequest payment(std::uint64_t number, Misfortune misfortune) const override;
  [[nodiscard]] PvpRequest pvp(std::uint64_t number) const override;
  Status deposit_wrong_asset(const Plan& plan) override;
  void stall_node(bool stalled) override;
  [[nodiscard]] Millis stall_needed() const override;

  [[nodiscard]] std::size_t in_flight_max() const override { return 250; }

  Result<std::vector<LedgerBooks>> read_books() override;

 private:
  // One chain, and the engine's and our own view of it.
  struct Side {
    std::unique_ptr<EvmSide> chain;
    std::vector<ethereum::EvmAsset> assets;
    std::shared_ptr<ethereum::EvmConnector> connector;
    std::unique_ptr<EvmBooks> books;  // of the node itself
  };

  EvmWorld() = default;

  Status make_people();
  Status open_side(Side& side, const std::string& endpoint, const EvmWorldOptions& options,
                   std::uint64_t local_chain_id);
  Status supply_a();
  Status supply_b();
  Status connect(Side& side, std::string_view ledger, const std::string& endpoint,
                 const std::vector<std::string>& engine_people);
  void make_profiles();
  [[nodiscard]] AccountId account_of(const std::string& person) const;

  EngineTag tag_;
  std::map<std::string, crypto::SecretKey> keys_;
  EvmPeople people_;
  Side a_;
  Side b_;
  std::unique_ptr<ethereum::Deployer> walk_in_;  // a payer that deposits by itself
  std::vector<Profile> profiles_;                // by Misfortune
};

}  // namespace clearspan::tools
