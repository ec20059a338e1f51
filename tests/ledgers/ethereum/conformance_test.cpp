// The suite that every connector passes, over a token on nodes of several forks.
#include "tests/ledgers/conformance.hpp"

#include "ledgers/ethereum/proof.hpp"
#include "tests/ledgers/ethereum/escrow_world.hpp"

namespace clearspan::conformance {
namespace {

namespace evm = clearspan::ethereum::testing;

class EvmWorld final : public World {
 public:
  explicit EvmWorld(const std::vector<std::string>& arguments, ethereum::FeeMarket market) : world_(arguments) {
    world_.person("operator");
    auto& exchanger = world_.person("exchanger");
    const Amount unlimited(U256(~U256(0)));
    EXPECT_TRUE(exchanger.approve(world_.token, world_.escrow, unlimited, evm::kTimeout).ok());
    world_.node.give(evm::address_of_name("poor"), evm::kEther);
    ethereum::EvmOptions options = world_.options();
    options.fees.market = market;
    ethereum::Keyring keyring;
    for (const char* name : {"operator", "exchanger", "poor"}) EXPECT_TRUE(keyring.add(evm::key_of(name)).ok());
    connector_ = ethereum::EvmConnector::make(std::move(options), std::move(keyring)).value();
    const Status checked = connector_->check(evm::kTimeout);
    EXPECT_TRUE(checked.ok()) << describe(checked.error());
  }

  Connector& connector() override { return *connector_; }

  [[nodiscard]] EngineTag engine() const override { return evm::kEngine; }

  [[nodiscard]] AssetId asset() const override { return {"TST"}; }

  [[nodiscard]] AccountId payer() const override { return ethereum::account_of(evm::address_of_name("exchanger")); }

  [[nodiscard]] AccountId payee() const override { return ethereum::account_of(world_.payee); }

  [[nodiscard]] AccountId poor() const override { return ethereum::account_of(evm::address_of_name("poor")); }

  [[nodiscard]] CheckBlockProof check() const override { return ethereum::check_block_proof; }

  void advance(std::uint64_t blocks) override {
    world_.node.call("evm_increaseTime", "[2]");
    world_.node.mine(blocks);
  }

 private:
  evm::EscrowWorld world_;
  std::unique_ptr<ethereum::EvmConnector> connector_;
};

std::unique_ptr<World> make_world(const std::string& fork, ethereum::FeeMarket market) {
  if (evm::missing_tools() != nullptr) return nullptr;
  return std::make_unique<EvmWorld>(std::vector<std::string>{"--hardfork", fork}, market);
}

ConformanceCase on_fork(const std::string& fork, ethereum::FeeMarket market) {
  return {fork, [fork, market] { return make_world(fork, market); }};
}

std::vector<ConformanceCase> cases() {
  if (evm::missing_tools() != nullptr) return {};
  return {on_fork("london", ethereum::FeeMarket::legacy), on_fork("paris", ethereum::FeeMarket::dynamic_fee),
          on_fork("osaka", ethereum::FeeMarket::dynamic_fee)};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Conformance);
INSTANTIATE_TEST_SUITE_P(evm, Conformance, testing::ValuesIn(cases()), name_of_case);

}  // namespace
}  // namespace clearspan::conformance
