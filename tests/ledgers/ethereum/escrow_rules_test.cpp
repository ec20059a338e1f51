// The rules of contracts/Escrow.sol on a real node: what each function does, and what it refuses.
#include "tests/ledgers/ethereum/escrow_world.hpp"

namespace clearspan::ethereum::testing {
namespace {

const Address kNative{};

class EscrowRules : public ::testing::Test {
 protected:
  void SetUp() override {
    CLEARSPAN_NEEDS_ANVIL();
    world = std::make_unique<EscrowWorld>();
    alice = &world->person("alice");
    operator_ = &world->person("operator");
    exchanger = &world->person("exchanger");
  }

  std::unique_ptr<EscrowWorld> world;
  Deployer* alice = nullptr;
  Deployer* operator_ = nullptr;
  Deployer* exchanger = nullptr;
};

TEST_F(EscrowRules, a_hold_is_released_to_its_payee_once) {
  for (const Address& token : {kNative, world->token}) {
    const Outcome hold = world->place(*alice, world->item(1, token, 500));
    EXPECT_EQ(hold.ref, ref(1));
    EXPECT_EQ(hold.asset.text, token.is_zero() ? "ETH" : "TST");
    EXPECT_EQ(hold.amount, Amount(500));
    EXPECT_EQ(hold.from, account_of(world->payer));
    EXPECT_EQ(hold.to, account_of(world->payee));
    EXPECT_EQ(hold.reclaim_after, kNever);
    EXPECT_EQ(world->held(token), Amount(500));
    EXPECT_EQ(world->balance(token, world->escrow), Amount(500));

    const Bytes release = encode_end(MovementKind::release, {ref(1), hold.hold_key});
    const auto outcomes = world->run(*operator_, release);
    ASSERT_EQ(outcomes.size(), 1u);
    EXPECT_TRUE(outcomes[0].ok);
    EXPECT_EQ(outcomes[0].kind, MovementKind::release);
    EXPECT_EQ(outcomes[0].hold_key, hold.hold_key);
    EXPECT_EQ(outcomes[0].amount, Amount(500));
    EXPECT_EQ(outcomes[0].to, account_of(world->payee));
    EXPECT_EQ(world->balance(token, world->payee), Amount(500));
    EXPECT_EQ(world->held(token), Amount(0));
    EXPECT_EQ(world->refusal(*operator_, release), "HoldNotOpen");
    EXPECT_EQ(world->refusal(*operator_, encode_end(MovementKind::refund, {ref(1), hold.hold_key})), "HoldNotOpen");
    EXPECT_EQ(world->refusal(*alice, encode_reclaim(hold.hold_key)), "HoldNotOpen");
  }
}

TEST_F(EscrowRules, a_refund_goes_to_the_payer_once_and_carries_the_ref_of_its_own_trade) {
  const Outcome hold = world->place(*alice, world->item(1, world->token, 500));
  const Amount before = world->balance(world->token, world->payer);
  const auto outcomes = world->run(*operator_, encode_end(MovementKind::refund, {ref(9), hold.hold_key}));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].kind, MovementKind::refund);
  EXPECT_EQ(outcomes[0].ref, ref(9));
  EXPECT_EQ(outcomes[0].to, account_of(world->payer));
  EXPECT_FALSE(outcomes[0].reclaimed);
  EXPECT_EQ(world->balance(world->token, world->payer), add(before, Amount(500)).value());
  EXPECT_EQ(world->refusal(*operator_, encode_end(MovementKind::refund, {ref(9), hold.hold_key})), "HoldNotOpen");
}

TEST_F(EscrowRules, only_an_operator_ends_holds_or_uses_allowances) {
  const Outcome hold = world->place(*alice, world->item(1, kNative, 500));
  EXPECT_EQ(world->refusal(*alice, encode_end(MovementKind::release, {ref(1), hold.hold_key})), "NotOperator");
  EXPECT_EQ(world->refusal(*alice, encode_end(MovementKind::refund, {ref(1), hold.hold_key})), "NotOperator");
  EXPECT_EQ(world->refusal(*exchanger, encode_hold_from(world->item(2, world->token, 5))), "NotOperator");
  Batch batch;
  batch.releases = {{ref(1), hold.hold_key}};
  EXPECT_EQ(world->refusal(*alice, encode_batch(batch)), "NotOperator");
  batch = {};
  batch.refunds = {{ref(1), hold.hold_key}};
  EXPECT_EQ(world->refusal(*alice, encode_batch(batch)), "NotOperator");
  batch = {};
  batch.holds = {world->item(2, world->token, 5)};
  EXPECT_EQ(world->refusal(*exchanger, encode_batch(batch)), "NotPayer");
  batch.holds = {world->item(2, kNative, 5)};
  EXPECT_EQ(world->refusal(*operator_, encode_batch(batch), Amount(5)), "NotPayer");
}

TEST_F(EscrowRules, the_owner_alone_names_operators) {
  const Outcome hold = world->place(*alice, world->item(1, kNative, 500));
  EXPECT_EQ(world->refusal(*operator_, encode_set_operator(alice->account(), true)), "NotOwner");
  world->run(world->person("owner"), encode_set_operator(operator_->account(), false));
  const Bytes release = encode_end(MovementKind::release, {ref(1), hold.hold_key});
  EXPECT_EQ(world->refusal(*operator_, release), "NotOperator");
  world->run(world->person("owner"), encode_set_operator(exchanger->account(), true));
  EXPECT_EQ(world->run(*exchanger, release).size(), 1u);
}

TEST_F(EscrowRules, equal_deposits_get_different_keys_and_nobody_can_block_a_ref) {
  Deployer& mallory = world->person("mallory");
  HoldItem item = world->item(1, kNative, 500);
  HoldItem theirs = item;
  theirs.payer = mallory.account();
  const Outcome strange = world->place(mallory, theirs);
  const Outcome first = world->place(*alice, item);
  const Outcome second = world->place(*alice, item);
  EXPECT_NE(first.hold_key, second.hold_key);
  EXPECT_NE(first.hold_key, strange.hold_key);
  EXPECT_EQ(world->held(kNative), Amount(1500));
  world->run(*operator_, encode_end(MovementKind::release, {ref(1), first.hold_key}));
  // A key is never used again, also when its hold has ended.
  const Outcome third = world->place(*alice, item);
  EXPECT_NE(third.hold_key, first.hold_key);
  EXPECT_NE(third.hold_key, second.hold_key);
}

TEST_F(EscrowRules, a_hold_or_payment_past_its_deadline_is_refused_and_at_it_is_not) {
  const std::uint64_t deadline = world->node.time() + 100;
  HoldItem item = world->item(1, kNative, 5);
  item.not_after = deadline;
  const PayItem pay{ref(2), kNative, Amount(5), world->payee, deadline};
  world->node.set_next_time(deadline);
  world->place(*alice, item);
  world->node.set_next_time(deadline + 1);
  EXPECT_EQ(world->run(*exchanger, encode_batch({{}, {}, {}, {pay}}), Amount(5)).at(0).reason, "TooLate");
  EXPECT_EQ(world->refusal(*alice, encode_hold(item), Amount(5)), "TooLate");
  EXPECT_EQ(world->refusal(*exchanger, encode_pay(pay), Amount(5)), "TooLate");
}

TEST_F(EscrowRules, only_the_payer_reclaims_and_not_before_the_time) {
  const std::uint64_t when = world->node.time() + 1000;
  HoldItem item = world->item(1, world->token, 500);
  item.reclaim_after = when;
  const Outcome hold = world->place(*alice, item);
  EXPECT_EQ(hold.reclaim_after.value, when);
  EXPECT_EQ(world->refusal(*alice, encode_reclaim(hold.hold_key)), "TooEarly");
  world->node.set_next_time(when);
  world->node.mine(1);
  EXPECT_EQ(world->refusal(*operator_, encode_reclaim(hold.hold_key)), "NotPayer");
  const auto outcomes = world->run(*alice, encode_reclaim(hold.hold_key));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].kind, MovementKind::refund);
  EXPECT_TRUE(outcomes[0].reclaimed);
  EXPECT_EQ(outcomes[0].ref, ref(1));
  EXPECT_EQ(world->held(world->token), Amount(0));
}

TEST_F(EscrowRules, a_payment_happens_once_per_payer_and_ref) {
  const PayItem pay{ref(1), world->token, Amount(70), world->payee, kNever.value};
  // A stranger who pays dust under the same ref stands in nobody's way.
  Deployer& mallory = world->person("mallory");
  PayItem dust = pay;
  dust.token = kNative;
  dust.amount = Amount(1);
  const auto strange = world->run(mallory, encode_pay(dust), Amount(1));
  ASSERT_EQ(strange.size(), 1u);
  EXPECT_EQ(strange[0].from, account_of(mallory.account()));
  ASSERT_TRUE(exchanger->approve(world->token, world->escrow, Amount(1000), kTimeout).ok());
  const auto paid = world->run(*exchanger, encode_pay(pay));
  ASSERT_EQ(paid.size(), 1u);
  EXPECT_EQ(paid[0].kind, MovementKind::payment);
  EXPECT_EQ(paid[0].amount, Amount(70));
  EXPECT_EQ(paid[0].asset.text, "TST");
  EXPECT_EQ(paid[0].from, account_of(exchanger->account()));
  EXPECT_EQ(paid[0].to, account_of(world->payee));
  EXPECT_EQ(world->balance(world->token, world->payee), Amount(70));
  EXPECT_EQ(world->refusal(*exchanger, encode_pay(pay)), "AlreadyPaid");
  PayItem other = pay;
  other.amount = Amount(1);
  EXPECT_EQ(world->refusal(*exchanger, encode_pay(other)), "AlreadyPaid");
}

TEST_F(EscrowRules, refuses_wrong_values_zero_amounts_and_payees_that_cannot_be_paid) {
  HoldItem item = world->item(1, kNative, 5);
  EXPECT_EQ(world->refusal(*alice, encode_hold(item), Amount(4)), "WrongValue");
  EXPECT_EQ(world->refusal(*alice, encode_hold(item), Amount(6)), "WrongValue");
  EXPECT_EQ(world->refusal(*alice, encode_hold(world->item(1, world->token, 5)), Amount(5)), "WrongValue");
  EXPECT_EQ(world->refusal(*operator_, encode_hold_from(item)), "WrongValue");
  EXPECT_EQ(world->refusal(*alice, encode_hold(world->item(1, kNative, 0))), "ZeroAmount");
  for (const Address& payee : {Address{}, world->escrow}) {
    item.payee = payee;
    EXPECT_EQ(world->refusal(*alice, encode_hold(item), Amount(5)), "BadPayee");
    const PayItem pay{ref(1), kNative, Amount(5), payee, kNever.value};
    EXPECT_EQ(world->refusal(*exchanger, encode_pay(pay), Amount(5)), "BadPayee");
  }
  const PayItem pay{ref(1), kNative, Amount(5), world->payee, kNever.value};
  EXPECT_EQ(world->refusal(*exchanger, encode_pay(pay), Amount(6)), "WrongValue");
  PayItem nothing = pay;
  nothing.amount = Amount(0);
  EXPECT_EQ(world->refusal(*exchanger, encode_pay(nothing)), "ZeroAmount");
  // Coins sent without a call belong to no hold, so they are not taken.
  EXPECT_NE(world->refusal(*alice, {}, Amount(5)), "ok");
  // Without an allowance a token does not move.
  EXPECT_EQ(world->refusal(*alice, encode_hold(world->item(1, world->token, 5))), "TokenFailed");
}

TEST_F(EscrowRules, nobody_calls_the_items_of_a_batch_from_outside) {
  const std::string hold = "holdItem((bytes32,address,address,uint256,address,uint64,uint64))";
  abi::Words words;
  words.fixed(ref(1)).address(world->payer).address(world->token).u64(5).address(world->payee).u64(9).u64(9);
  EXPECT_EQ(world->refusal(*operator_, abi::encode_call(abi::selector_of(hold), {abi::static_argument(words)})),
            "NotSelf");
  abi::Words end;
  end.fixed(ref(1)).fixed(ref(1));
  for (const char* signature : {"releaseItem((bytes32,bytes32))", "refundItem((bytes32,bytes32))"}) {
    EXPECT_EQ(world->refusal(*operator_, abi::encode_call(abi::selector_of(signature), {abi::static_argument(end)})),
              "NotSelf");
  }
  abi::Words pay;
  pay.fixed(ref(1)).address(world->token).u64(5).address(world->payee).u64(9).address(world->payer);
  const auto selector = abi::selector_of("payItem((bytes32,address,uint256,address,uint64),address)");
  EXPECT_EQ(world->refusal(*operator_, abi::encode_call(selector, {abi::static_argument(pay)})), "NotSelf");
}

TEST_F(EscrowRules, an_anchor_is_an_event_and_no_outcome) {
  EXPECT_TRUE(world->run(*alice, encode_anchor(ref(1).as<Hash32>())).empty());
}

}  // namespace
}  // namespace clearspan::ethereum::testing
