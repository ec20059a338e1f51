// Two EVM nodes with different chain ids: native coin on the one, an ERC-20 token on the other, the escrow contract on
// both. Everything is set up over standard JSON-RPC from one funded key.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledgers/ethereum/connector.hpp"
#include "ledgers/ethereum/deployment.hpp"
#include "tools/clearspan/demo/faulty_path.hpp"
#include "tools/clearspan/demo/local_node.hpp"
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
  // One chain: the node, the way to it, what was deployed there, and who is looked at when the books are read.
  struct Side {
    std::unique_ptr<LocalNode> node;
    std::string url;  // of the node itself
    std::unique_ptr<FaultyPath> path;
    std::unique_ptr<ethereum::Deployer> deployer;
    ethereum::Address escrow;
    std::vector<ethereum::EvmAsset> assets;
    std::shared_ptr<ethereum::EvmConnector> connector;
    std::unique_ptr<ethereum::EvmConnector> auditor;  // reads the node directly, for the books
    Height start;
    std::map<std::pair<AccountId, AssetId>, Amount> before;
    std::map<HoldKey, OperationRef> holds;  // seen while the books are read
  };

  EvmWorld() = default;

  Status make_people();
  Status open_side(Side& side, const std::string& endpoint, const EvmWorldOptions& options,
                   std::uint64_t local_chain_id);
  Status supply_a(const std::string& contracts_dir);
  Status supply_b(const std::string& contracts_dir);
  Status approve(Side& side, const std::string& person, const ethereum::Address& token);
  Status connect(Side& side, std::string_view ledger, const std::string& endpoint,
                 const std::vector<std::string>& engine_people);
  Status note_balances(Side& side);
  void make_profiles();
  Result<LedgerBooks> books_of(Side& side);
  Status count_block(Side& side, Height height, LedgerBooks& books, std::map<AccountId, Amount>& fees);
  [[nodiscard]] AccountId account_of(const std::string& person) const;

  EngineTag tag_;
  std::map<std::string, crypto::SecretKey> keys_;
  std::map<std::string, ethereum::Address> people_;
  Side a_;
  Side b_;
  std::unique_ptr<ethereum::Deployer> walk_in_;  // a payer that deposits by itself
  std::vector<Profile> profiles_;                // by Misfortune
};

}  // namespace clearspan::tools
