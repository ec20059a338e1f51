// One node with the escrow contract, a token, and people: what the contract's and the connector's tests play in. Every
// effect is read through the connector from verified blocks.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ledgers/ethereum/connector.hpp"
#include "ledgers/ethereum/deployment.hpp"
#include "ledgers/ethereum/escrow_contract.hpp"
#include "ledgers/ethereum/token_contract.hpp"
#include "tests/ledgers/ethereum/anvil_node.hpp"

#define CLEARSPAN_NEEDS_ANVIL() \
  if (const char* missing = ::clearspan::ethereum::testing::missing_tools()) GTEST_SKIP() << missing

namespace clearspan::ethereum::testing {

inline constexpr Millis kTimeout{20'000};
inline constexpr std::uint64_t kChain = 31337;
inline const EngineTag kEngine{{'e', 'n', 'g', 'i', 'n', 'e'}};
inline const Amount kEther{1'000'000'000'000'000'000};

// A key that is the same in every run.
crypto::SecretKey key_of(const std::string& name);
Address address_of_name(const std::string& name);

// The ref of leg 0 of a trade with that number.
OperationRef ref(std::uint8_t trade);

class EscrowWorld {
 public:
  explicit EscrowWorld(const std::vector<std::string>& anvil_arguments = {});

  // An account with coins and a way to send from it.
  Deployer& person(const std::string& name);

  // Sends one call and returns the outcomes of its block's txn with that id; fails the test when the txn did not
  // succeed.
  std::vector<Outcome> run(Deployer& from, const Bytes& data, const Amount& value = Amount());
  std::vector<Outcome> run_to(Deployer& from, const Address& to, const Bytes& data, const Amount& value = Amount());

  // The name of the error that the call would revert with; "ok" when it would not.
  std::string refusal(Deployer& from, const Bytes& data, const Amount& value = Amount());

  Amount balance(const Address& token, const Address& account);
  Amount held(const Address& token);
  std::vector<Outcome> outcomes_of(const Deployer::Sent& sent);

  // Deploys a contract without constructor arguments, of tests/ledgers/ethereum/contracts.
  Address deploy(const std::string& contract);

  // A hold of `amount` by `payer`, placed by itself. In tokens it approves first.
  Outcome place(Deployer& payer, const HoldItem& item);

  HoldItem item(std::uint8_t trade, const Address& token, std::uint64_t amount) const;

  // A connector with the keys of "operator" and "exchanger". The caller may change the options first.
  EvmOptions options() const;
  std::unique_ptr<EvmConnector> connect(EvmOptions options) const;

  AnvilNode node;
  Address escrow;
  Address token;  // TestToken; everybody made by person() has 1,000,000 of it
  Address payer;  // "alice"
  Address payee;  // "bob"

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Deployer>>> people_;
  std::unique_ptr<EvmConnector> connector_;
};

}  // namespace clearspan::ethereum::testing
