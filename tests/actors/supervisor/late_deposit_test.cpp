// A deposit that comes behind the end of its trade.
#include "tests/actors/supervisor/stepped_world.hpp"

namespace clearspan::actors {
namespace {

class LateDepositTest : public SteppedEngineTest {};

// The trade has ended without its payer's hold, and the hold is on record behind that; the trade's actor crashes before
// it hears of it. The simulation found it (seeds 308 and 522): nobody answered for the hold until a restart.
TEST_F(LateDepositTest, goes_back_although_the_trades_actor_crashed_at_the_end) {
  SteppedWorld world(1);
  ASSERT_TRUE(world.until([&] { return world.engine().ready(); }));
  const Plan plan = world.exchange(Placement::payer);
  world.settle();
  world.engine().cancel(plan.id, [](const Status& status) { EXPECT_TRUE(status.ok()); });
  world.settle();

  const std::uint64_t last = plan.legs.front().not_after.value;
  world.a().produce(last - world.a().ledger->true_head().number.value);
  while (world.engine().ledgers()[0].processed.value + kFinalityDepth < last) {
    ASSERT_TRUE(world.engine().follow_ledger(0).ok());
    world.settle();
  }
  ASSERT_EQ(world.engine().stats().live, 1U);

  world.a().produce(1);  // in which the hold can no longer be
  world.deposit(plan);
  world.a().produce(1 + kFinalityDepth);
  ASSERT_TRUE(world.engine().follow_ledger(0).ok());
  world.run_actors();  // both facts are on their way into the log
  world.crash_an_actor();
  EXPECT_TRUE(world.until([&] { return SteppedWorld::effects(world.a(), plan, 0).refunds == 1; }));
  EXPECT_EQ(SteppedWorld::effects(world.a(), plan, 0).holds, 1U);
}

}  // namespace
}  // namespace clearspan::actors
