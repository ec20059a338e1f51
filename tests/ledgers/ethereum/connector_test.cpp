// The connector against a real node: sequence numbers, deadlines, reorganisations, finality, configuration.
#include "ledgers/ethereum/connector.hpp"

#include <thread>

#include "tests/ledgers/ethereum/escrow_world.hpp"

namespace clearspan::ethereum::testing {
namespace {

const Address kNative{};

class EvmConnectorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CLEARSPAN_NEEDS_ANVIL();
    world = std::make_unique<EscrowWorld>();
    for (const char* name : {"alice", "operator", "exchanger"}) world->person(name);
    connector = world->connect(world->options());
  }

  // From here on a block comes only when the test mines it.
  void hold_back() { world->node.call("evm_setAutomine", "[false]"); }

  Movement movement(std::uint8_t trade, MovementKind kind, const std::string& asset, std::uint64_t amount,
                    const std::string& from) {
    Movement made;
    made.ref = ref(trade);
    made.kind = kind;
    made.asset = {asset};
    made.amount = Amount(amount);
    made.from = account_of(address_of_name(from));
    made.to = account_of(world->payee);
    made.not_after = kNever;
    made.reclaim_after = kNever;
    return made;
  }

  SignedTxn sign(const std::vector<Movement>& movements, Sequence sequence, std::uint32_t fee_step) {
    const AccountId signer =
        movements.empty() ? account_of(address_of_name("exchanger")) : connector->signer_of(movements.front()).value();
    auto txn = connector->sign({signer, sequence, kNever, fee_step, movements});
    EXPECT_TRUE(txn.ok()) << describe(txn.error());
    return txn.value();
  }

  Sequence next(const AccountId& account) { return connector->next_sequence(account, kTimeout).value(); }

  VerifiedBlock newest() {
    const Height latest = connector->tip(kTimeout).value().latest;
    return connector->decoder().decode(connector->block(latest, kTimeout).value()).value();
  }

  // Submits and returns the block that the node makes of it at once.
  VerifiedBlock run(const SignedTxn& txn) {
    const Height before = connector->tip(kTimeout).value().latest;
    const Status sent = connector->submit(txn, kTimeout);
    EXPECT_TRUE(sent.ok()) << describe(sent.error());
    connector->wait_for_block(before, kTimeout);
    return newest();
  }

  VerifiedBlock run(const std::vector<Movement>& movements) {
    const AccountId signer = connector->signer_of(movements.front()).value();
    return run(sign(movements, next(signer), 0));
  }

  std::unique_ptr<EscrowWorld> world;
  std::unique_ptr<EvmConnector> connector;
};

TEST_F(EvmConnectorTest, chooses_the_signer_by_who_gives_the_value) {
  const AccountId exchanger = account_of(address_of_name("exchanger"));
  const AccountId operator_account = account_of(address_of_name("operator"));
  const auto signer = [&](MovementKind kind, const char* asset, const char* from) {
    return connector->signer_of(movement(1, kind, asset, 5, from));
  };
  EXPECT_EQ(signer(MovementKind::payment, "ETH", "exchanger").value(), exchanger);
  EXPECT_EQ(signer(MovementKind::hold, "ETH", "exchanger").value(), exchanger);
  EXPECT_EQ(signer(MovementKind::hold, "TST", "exchanger").value(), exchanger);
  EXPECT_EQ(signer(MovementKind::hold, "TST", "alice").value(), operator_account);
  EXPECT_EQ(signer(MovementKind::release, "ETH", "alice").value(), operator_account);
  EXPECT_EQ(signer(MovementKind::refund, "TST", "alice").value(), operator_account);
  EXPECT_EQ(signer(MovementKind::hold, "ETH", "alice").error().code, ErrorCode::unknown_account);
  EXPECT_EQ(signer(MovementKind::payment, "TST", "alice").error().code, ErrorCode::unknown_account);
}

TEST_F(EvmConnectorTest, refuses_to_sign_what_the_contract_could_not_carry_out) {
  const AccountId exchanger = account_of(address_of_name("exchanger"));
  const auto code = [&](const Movement& bad) {
    return connector->sign({exchanger, {}, kNever, 0, {bad}}).error().code;
  };
  const Movement good = movement(1, MovementKind::payment, "ETH", 5, "exchanger");
  Movement bad = good;
  bad.amount = Amount(0);
  EXPECT_EQ(code(bad), ErrorCode::movement_rejected);
  bad = good;
  bad.asset = {"XYZ"};
  EXPECT_EQ(code(bad), ErrorCode::unknown_asset);
  bad = good;
  bad.to = account_of(world->escrow);
  EXPECT_EQ(code(bad), ErrorCode::movement_rejected);
  bad = good;
  bad.to = {"bob"};
  EXPECT_EQ(code(bad), ErrorCode::unknown_account);
  EXPECT_EQ(code(movement(1, MovementKind::release, "ETH", 5, "alice")), ErrorCode::movement_rejected);
  const std::vector<Movement> many(33, good);
  EXPECT_EQ(connector->sign({exchanger, {}, kNever, 0, many}).error().code, ErrorCode::movement_rejected);
}

TEST_F(EvmConnectorTest, a_hold_of_tokens_goes_through_the_payers_allowance) {
  auto& alice = world->person("alice");
  ASSERT_TRUE(alice.approve(world->token, world->escrow, Amount(500), kTimeout).ok());
  const VerifiedBlock block =
      run({movement(1, MovementKind::hold, "TST", 500, "alice"), movement(2, MovementKind::hold, "TST", 1, "alice")});
  ASSERT_EQ(block.outcomes.size(), 2u);
  EXPECT_TRUE(block.outcomes[0].ok);
  EXPECT_EQ(block.outcomes[0].from, account_of(alice.account()));
  EXPECT_EQ(block.outcomes[1].reason, "TokenFailed");  // beyond the allowance
  EXPECT_EQ(block.outcomes[1].from, account_of(alice.account()));
  ASSERT_EQ(block.txns.size(), 1u);
  EXPECT_TRUE(block.txns[0].ok);
  EXPECT_EQ(block.txns[0].sender, account_of(address_of_name("operator")));
}

TEST_F(EvmConnectorTest, a_full_batch_of_the_dearest_movements_stays_within_its_gas) {
  const AccountId exchanger = account_of(address_of_name("exchanger"));
  ASSERT_TRUE(world->person("exchanger").approve(world->token, world->escrow, Amount(100'000), kTimeout).ok());
  for (const char* asset : {"TST", "ETH"}) {
    for (const MovementKind kind : {MovementKind::hold, MovementKind::payment}) {
      std::vector<Movement> movements;
      for (std::uint8_t i = 0; i < kMovementsPerTxnMax; ++i) {
        movements.push_back(movement(static_cast<std::uint8_t>(i + 1), kind, asset, i + 1u, "exchanger"));
        movements.back().ref.bytes[0] = asset[0] == 'T' ? 1 : 2;
        // New accounts are the dearest to pay.
        Address to = world->payee;
        to.bytes[0] = static_cast<std::uint8_t>(i + 1);
        to.bytes[1] = static_cast<std::uint8_t>(asset[0] + static_cast<int>(kind));
        movements.back().to = account_of(to);
      }
      const VerifiedBlock block = run(movements);
      ASSERT_EQ(block.outcomes.size(), kMovementsPerTxnMax);
      // A trade cites four txns: two holds and their ends, or one and a payment. Its bundle stays below 64 KiB.
      ASSERT_EQ(block.proofs.size(), 1u);
      EXPECT_LT(block.proofs[0].proof.size(), 14u * 1024);
      for (const Outcome& outcome : block.outcomes) EXPECT_TRUE(outcome.ok) << outcome.reason;
      const std::string receipt =
          world->node.call("eth_getTransactionReceipt", params({quote(to_hex_prefixed(block.txns.at(0).id.view()))}));
      const std::string txn =
          world->node.call("eth_getTransactionByHash", params({quote(to_hex_prefixed(block.txns.at(0).id.view()))}));
      const auto number = [](const std::string& json, const char* key) {
        const std::size_t at = json.find(std::string("\"") + key + "\":\"") + std::string(key).size() + 4;
        return read_quantity_u64(json.substr(at, json.find('"', at) - at)).value();
      };
      const std::uint64_t used = number(receipt, "gasUsed");
      const std::uint64_t limit = number(txn, "gas");
      RecordProperty(std::string("gas_per_") + asset + "_" + std::string(to_string(kind)),
                     std::to_string(used / kMovementsPerTxnMax));
      EXPECT_LT(used + used / 4, limit);
      EXPECT_LT(limit, 1u << 24);
    }
  }
  EXPECT_EQ(next(exchanger).value, 5u);
}

TEST_F(EvmConnectorTest, payees_that_burn_all_gas_starve_no_release_within_the_budget) {
  const Address greedy = world->deploy("GreedyPayee");
  std::vector<Movement> releases;
  for (std::uint8_t trade = 1; trade <= 6; ++trade) {
    HoldItem item = world->item(trade, kNative, 10);
    if (trade < 6) item.payee = greedy;
    releases.push_back(movement(trade, MovementKind::release, "ETH", 10, "alice"));
    releases.back().hold_key = world->place(world->person("alice"), item).hold_key;
  }
  const VerifiedBlock block = run(releases);
  ASSERT_EQ(block.outcomes.size(), 6u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(block.outcomes[i].reason, "SendFailed");
  EXPECT_TRUE(block.outcomes[5].ok) << block.outcomes[5].reason;
}

TEST_F(EvmConnectorTest, a_higher_fee_replaces_the_txn_at_the_same_number) {
  hold_back();
  const Movement payment = movement(1, MovementKind::payment, "ETH", 5, "exchanger");
  const Sequence sequence = next(payment.from);
  const SignedTxn first = sign({payment}, sequence, 0);
  const SignedTxn second = sign({payment}, sequence, 1);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(sign({payment}, sequence, 0), first);
  ASSERT_TRUE(connector->submit(first, kTimeout).ok());
  ASSERT_TRUE(connector->submit(first, kTimeout).ok());  // again, while it waits
  const Status replaced = connector->submit(second, kTimeout);
  ASSERT_TRUE(replaced.ok()) << describe(replaced.error());
  EXPECT_EQ(next(payment.from), sequence);  // what waits is not counted
  world->node.mine(1);
  const VerifiedBlock block = newest();
  ASSERT_EQ(block.txns.size(), 1u);
  EXPECT_EQ(block.txns[0].id, second.id);
  EXPECT_EQ(block.txns[0].sequence, sequence);
  ASSERT_EQ(block.outcomes.size(), 1u);
  EXPECT_FALSE(connector->submit(first, kTimeout).ok());  // its number is used up: it is dead
  EXPECT_TRUE(connector->submit(second, kTimeout).ok());
  EXPECT_EQ(next(payment.from), sequence.plus(1));
}

TEST_F(EvmConnectorTest, an_empty_txn_takes_a_number_out_of_use) {
  hold_back();
  const Movement payment = movement(1, MovementKind::payment, "ETH", 5, "exchanger");
  const Sequence sequence = next(payment.from);
  const SignedTxn stuck = sign({payment}, sequence, 0);
  const SignedTxn empty = sign({}, sequence, 1);
  EXPECT_EQ(empty.not_after, kNever);
  ASSERT_TRUE(connector->submit(stuck, kTimeout).ok());
  ASSERT_TRUE(connector->submit(empty, kTimeout).ok());
  world->node.mine(1);
  const VerifiedBlock block = newest();
  EXPECT_TRUE(block.outcomes.empty());
  ASSERT_EQ(block.txns.size(), 1u);  // although it does not call the contract
  EXPECT_EQ(block.txns[0].id, empty.id);
  EXPECT_EQ(block.txns[0].sender, payment.from);
}

TEST_F(EvmConnectorTest, a_payment_that_waits_beyond_its_deadline_has_no_effect) {
  hold_back();
  Movement payment = movement(1, MovementKind::payment, "ETH", 5, "exchanger");
  payment.not_after = LedgerTime{world->node.time() + 50};
  const SignedTxn txn = sign({payment}, next(payment.from), 0);
  ASSERT_TRUE(connector->submit(txn, kTimeout).ok());
  world->node.set_next_time(payment.not_after.value + 1);
  world->node.mine(1);
  const VerifiedBlock block = newest();
  EXPECT_GT(block.time, payment.not_after);
  ASSERT_EQ(block.outcomes.size(), 1u);
  EXPECT_FALSE(block.outcomes[0].ok);
  EXPECT_EQ(block.outcomes[0].reason, "TooLate");
  EXPECT_EQ(world->balance(kNative, world->payee), Amount(0));
}

TEST_F(EvmConnectorTest, the_deadline_of_the_request_binds_what_the_movements_leave_open) {
  const Movement payment = movement(1, MovementKind::payment, "ETH", 5, "exchanger");
  const LedgerTime past{world->node.time() - 1};
  const SignedTxn txn = connector->sign({payment.from, next(payment.from), past, 0, {payment}}).value();
  EXPECT_EQ(txn.not_after, kNever);  // it uses up its number however late it comes
  const VerifiedBlock block = run(txn);
  ASSERT_EQ(block.outcomes.size(), 1u);
  EXPECT_EQ(block.outcomes[0].reason, "TooLate");
}

TEST_F(EvmConnectorTest, a_txn_that_fails_as_a_whole_is_reported_without_outcomes) {
  auto& exchanger = world->person("exchanger");
  const Bytes call = encode_pay({ref(1), kNative, Amount(5), world->payee, kNever.value});
  const auto sent = exchanger.send({{world->escrow, Amount(5), call, 30'000}}, kTimeout);  // too little gas
  ASSERT_TRUE(sent.ok());
  ASSERT_FALSE(sent->front().ok);
  const VerifiedBlock block = newest();
  EXPECT_TRUE(block.outcomes.empty());
  ASSERT_EQ(block.txns.size(), 1u);
  EXPECT_EQ(block.txns[0].id, sent->front().id);
  EXPECT_FALSE(block.txns[0].ok);
}

TEST_F(EvmConnectorTest, a_deposit_of_an_unknown_token_is_seen_and_sent_back) {
  auto& alice = world->person("alice");
  const Address odd = world->deploy("SilentToken");
  world->run_to(alice, odd, encode_mint(alice.account(), Amount(100)));
  const Outcome hold = world->place(alice, world->item(1, odd, 100));
  EXPECT_EQ(hold.asset.text, to_text(odd));
  Movement refund = movement(1, MovementKind::refund, hold.asset.text, 100, "alice");
  refund.hold_key = hold.hold_key;
  const VerifiedBlock block = run({refund});
  ASSERT_EQ(block.outcomes.size(), 1u);
  EXPECT_TRUE(block.outcomes[0].ok);
  EXPECT_EQ(block.outcomes[0].asset.text, to_text(odd));
  const Height latest = connector->tip(kTimeout).value().latest;
  EXPECT_EQ(connector->balance(account_of(alice.account()), hold.asset, latest, kTimeout).value(), Amount(100));
}

TEST_F(EvmConnectorTest, a_reorganisation_gives_other_blocks_at_the_same_heights) {
  const VerifiedBlock before = run({movement(1, MovementKind::payment, "ETH", 5, "exchanger")});
  ASSERT_EQ(before.outcomes.size(), 1u);
  world->node.mine(1);
  world->node.reorganise(2);
  const auto raw = connector->block(before.height, kTimeout);
  ASSERT_TRUE(raw.ok()) << describe(raw.error());
  const VerifiedBlock after = connector->decoder().decode(*raw).value();
  EXPECT_NE(after.hash, before.hash);
  EXPECT_EQ(after.parent, before.parent);
  EXPECT_TRUE(after.outcomes.empty());
}

TEST_F(EvmConnectorTest, counts_confirmations_from_the_newest_block) {
  world->node.mine(10);
  const Tip tip = connector->tip(kTimeout).value();
  EXPECT_EQ(tip.latest.value, tip.final_height.value + 2);
  EvmOptions options = world->options();
  options.finality.confirmations = 1000;
  EXPECT_EQ(world->connect(options)->tip(kTimeout).value().final_height.value, 0u);
}

TEST(EvmFinality, follows_the_finalized_tag_where_it_is_asked_for) {
  CLEARSPAN_NEEDS_ANVIL();
  EscrowWorld world({"--slots-in-an-epoch", "3"});
  EvmOptions options = world.options();
  options.finality.policy = Finality::Policy::finalized_tag;
  const auto connector = world.connect(options);
  EXPECT_EQ(connector->tip(kTimeout).value().final_height.value, 0u);
  world.node.mine(20);
  const Tip tip = connector->tip(kTimeout).value();
  EXPECT_EQ(tip.latest.value, tip.final_height.value + 6);  // anvil: two epochs behind
}

TEST_F(EvmConnectorTest, checks_the_chain_and_the_contracts_code) {
  EXPECT_TRUE(connector->check(kTimeout).ok());
  const auto field = [&](const EvmOptions& options) {
    const Status status = world->connect(options)->check(kTimeout);
    return status.ok() ? std::string("ok") : status.error().field;
  };
  EvmOptions options = world->options();
  options.chain_id = 1;
  EXPECT_EQ(field(options), "chain_id");
  options = world->options();
  options.escrow = world->payee;
  EXPECT_EQ(field(options), "escrow");
  options.escrow = world->token;
  EXPECT_EQ(field(options), "escrow");
  options = world->options();
  options.escrow_code_hash = Hash32{{1}};
  EXPECT_EQ(field(options), "escrow");
}

TEST_F(EvmConnectorTest, a_txn_for_another_chain_is_refused_by_the_node) {
  EvmOptions options = world->options();
  options.chain_id = 1;
  const auto foreign = world->connect(options);
  const Movement payment = movement(1, MovementKind::payment, "ETH", 5, "exchanger");
  const auto txn = foreign->sign({payment.from, next(payment.from), kNever, 0, {payment}});
  EXPECT_FALSE(foreign->submit(txn.value(), kTimeout).ok());
}

TEST_F(EvmConnectorTest, hears_of_a_block_through_the_websocket) {
  EvmOptions options = world->options();
  options.heads_url = world->node.heads_url();
  options.block_interval = Millis{60'000};  // so that polling cannot be what finds it
  options.poll_interval = Millis{60'000};
  const auto listening = world->connect(options);
  const Height latest = listening->tip(kTimeout).value().latest;
  listening->wait_for_block(latest, Millis{300});  // subscribes
  std::thread later([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    world->node.mine(1);
  });
  const auto start = std::chrono::steady_clock::now();
  listening->wait_for_block(latest, Millis{20'000});
  later.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(listening->tip(kTimeout).value().latest, latest.plus(1));
}

TEST_F(EvmConnectorTest, polls_where_there_is_no_websocket) {
  EvmOptions options = world->options();
  options.heads_url = "ws://127.0.0.1:1";  // nobody listens there
  options.poll_interval = Millis{20};
  const auto polling = world->connect(options);
  const Height latest = polling->tip(kTimeout).value().latest;
  std::thread later([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    world->node.mine(1);
  });
  const auto start = std::chrono::steady_clock::now();
  polling->wait_for_block(latest, Millis{20'000});
  later.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(EvmOptionsTest, refuses_settings_that_cannot_work) {
  EvmOptions good;
  good.ledger = {"evm"};
  good.chain_id = 1;
  good.endpoints = {"http://127.0.0.1:8545"};
  good.escrow.bytes[0] = 1;
  ASSERT_TRUE(check_options(good).ok());
  const auto field = [](const EvmOptions& options) { return check_options(options).error().field; };
  const auto with = [&](auto change) {
    EvmOptions options = good;
    change(options);
    return field(options);
  };
  EXPECT_EQ(with([](EvmOptions& o) { o.chain_id = 0; }), "chain_id");
  EXPECT_EQ(with([](EvmOptions& o) { o.endpoints.clear(); }), "endpoints");
  EXPECT_EQ(with([](EvmOptions& o) { o.endpoints = {"ftp://x"}; }), "endpoints");
  EXPECT_EQ(with([](EvmOptions& o) { o.endpoints = {"ws://127.0.0.1:1"}; }), "endpoints");
  EXPECT_EQ(with([](EvmOptions& o) { o.endpoints.push_back(o.endpoints[0]); }), "endpoints");
  EXPECT_EQ(with([](EvmOptions& o) { o.agreement_min = 0; }), "agreement_min");
  EXPECT_EQ(with([](EvmOptions& o) { o.agreement_min = 2; }), "agreement_min");
  EXPECT_EQ(with([](EvmOptions& o) { o.heads_url = "http://127.0.0.1:1"; }), "heads_url");
  EXPECT_EQ(with([](EvmOptions& o) { o.escrow = {}; }), "escrow");
  EXPECT_EQ(with([](EvmOptions& o) { o.movements_per_txn_max = 17; }), "movements_per_txn_max");
  EXPECT_EQ(with([](EvmOptions& o) { o.assets = {{{"A"}, 0, {}}, {{"A"}, 0, Address{{1}}}}; }), "assets");
  EXPECT_EQ(with([](EvmOptions& o) { o.assets = {{{"A"}, 0, {}}, {{"B"}, 0, {}}}; }), "assets");
}

}  // namespace
}  // namespace clearspan::ethereum::testing
