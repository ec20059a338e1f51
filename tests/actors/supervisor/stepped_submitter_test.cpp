// What the submitter signs, sends and gives up when messages, logs and ledgers come in an order of their own.
#include <chrono>

#include "actors/submitter/submitter.hpp"
#include "tests/actors/supervisor/stepped_world.hpp"

namespace clearspan::actors {
namespace {

// The engine starts anew on a ledger whose accounts number their txns.
void start_with_numbered_txns(SteppedWorld& world) {
  world.a().node->number_txns();
  world.crash();
  world.start();
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
}

void use_alices_number(SteppedWorld& world, const Plan& plan, Sequence number) {
  world.a().node->show_number(world.make(payment_of(plan)).id, AccountId{"alice"}, number);
}

TEST_F(SteppedEngineTest, sends_nothing_before_the_signed_bytes_are_durable) {
  SteppedWorld world(1);
  SteppedEngine& engine = world.engine();
  sign_a_hold(world);
  for (int i = 0; i < 20; ++i) {
    world.pass_time(Millis{1'000});
    world.run_actors();
    EXPECT_FALSE(engine.call_ledger(0));
  }
  ASSERT_TRUE(engine.write_log(0));
  EXPECT_TRUE(engine.call_ledger(0)) << "without a turn of any actor";
}

TEST_F(SteppedEngineTest, sends_a_txn_again_only_after_the_node_has_answered_to_the_last_time) {
  SteppedWorld world(1);
  sign_a_hold(world);
  const auto wait_long = [&] {
    for (int i = 0; i < 20; ++i) {
      world.pass_time(Millis{1'000});
      world.settle();
    }
  };
  const auto sends = [&] {
    int count = 0;
    while (world.engine().call_ledger(0)) ++count;
    return count;
  };
  wait_long();
  EXPECT_EQ(sends(), 1);
  world.settle();
  wait_long();
  EXPECT_EQ(sends(), 1);
}

class GatheringTest : public SteppedEngineTest {
 protected:
  explicit GatheringTest(std::uint16_t shards = 1) : world(shards) {}

  void SetUp() override {
    SteppedEngineTest::SetUp();
    sign_a_hold(world);
  }

  void ask_for_holds(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      world.exchange();
      world.settle();
    }
  }

  void tick() {
    world.pass_time(kTickInterval);
    world.settle();
  }

  void answer_to_one() {
    ASSERT_TRUE(world.engine().call_ledger(0));
    world.settle();
  }

  std::uint64_t outstanding() { return world.engine().ledgers()[0].txns_outstanding; }

  SteppedWorld world;
};

TEST_F(GatheringTest, what_is_asked_for_while_a_txn_has_no_answer_goes_into_the_next_one) {
  ask_for_holds(3);
  EXPECT_EQ(outstanding(), 1U);
  answer_to_one();
  EXPECT_EQ(outstanding(), 2U);  // one for the three
}

TEST_F(GatheringTest, without_an_answer_it_goes_at_a_tick_but_not_beside_two) {
  ask_for_holds(2);
  tick();
  EXPECT_EQ(outstanding(), 2U);
  ask_for_holds(2);
  tick();
  EXPECT_EQ(outstanding(), 2U);
  answer_to_one();
  EXPECT_EQ(outstanding(), 2U);
  tick();
  EXPECT_EQ(outstanding(), 3U);
}

class GatheringFromTwoShards : public GatheringTest {
 protected:
  GatheringFromTwoShards() : GatheringTest(2) {}

  // Each shard has a trade that asks for a hold; the one that does not run first may be the submitter's.
  void ask_for_holds_and_run(std::uint16_t first) {
    world.settle();
    answer_to_one();
    world.exchange();
    world.exchange();
    ASSERT_NE(world.engine().runnable(0), 0U);
    ASSERT_NE(world.engine().runnable(1), 0U);
    world.run_actors(first);
  }
};

TEST_F(GatheringFromTwoShards, what_shards_are_about_to_ask_for_goes_into_one_txn) {
  for (std::uint16_t first = 0; first < 2; ++first) {
    ASSERT_NO_FATAL_FAILURE(ask_for_holds_and_run(first));
    EXPECT_EQ(outstanding(), 1U + first) << "the other shard is at work";
    world.run_actors();
    EXPECT_EQ(outstanding(), 2U + first);
  }
}

TEST_F(GatheringFromTwoShards, what_has_gathered_when_an_answer_comes_waits_for_a_shard_at_work) {
  for (std::uint16_t first = 0; first < 2; ++first) {
    ask_for_holds(1);
    world.exchange();
    world.exchange();
    ASSERT_TRUE(world.engine().call_ledger(0));
    world.run_actors(first);
    EXPECT_EQ(outstanding(), 1U + first) << "the other shard is at work";
    world.run_actors();
    EXPECT_EQ(outstanding(), 2U + first);
  }
}

TEST_F(GatheringFromTwoShards, a_shard_that_stays_at_work_is_not_waited_for_beyond_a_tick) {
  for (std::uint16_t first = 0; first < 2; ++first) {
    ASSERT_NO_FATAL_FAILURE(ask_for_holds_and_run(first));
    world.pass_time(kTickInterval);
    world.run_actors(first);
    world.run_actors();
  }
  EXPECT_EQ(outstanding(), 4U) << "one more where the submitter's shard was first";
}

TEST_F(GatheringTest, a_full_txn_does_not_wait_for_the_answer_to_another_one) {
  ask_for_holds(kMovementsPerTxnMax - 1);
  EXPECT_EQ(outstanding(), 1U);
  ask_for_holds(1);
  EXPECT_EQ(outstanding(), 2U);
}

TEST_F(GatheringTest, so_many_full_txns_go_without_an_answer_and_no_more) {
  ask_for_holds(kUnansweredTxnsMax * kMovementsPerTxnMax);
  tick();
  EXPECT_EQ(outstanding(), kUnansweredTxnsMax);
  answer_to_one();
  EXPECT_EQ(outstanding(), kUnansweredTxnsMax + 1);
}

TEST_F(GatheringTest, what_is_withdrawn_while_it_waits_is_never_signed) {
  const auto give_up = [this](const Plan& plan) {
    world.engine().cancel(plan.id, [](const Status& status) { EXPECT_TRUE(status.ok()); });
    world.settle();
  };
  std::vector<Plan> plans(4);
  for (Plan& plan : plans) plan = world.exchange();
  world.settle();
  give_up(plans[1]);
  answer_to_one();
  give_up(plans[0]);  // signed by now
  ASSERT_TRUE(world.until_ended());
  const auto signatures = [&](std::size_t plan) { return world.signatures(plans[plan], MovementKind::hold); };
  EXPECT_EQ(signatures(0), 1U) << "bob's waited for his balance";
  EXPECT_EQ(signatures(1), 0U);
  EXPECT_EQ(signatures(2), 2U);
  EXPECT_EQ(signatures(3), 2U);
}

// Their node does not answer until their time for preparing is over. To search the queue for each of them takes more
// than twice the time that is allowed here.
TEST_F(GatheringTest, a_long_queue_is_withdrawn_at_once) {
  constexpr int kTrades = 40'000;
  Timestamp end;
  for (int i = 0; i < kTrades; ++i) end = world.exchange().prepare_until;
  world.settle();
  ASSERT_EQ(outstanding(), kUnansweredTxnsMax);
  const auto begin = std::chrono::steady_clock::now();
  world.pass_time(std::chrono::duration_cast<Millis>(end - world.now()));
  world.settle();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  ASSERT_TRUE(world.engine().call_ledger(0));
  world.settle();
  EXPECT_EQ(outstanding(), kUnansweredTxnsMax) << "nothing is left to be signed";
}

// Where accounts number their txns: the other one can have been made by anybody who has the account's key.
TEST_F(SteppedEngineTest, a_txn_is_dead_once_another_one_with_its_number_is_final) {
  SteppedWorld world(1);
  start_with_numbered_txns(world);
  ScriptedNode& node = *world.a().node;
  node.loses_what_it_is_given = true;
  const Plan plan = world.exchange();
  ASSERT_TRUE(world.until([&] { return world.signatures(plan, MovementKind::hold) == 2; }));
  use_alices_number(world, plan, Sequence{0});
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.engine().stats().refunded, 1U) << "bob's hold, for want of alice's";
  EXPECT_LT(world.engine().ledgers()[0].time, plan.legs[0].not_after) << "its time was not over yet";
  EXPECT_EQ(SteppedWorld::effects(world.a(), plan, 0).holds, 0U);
}

// Its monitors have heard of its end instead, and would wait for another one.
TEST_F(SteppedEngineTest, a_txn_that_lost_its_number_before_it_was_recorded_is_not_sent) {
  SteppedWorld world(1);
  start_with_numbered_txns(world);
  const Plan plan = world.exchange();
  world.settle();
  world.fill_the_log(plan);
  world.run_actors();
  sign(world, 0);
  use_alices_number(world, plan, Sequence{0});
  world.a().produce(kFinalityDepth + 1);
  ASSERT_TRUE(world.engine().follow_ledger(0).ok());
  world.settle();
  EXPECT_FALSE(world.engine().call_ledger(0));
  ASSERT_TRUE(world.until([&] { return world.engine().stats().rejected == 1; }));
}

TEST_F(SteppedEngineTest, a_txn_that_lost_its_number_before_it_was_durable_is_dead) {
  SteppedWorld world(1);
  start_with_numbered_txns(world);
  world.a().node->loses_what_it_is_given = true;  // as it must: the number is used
  const Plan plan = sign_a_hold(world);
  use_alices_number(world, plan, Sequence{0});
  world.a().produce(kFinalityDepth + 1);
  ASSERT_TRUE(world.engine().follow_ledger(0).ok());
  world.run_actors();
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.engine().stats().rejected, 1U);
}

// It is not forgotten yet, for the block that has it is not durable, and the node says that its number is not used.
TEST_F(SteppedEngineTest, a_txn_that_is_final_is_not_replaced) {
  SteppedWorld world(1);
  start_with_numbered_txns(world);
  const auto send_a_hold = [&] {
    Plan plan = world.exchange();
    world.settle();
    while (world.engine().call_ledger(0)) world.settle();
    return plan;
  };
  const Plan first = send_a_hold();
  world.a().node->loses_what_it_is_given = true;
  send_a_hold();
  world.a().produce(1 + kFinalityDepth);
  ASSERT_TRUE(world.engine().follow_ledger(0).ok());
  world.run_actors();
  ASSERT_EQ(world.engine().ledgers()[0].txns_outstanding, 2U);

  world.pass_time(kRaiseFeeAfter);
  world.run_actors();
  while (world.engine().call_ledger(0)) world.run_actors();
  world.settle();
  EXPECT_EQ(world.signatures(first, MovementKind::hold), 1U);
}

// Its number may have been used by itself, in a block that is not final yet. Given up, it would be unknown after the
// next start and its hold signed again.
TEST_F(SteppedEngineTest, a_txn_of_a_live_trade_is_not_given_up_because_its_number_is_used) {
  constexpr int kBlocks = 6;
  SteppedWorld world(1);
  start_with_numbered_txns(world);
  ScriptedNode& node = *world.a().node;
  node.loses_what_it_is_given = true;  // for now
  const Plan plan = world.exchange();
  ASSERT_TRUE(world.until([&] { return world.signatures(plan, MovementKind::hold) == 2; }));
  world.settle();
  node.next_number = Sequence{1};
  for (int start = 0; start < 3; ++start) {
    world.crash();
    world.start();
    for (int i = 0; i < kBlocks; ++i) {
      const Height before = world.engine().ledgers()[0].final_height;
      ASSERT_TRUE(world.until([&] { return world.engine().ledgers()[0].final_height > before; }));
    }
  }
  EXPECT_EQ(world.signatures(plan, MovementKind::hold), 2U);
}

// The log that bob's hold is signed in stalls, and the hold's validity passes. The trade lives on the other shard.
class SignedLateTest : public SteppedEngineTest {
 protected:
  void SetUp() override {
    constexpr std::uint64_t kValidity = 4;
    SteppedEngineTest::SetUp();
    world.b().node->end_validity_after(kValidity);
    world.crash();
    world.start();
    ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
    plan = world.exchange();
    world.settle();
    for (std::size_t ledger = 0; ledger < 2; ++ledger) ASSERT_TRUE(world.engine().call_ledger(ledger));
    world.run_actors();
    ASSERT_EQ(outstanding(), 1U);
    for (const std::uint64_t blocks : {kValidity + kFinalityDepth + 1, std::uint64_t{1}}) {
      world.b().produce(blocks);
      ASSERT_TRUE(world.engine().follow_ledger(1).ok());
      world.run_actors();
    }
    while (world.engine().write_log(kOfTheTrade)) world.run_actors(kOfTheTrade);
  }

  std::uint64_t outstanding() { return world.engine().ledgers()[1].txns_outstanding; }

  static constexpr std::uint16_t kOfTheHold = 0;
  static constexpr std::uint16_t kOfTheTrade = 1;

  SteppedWorld world{2, 1, SteppedWorld::Logs::one_for_each_shard};
  Plan plan;
};

// Forgotten sooner, it would be unknown after a crash, and so would its end: the hold would be signed again.
TEST_F(SignedLateTest, what_is_durable_after_its_time_is_not_forgotten_before_every_shard_has_said_what_became_of_it) {
  for (int tick = 0; tick < 3; ++tick) {
    while (world.engine().write_log(kOfTheHold)) world.run_actors(kOfTheHold);
    world.pass_time(kTickInterval);
    world.run_actors(kOfTheHold);
  }
  EXPECT_EQ(outstanding(), 1U);
  world.crash();
  world.start();
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.signatures(plan, MovementKind::hold), 2U) << "alice's and bob's";
  EXPECT_EQ(world.engine().stats().refunded, 1U);
}

// Forgotten sooner, nobody would hear of it any more, and the trade would wait for ever.
TEST_F(SignedLateTest, what_is_durable_after_its_time_is_not_forgotten_before_its_submitter_knows_that_it_is) {
  world.pass_time(kTickInterval);  // the submitter looks at what is closed before it hears what is durable
  ASSERT_TRUE(world.engine().write_log(kOfTheHold));
  world.engine().run_actor(kOfTheHold, world.engine().runnable(kOfTheHold) - 1);
  ASSERT_TRUE(world.until_ended());
  EXPECT_EQ(world.signatures(plan, MovementKind::hold), 2U) << "alice's and bob's";
  EXPECT_EQ(world.engine().stats().refunded, 1U);
}

}  // namespace
}  // namespace clearspan::actors
