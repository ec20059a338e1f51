// Tokens and payees that misbehave: the escrow contract counts what arrived, and one bad item harms no other.
#include "tests/ledgers/ethereum/escrow_world.hpp"

namespace clearspan::ethereum::testing {
namespace {

const Address kNative{};

class EscrowOddTokens : public ::testing::Test {
 protected:
  void SetUp() override {
    CLEARSPAN_NEEDS_ANVIL();
    world = std::make_unique<EscrowWorld>();
    alice = &world->person("alice");
    operator_ = &world->person("operator");
    exchanger = &world->person("exchanger");
  }

  // An odd token of which alice and the exchanger have 10,000.
  Address make_token(const std::string& contract) {
    const Address token = world->deploy(contract);
    for (Deployer* person : {alice, exchanger}) {
      world->run_to(*person, token, encode_mint(person->account(), Amount(10'000)));
    }
    return token;
  }

  void set(const Address& contract, const std::string& signature, bool value) {
    abi::Words words;
    words.boolean(value);
    world->run_to(*alice, contract, abi::encode_call(abi::selector_of(signature), {abi::static_argument(words)}));
  }

  Bytes release(const Outcome& hold) { return encode_end(MovementKind::release, {hold.ref, hold.hold_key}); }

  std::unique_ptr<EscrowWorld> world;
  Deployer* alice = nullptr;
  Deployer* operator_ = nullptr;
  Deployer* exchanger = nullptr;
};

TEST_F(EscrowOddTokens, a_token_with_a_fee_is_held_and_released_at_what_arrived) {
  const Address token = make_token("FeeToken");
  const Outcome hold = world->place(*alice, world->item(1, token, 1000));
  EXPECT_EQ(hold.amount, Amount(990));
  EXPECT_EQ(hold.asset.text, to_text(token));  // nobody configured it, and it is seen all the same
  EXPECT_EQ(world->held(token), Amount(990));
  EXPECT_EQ(world->balance(token, world->escrow), Amount(990));
  const auto outcomes = world->run(*operator_, release(hold));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].amount, Amount(981));
  EXPECT_EQ(world->balance(token, world->payee), Amount(981));
  EXPECT_EQ(world->held(token), Amount(0));
}

TEST_F(EscrowOddTokens, a_payment_that_would_arrive_short_does_not_happen) {
  const Address token = make_token("FeeToken");
  EXPECT_EQ(world->refusal(*exchanger, encode_pay({ref(1), token, Amount(1000), world->payee, kNever.value})),
            "ReceivedLess");
}

TEST_F(EscrowOddTokens, a_token_that_answers_false_moves_nothing_and_its_hold_stays_open) {
  const Address token = make_token("FalseToken");
  const Outcome hold = world->place(*alice, world->item(1, token, 1000));
  set(token, "setClosed(bool)", true);
  EXPECT_EQ(world->refusal(*alice, encode_hold(world->item(2, token, 5))), "TokenFailed");
  EXPECT_EQ(world->refusal(*exchanger, encode_pay({ref(3), token, Amount(5), world->payee, kNever.value})),
            "TokenFailed");
  EXPECT_EQ(world->refusal(*operator_, release(hold)), "TokenFailed");
  const auto failed = world->run(*operator_, encode_batch({{}, {{ref(1), hold.hold_key}}, {}, {}}));
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_FALSE(failed[0].ok);
  EXPECT_EQ(failed[0].kind, MovementKind::release);
  EXPECT_EQ(failed[0].hold_key, hold.hold_key);
  EXPECT_EQ(failed[0].from, account_of(world->payer));
  EXPECT_EQ(failed[0].reason, "TokenFailed");
  EXPECT_EQ(world->held(token), Amount(1000));
  set(token, "setClosed(bool)", false);
  EXPECT_TRUE(world->run(*operator_, release(hold)).at(0).ok);
}

TEST_F(EscrowOddTokens, a_token_that_answers_nothing_is_a_token) {
  const Address token = make_token("SilentToken");
  const Outcome hold = world->place(*alice, world->item(1, token, 1000));
  EXPECT_TRUE(world->run(*operator_, release(hold)).at(0).ok);
  const auto paid = world->run(*exchanger, encode_pay({ref(2), token, Amount(5), world->payee, kNever.value}));
  EXPECT_EQ(paid.at(0).amount, Amount(5));
  EXPECT_EQ(world->balance(token, world->payee), Amount(1005));
}

TEST_F(EscrowOddTokens, a_token_that_moves_nothing_or_does_not_exist_is_refused) {
  const Address liar = make_token("LyingToken");
  EXPECT_EQ(world->refusal(*alice, encode_hold(world->item(1, liar, 5))), "NothingReceived");
  EXPECT_EQ(world->refusal(*exchanger, encode_pay({ref(1), liar, Amount(5), world->payee, kNever.value})),
            "NothingReceived");
  EXPECT_EQ(world->refusal(*alice, encode_hold(world->item(1, address_of_name("nobody"), 5))), "TokenFailed");
}

TEST_F(EscrowOddTokens, nothing_comes_back_in_from_the_middle_of_a_transfer) {
  const Address token = make_token("ReentrantToken");
  const Outcome victim = world->place(*alice, world->item(1, kNative, 500));
  // The token may end holds, so that nothing but the lock stands in its way.
  world->run(world->person("owner"), encode_set_operator(token, true));
  const Bytes attack = release(victim);
  const Bytes prepare = abi::encode_call(
      abi::selector_of("prepare(address,bytes)"),
      {abi::static_argument(abi::Words{}.address(world->escrow)), abi::string_argument(as_text(attack))});
  world->run_to(*alice, token, prepare);
  world->place(*alice, world->item(2, token, 100));
  EXPECT_EQ(world->held(kNative), Amount(500));
  auto succeeded = world->person("owner").rpc().call_text(
      {"eth_call",
       params({call_object(token, abi::encode_call(abi::selector_of("succeeded()"), {})), quote("latest")})},
      kTimeout);
  EXPECT_EQ(read_data(succeeded.value()).value(), Bytes(32, 0));
}

TEST_F(EscrowOddTokens, a_failing_item_of_a_batch_fails_alone) {
  const Address closed = world->deploy("ClosedPayee");
  const Address greedy = world->deploy("GreedyPayee");
  HoldItem to_closed = world->item(3, kNative, 30);
  to_closed.payee = closed;
  HoldItem to_greedy = world->item(4, kNative, 40);
  to_greedy.payee = greedy;
  const Outcome ended = world->place(*alice, world->item(1, kNative, 10));
  const Outcome good = world->place(*alice, world->item(2, kNative, 20));
  const Outcome refused = world->place(*alice, to_closed);
  const Outcome drained = world->place(*alice, to_greedy);
  world->run(*operator_, release(ended));
  Batch batch;
  for (const Outcome& hold : {ended, refused, drained, good}) batch.releases.push_back({hold.ref, hold.hold_key});
  batch.refunds.push_back({ref(7), HoldKey{{1}}});
  const auto outcomes = world->run(*operator_, encode_batch(batch));
  ASSERT_EQ(outcomes.size(), 5u);
  EXPECT_EQ(outcomes[0].reason, "HoldNotOpen");
  EXPECT_EQ(outcomes[1].reason, "SendFailed");
  EXPECT_EQ(outcomes[2].reason, "SendFailed");
  EXPECT_TRUE(outcomes[3].ok);
  EXPECT_EQ(outcomes[3].hold_key, good.hold_key);
  EXPECT_EQ(outcomes[4].reason, "HoldNotOpen");
  EXPECT_EQ(outcomes[4].ref, ref(7));
  EXPECT_EQ(world->held(kNative), Amount(70));
  set(closed, "setClosed(bool)", false);
  EXPECT_TRUE(world->run(*operator_, release(refused)).at(0).ok);
}

TEST_F(EscrowOddTokens, a_token_that_burns_all_gas_starves_no_other_item) {
  const Address token = make_token("GreedyToken");
  const Outcome trap = world->place(*alice, world->item(1, token, 10));
  const Outcome good = world->place(*alice, world->item(2, kNative, 20));
  world->run_to(*alice, token, abi::encode_call(abi::selector_of("arm()"), {}));
  const auto outcomes =
      world->run(*operator_, encode_batch({{}, {{ref(1), trap.hold_key}, {ref(2), good.hold_key}}, {}, {}}));
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].reason, "TokenFailed");
  EXPECT_TRUE(outcomes[1].ok);
}

TEST_F(EscrowOddTokens, a_batch_never_spends_more_than_its_call_brought_and_gives_the_rest_back) {
  world->place(*alice, world->item(9, kNative, 1000));  // others' coins that a payment must not touch
  Batch batch;
  for (std::uint8_t trade = 1; trade <= 3; ++trade) {
    batch.payments.push_back({ref(trade), kNative, Amount(trade * 100u), world->payee, kNever.value});
  }
  const auto outcomes = world->run(*exchanger, encode_batch(batch), Amount(450));
  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_TRUE(outcomes[0].ok);
  EXPECT_TRUE(outcomes[1].ok);
  EXPECT_EQ(outcomes[2].reason, "WrongValue");
  EXPECT_EQ(outcomes[2].from, account_of(exchanger->account()));
  EXPECT_EQ(world->balance(kNative, world->payee), Amount(300));
  EXPECT_EQ(world->balance(kNative, world->escrow), Amount(1000));
  EXPECT_EQ(world->held(kNative), Amount(1000));
}

TEST_F(EscrowOddTokens, a_strangers_failure_under_our_ref_is_not_reported) {
  Deployer& mallory = world->person("mallory");
  const PayItem pay{ref(1), kNative, Amount(5), world->payee, 1};  // too late by decades
  EXPECT_TRUE(world->run(mallory, encode_batch({{}, {}, {}, {pay}}), Amount(5)).empty());
  EXPECT_EQ(world->run(*exchanger, encode_batch({{}, {}, {}, {pay}}), Amount(5)).at(0).reason, "TooLate");
}

}  // namespace
}  // namespace clearspan::ethereum::testing
