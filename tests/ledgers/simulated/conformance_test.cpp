// Both connectors of the simulated ledger do what every connector must do.
#include "tests/ledgers/conformance.hpp"

#include "codecs/simulated/proof.hpp"
#include "ledgers/simulated/http_connector.hpp"
#include "ledgers/simulated/service.hpp"
#include "tests/ledgers/simulated/world.hpp"

namespace clearspan::conformance {
namespace {

namespace sim = simulated::testing;

class SimulatedWorld : public World {
 public:
  SimulatedWorld() : SimulatedWorld(sim::test_genesis()) {}

  [[nodiscard]] EngineTag engine() const override { return sim::test_engine(); }

  [[nodiscard]] AssetId asset() const override { return sim::kAsset; }

  [[nodiscard]] AccountId payer() const override { return sim::kAlice; }

  [[nodiscard]] AccountId payee() const override { return sim::kBob; }

  [[nodiscard]] AccountId poor() const override { return sim::kCarol; }

  [[nodiscard]] CheckBlockProof check() const override { return simulated::check_block_proof; }

  void advance(std::uint64_t blocks) override {
    for (std::uint64_t i = 0; i < blocks; ++i) ledger_->produce();
  }

 protected:
  explicit SimulatedWorld(const simulated::Genesis& genesis)
      : ledger_(std::make_shared<simulated::Ledger>(genesis, clock_, 1)),
        options_(simulated::options_for(genesis, sim::test_engine())),
        keys_(sim::keys_of({sim::kAlice, sim::kCarol, sim::kOperator})) {}

  SystemClock clock_;
  std::shared_ptr<simulated::Ledger> ledger_;
  simulated::ConnectorOptions options_;
  std::shared_ptr<const simulated::Keyring> keys_;
};

class InProcessWorld final : public SimulatedWorld {
 public:
  Connector& connector() override { return connector_; }

 private:
  simulated::InProcessConnector connector_{ledger_, options_, keys_};
};

// The same ledger behind its node, on a port of loopback.
class HttpWorld final : public SimulatedWorld {
 public:
  Connector& connector() override { return *connector_; }

 private:
  std::unique_ptr<simulated::LedgerService> service_ = simulated::LedgerService::start(ledger_, "127.0.0.1", 0).value();
  std::unique_ptr<simulated::HttpConnector> connector_ =
      simulated::HttpConnector::make("http://127.0.0.1:" + std::to_string(service_->port()), options_, keys_).value();
};

INSTANTIATE_TEST_SUITE_P(simulated, Conformance,
                         testing::Values(ConformanceCase{"in_process",
                                                         [] { return std::make_unique<InProcessWorld>(); }},
                                         ConformanceCase{"http", [] { return std::make_unique<HttpWorld>(); }}),
                         name_of_case);

}  // namespace
}  // namespace clearspan::conformance
