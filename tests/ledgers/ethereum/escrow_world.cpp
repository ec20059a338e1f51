#include "tests/ledgers/ethereum/escrow_world.hpp"

#include "codecs/crypto/keccak.hpp"

namespace clearspan::ethereum::testing {
namespace {

const Amount kTokens{1'000'000};

Artefact artefact(const std::string& contract) {
  return read_artefact("build/contracts/" + contract + ".json").value();
}

}  // namespace

crypto::SecretKey key_of(const std::string& name) {
  const Hash32 seed = crypto::keccak256(as_bytes("test key of " + name));
  return crypto::SecretKey(std::span<const std::uint8_t, 32>(seed.bytes));
}

Address address_of_name(const std::string& name) {
  return address_of_key(key_of(name)).value();
}

OperationRef ref(std::uint8_t trade) {
  TradeId id;
  id.bytes.back() = trade;
  return make_operation_ref(id, 0, kEngine);
}

EscrowWorld::EscrowWorld(const std::vector<std::string>& anvil_arguments)
    : node(anvil_arguments, kChain), payer(address_of_name("alice")), payee(address_of_name("bob")) {
  node.give(address_of_name("owner"), kEther);
  auto owner = Deployer::connect(node.url(), key_of("owner"), kTimeout).value();
  escrow = owner.deploy_escrow(artefact("Escrow"), {address_of_name("operator")}, kTimeout).value();
  token = owner.deploy_token(artefact("TestToken"), "Test Coin", "TST", 2, kTimeout).value();
  people_.emplace_back("owner", std::make_unique<Deployer>(std::move(owner)));
  connector_ = connect(options());
}

Deployer& EscrowWorld::person(const std::string& name) {
  for (auto& [known, deployer] : people_) {
    if (known == name) return *deployer;
  }
  node.give(address_of_name(name), kEther);
  auto deployer = std::make_unique<Deployer>(Deployer::connect(node.url(), key_of(name), kTimeout).value());
  EXPECT_TRUE(person("owner").mint(token, {{deployer->account(), kTokens}}, kTimeout).ok());
  people_.emplace_back(name, std::move(deployer));
  return *people_.back().second;
}

std::vector<Outcome> EscrowWorld::run(Deployer& from, const Bytes& data, const Amount& value) {
  return run_to(from, escrow, data, value);
}

std::vector<Outcome> EscrowWorld::run_to(Deployer& from, const Address& to, const Bytes& data, const Amount& value) {
  auto sent = from.send({{to, value, data, 8'000'000}}, kTimeout);
  if (!sent.ok()) {
    ADD_FAILURE() << describe(sent.error());
    return {};
  }
  EXPECT_TRUE(sent->front().ok) << "the txn failed";
  return outcomes_of(sent->front());
}

std::vector<Outcome> EscrowWorld::outcomes_of(const Deployer::Sent& sent) {
  auto raw = connector_->block(sent.height, kTimeout);
  if (!raw.ok()) {
    ADD_FAILURE() << describe(raw.error());
    return {};
  }
  auto block = connector_->decoder().decode(*raw);
  if (!block.ok()) {
    ADD_FAILURE() << describe(block.error());
    return {};
  }
  std::vector<Outcome> mine;
  for (const Outcome& outcome : block->outcomes) {
    if (outcome.position.txn == sent.id) mine.push_back(outcome);
  }
  return mine;
}

std::string EscrowWorld::refusal(Deployer& from, const Bytes& data, const Amount& value) {
  const std::string object = R"({"from":")" + to_text(from.account()) + R"(","to":")" + to_text(escrow) +
                             R"(","value":")" + to_quantity(value) + R"(","data":")" + to_hex_prefixed(data) + R"("})";
  auto result = from.rpc().call({"eth_call", params({object, quote("latest")})}, kTimeout);
  if (result.ok()) return "ok";
  for (const char* name :
       {"NotOwner", "NotOperator", "NotPayer", "NotSelf", "Reentered", "TooLate", "TooEarly", "ZeroAmount", "BadPayee",
        "WrongValue", "HoldNotOpen", "AlreadyPaid", "TokenFailed", "NothingReceived", "ReceivedLess", "SendFailed"}) {
    const abi::Selector selector = abi::selector_of(std::string(name) + "()");
    if (result.error().detail.find(to_hex(selector.view())) != std::string::npos) return name;
  }
  return result.error().detail;
}

Amount EscrowWorld::balance(const Address& of_token, const Address& account) {
  return read_balance(person("owner").rpc(), of_token, account, std::nullopt, kTimeout).value();
}

Amount EscrowWorld::held(const Address& of_token) {
  return read_total_held(person("owner").rpc(), escrow, of_token, std::nullopt, kTimeout).value();
}

Address EscrowWorld::deploy(const std::string& contract) {
  return person("owner").deploy(artefact(contract), {}, kTimeout).value();
}

HoldItem EscrowWorld::item(std::uint8_t trade, const Address& of_token, std::uint64_t amount) const {
  return {ref(trade), payer, of_token, Amount(amount), payee, kNever.value, kNever.value};
}

Outcome EscrowWorld::place(Deployer& from, const HoldItem& item) {
  std::vector<Outcome> outcomes;
  if (item.token.is_zero()) {
    outcomes = run(from, encode_hold(item), item.amount);
  } else {
    if (item.token == token) {
      EXPECT_TRUE(from.approve(token, escrow, item.amount, kTimeout).ok());
    }
    outcomes = run(from, encode_hold(item));
  }
  EXPECT_EQ(outcomes.size(), 1u);
  if (outcomes.empty()) return {};
  EXPECT_TRUE(outcomes[0].ok);
  EXPECT_EQ(outcomes[0].kind, MovementKind::hold);
  return outcomes[0];
}

EvmOptions EscrowWorld::options() const {
  EvmOptions options;
  options.movements_per_txn_max = kMovementsPerTxnMax;
  options.ledger = {"evm"};
  options.engine = kEngine;
  options.chain_id = kChain;
  options.endpoints = {node.url()};
  options.escrow = escrow;
  options.assets = {{{"ETH"}, 18, Address{}}, {{"TST"}, 2, token}};
  options.operators = {address_of_name("operator")};
  options.finality.confirmations = 2;
  options.block_interval = Millis{1000};
  return options;
}

std::unique_ptr<EvmConnector> EscrowWorld::connect(EvmOptions options) const {
  Keyring keyring;
  EXPECT_TRUE(keyring.add(key_of("operator")).ok());
  EXPECT_TRUE(keyring.add(key_of("exchanger")).ok());
  return EvmConnector::make(std::move(options), std::move(keyring)).value();
}

}  // namespace clearspan::ethereum::testing
