// What the solvency brake relies on: blocks tell all that goes into the escrow contract's holds and out of them, and
// its balance is what those holds keep.
#include "tests/ledgers/ethereum/escrow_world.hpp"

namespace clearspan::ethereum::testing {
namespace {

class Holdings : public ::testing::Test {
 protected:
  void SetUp() override {
    CLEARSPAN_NEEDS_ANVIL();
    world = std::make_unique<EscrowWorld>();
    alice = &world->person("alice");
    connector = world->connect(world->options());
  }

  Amount balance_of_escrow(std::uint64_t height) {
    const AccountId& escrow = connector->traits().held_in;
    return connector->balance(escrow, AssetId{"TST"}, Height{height}, kTimeout).value();
  }

  std::uint64_t latest() { return connector->tip(kTimeout).value().latest.value; }

  // In less out of every block so far.
  Amount told_by_blocks() {
    U256 sum = 0;
    for (std::uint64_t height = 0; height <= latest(); ++height) {
      const auto raw = connector->block(Height{height}, kTimeout);
      const auto block = connector->decoder().decode(raw.value());
      EXPECT_TRUE(block.ok()) << describe(block.error());
      for (const HeldChange& one : block->held) {
        if (one.asset.text == "TST") sum += one.change.units();
      }
    }
    return Amount(sum);
  }

  std::unique_ptr<EscrowWorld> world;
  std::unique_ptr<EvmConnector> connector;
  Deployer* alice = nullptr;
};

TEST_F(Holdings, are_what_blocks_say_whoever_placed_them) {
  const Outcome first = world->place(*alice, world->item(1, world->token, 1000));
  const std::uint64_t then = latest();
  HoldItem foreign = world->item(2, world->token, 70);
  foreign.ref = make_operation_ref(trade_of(foreign.ref), 0, EngineTag{});
  ASSERT_TRUE(alice->approve(world->token, world->escrow, foreign.amount, kTimeout).ok());
  EXPECT_TRUE(world->run(*alice, encode_hold(foreign)).empty()) << "another engine's is no outcome of ours";
  EXPECT_EQ(told_by_blocks(), Amount(1070));
  EXPECT_EQ(balance_of_escrow(latest()), Amount(1070));
  world->run(world->person("operator"), encode_end(MovementKind::release, {first.ref, first.hold_key}));
  EXPECT_EQ(told_by_blocks(), Amount(70));
  EXPECT_EQ(balance_of_escrow(latest()), Amount(70));
  EXPECT_EQ(balance_of_escrow(then), Amount(1000));
}

TEST_F(Holdings, are_not_changed_by_what_strangers_give_the_contract) {
  world->place(*alice, world->item(1, world->token, 1000));
  world->run_to(world->person("owner"), world->token, encode_mint(world->escrow, Amount(5)));
  EXPECT_EQ(world->balance(world->token, world->escrow), Amount(1005));
  EXPECT_EQ(balance_of_escrow(latest()), Amount(1000));
  EXPECT_EQ(told_by_blocks(), Amount(1000));
}

}  // namespace
}  // namespace clearspan::ethereum::testing
