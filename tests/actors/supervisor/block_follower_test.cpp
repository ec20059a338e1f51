// What the follower of a ledger believes, one look at a time.
#include "actors/supervisor/block_follower.hpp"

#include "tests/actors/supervisor/scripted_node.hpp"

namespace clearspan::actors {
namespace {

class BlockFollowerTest : public ::testing::Test {
 protected:
  BlockFollowerTest() {
    services_.traits = side_.node->traits();
    services_.connector = side_.node;
    services_.durable_height = std::vector<std::atomic<std::uint64_t>>(1);
    services_.has_position = std::vector<std::atomic<bool>>(1);
  }

  void follow(const std::vector<BlockPlace>& handled) {
    follower_ = std::make_unique<BlockFollower>(
        services_, handled, options_, clock_,
        [this](const std::vector<FinalBlock>& blocks) {
          for (const FinalBlock& one : blocks) handed_out_.push_back({one.block->height, one.block->hash});
        },
        [this](const Conflict& conflict) { conflicts_.push_back(conflict); });
  }

  // The block at that height on the ledger's chain of now.
  BlockPlace place(std::uint64_t height) {
    const auto raw = side_.node->block(Height{height}, Millis{0});
    const auto block = side_.node->decoder().decode(raw.value());
    return {block.value().height, block.value().hash};
  }

  std::vector<BlockPlace> places(std::uint64_t first, std::uint64_t last) {
    std::vector<BlockPlace> all;
    for (std::uint64_t height = first; height <= last; ++height) all.push_back(place(height));
    return all;
  }

  EngineTag tag_;
  ManualClock clock_;
  EngineOptions options_;
  Side side_ = make_side("a-coin", "ACN", tag_, clock_);
  LedgerServices services_;
  std::unique_ptr<BlockFollower> follower_;
  std::vector<BlockPlace> handed_out_;
  std::vector<Conflict> conflicts_;
};

// The tip is one node's word. A block that it calls final can still be replaced while it is not deep enough.
TEST_F(BlockFollowerTest, makes_no_block_final_before_its_depth_whatever_the_tip_says) {
  side_.produce(5);
  follow({place(1)});
  ASSERT_TRUE(follower_->step().ok());
  side_.node->overstates_what_is_final = true;
  side_.produce(2);
  ASSERT_TRUE(follower_->step().ok());
  ASSERT_TRUE(follower_->step().ok());
  EXPECT_EQ(services_.head.final_height, 7U - kFinalityDepth);

  ASSERT_TRUE(side_.ledger->reorganise(kFinalityDepth, simulated::ReorganisedTxns::returned).ok());
  side_.produce(3);
  for (int look = 0; look < 3; ++look) ASSERT_TRUE(follower_->step().ok());
  EXPECT_TRUE(conflicts_.empty());
  EXPECT_FALSE(services_.head.frozen);
  EXPECT_EQ(handed_out_, places(2, 10 - kFinalityDepth));
}

TEST_F(BlockFollowerTest, reads_no_block_twice_while_the_chain_only_grows) {
  side_.produce(5);
  follow({place(1)});
  side_.node->blocks_left = 4;
  ASSERT_TRUE(follower_->step().ok());
  EXPECT_EQ(handed_out_.size(), 4U - kFinalityDepth);
  side_.produce(1);
  side_.node->blocks_left = 1;
  ASSERT_TRUE(follower_->step().ok());
  side_.node->blocks_left = 10;
  EXPECT_EQ(handed_out_, places(2, 6 - kFinalityDepth));
}

// Two shards were at different heights when the engine stopped. It begins with the lower of them, whose block is on the
// new chain as well; what the other one has acted on is not.
TEST_F(BlockFollowerTest, misses_a_block_that_only_one_shard_has_handled) {
  side_.produce(8);
  const BlockPlace lower = place(2);
  const BlockPlace replaced = place(5);
  ASSERT_TRUE(side_.ledger->reorganise(4, simulated::ReorganisedTxns::returned).ok());
  follow({lower, replaced});
  const Status status = follower_->step();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::final_block_conflict);
  ASSERT_EQ(conflicts_.size(), 1U);
  EXPECT_EQ(conflicts_.front().height, replaced.height);
  EXPECT_EQ(conflicts_.front().expected, replaced.hash);
  EXPECT_EQ(conflicts_.front().found, place(5).hash);
  EXPECT_TRUE(services_.head.frozen);
  EXPECT_TRUE(handed_out_.empty()) << "blocks of a chain that is not to be believed";
}

// Until it has shown that block, its chain may be another one.
TEST_F(BlockFollowerTest, hands_out_nothing_before_the_chain_leads_to_what_a_shard_has_handled) {
  side_.produce(8);
  follow({place(2), place(6)});
  side_.node->blocks_left = 5;
  ASSERT_FALSE(follower_->step().ok());
  EXPECT_TRUE(handed_out_.empty());
  side_.node->blocks_left = 20;
  ASSERT_TRUE(follower_->step().ok());
  EXPECT_EQ(handed_out_, places(3, 8 - kFinalityDepth));
}

TEST_F(BlockFollowerTest, goes_on_where_the_lowest_shard_is_on_a_chain_that_has_all_their_blocks) {
  side_.produce(8);
  follow({place(5), place(2)});
  ASSERT_TRUE(follower_->step().ok());
  EXPECT_TRUE(conflicts_.empty());
  EXPECT_EQ(handed_out_, places(3, 8 - kFinalityDepth));
}

// Txns are signed with a validity that counts from the ledger's time: it must not go back to an older block's.
TEST_F(BlockFollowerTest, does_not_set_the_ledgers_time_back_when_it_reads_older_blocks_again) {
  side_.produce(8);
  follow({place(1)});
  ASSERT_TRUE(follower_->step().ok());
  EXPECT_EQ(services_.head.time, 8U);
  ASSERT_TRUE(side_.ledger->reorganise(kFinalityDepth, simulated::ReorganisedTxns::returned).ok());
  side_.produce(1);
  side_.node->blocks_left = 3;  // the new tip, the block below it, and the first one that has changed
  EXPECT_FALSE(follower_->step().ok());
  EXPECT_EQ(side_.node->blocks_left, 0U);
  EXPECT_EQ(services_.head.time, 9U);
  EXPECT_EQ(services_.head.final_height, 6U);
}

// What the log knows of the ledger was set when the engine started.
TEST_F(BlockFollowerTest, does_not_go_back_behind_what_the_log_knows_until_it_has_caught_up) {
  side_.produce(10);
  services_.head.reach(Height{8}, LedgerTime{8});
  follow({place(2), place(8)});
  side_.node->blocks_left = 1;
  EXPECT_FALSE(follower_->step().ok());
  EXPECT_EQ(services_.head.time, 8U);
  EXPECT_EQ(services_.head.final_height, 8U);
}

// A ledger that makes no blocks for a while has been seen all the same: txns for it can be signed.
TEST_F(BlockFollowerTest, looks_at_the_last_block_handled_when_there_is_no_newer_one) {
  side_.produce(6);
  follow({place(6)});
  EXPECT_EQ(services_.head.seen_ms, 0);
  ASSERT_TRUE(follower_->step().ok());
  EXPECT_NE(services_.head.seen_ms, 0);
  EXPECT_TRUE(follower_->has_begun());
  EXPECT_TRUE(handed_out_.empty());
}

}  // namespace
}  // namespace clearspan::actors
