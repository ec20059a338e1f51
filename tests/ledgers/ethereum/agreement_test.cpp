// Several endpoints, some of which lie, lag, or are lost.
#include "tests/ledgers/ethereum/escrow_world.hpp"
#include "tests/ledgers/ethereum/proxy.hpp"

namespace clearspan::ethereum::testing {
namespace {

const std::string kFalseHash = "0x" + std::string(64, '7');

class Agreement : public ::testing::Test {
 protected:
  void SetUp() override {
    CLEARSPAN_NEEDS_ANVIL();
    world = std::make_unique<EscrowWorld>();
    world->node.mine(5);
  }

  std::unique_ptr<EvmConnector> connect(const std::vector<std::string>& endpoints, std::uint32_t agreement_min) {
    EvmOptions options = world->options();
    options.endpoints = endpoints;
    options.agreement_min = agreement_min;
    return world->connect(options);
  }

  // Gives another hash for every block.
  static std::string lie(const std::string& request, std::string answer) {
    if (request.find("eth_getBlockByNumber") == std::string::npos) return answer;
    return with_member(std::move(answer), "hash", kFalseHash);
  }

  std::unique_ptr<EscrowWorld> world;
};

TEST_F(Agreement, two_of_three_outvote_a_liar) {
  Proxy liar(world->node.url(), lie);
  Proxy honest(world->node.url(), unchanged);
  const auto connector = connect({liar.url(), world->node.url(), honest.url()}, 2);
  const auto raw = connector->block(Height{3}, kTimeout);
  ASSERT_TRUE(raw.ok()) << describe(raw.error());
  EXPECT_TRUE(connector->decoder().decode(*raw).ok());
}

TEST_F(Agreement, one_against_one_is_no_agreement) {
  Proxy liar(world->node.url(), lie);
  const auto connector = connect({liar.url(), world->node.url()}, 2);
  const auto raw = connector->block(Height{3}, kTimeout);
  ASSERT_FALSE(raw.ok());
  EXPECT_EQ(raw.error().code, ErrorCode::endpoints_disagree);
}

TEST_F(Agreement, a_lost_endpoint_never_lowers_the_number) {
  Proxy lost(world->node.url(), unchanged);
  const auto connector = connect({world->node.url(), lost.url()}, 2);
  ASSERT_TRUE(connector->block(Height{3}, kTimeout).ok());
  lost.stop();
  const AccountId account = account_of(world->payer);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(connector->block(Height{3}, kTimeout).error().code, ErrorCode::endpoints_disagree);
    EXPECT_EQ(connector->tip(kTimeout).error().code, ErrorCode::endpoints_disagree);
    EXPECT_EQ(connector->balance(account, {"ETH"}, Height{3}, kTimeout).error().code, ErrorCode::endpoints_disagree);
    EXPECT_EQ(connector->next_sequence(account, kTimeout).error().code, ErrorCode::endpoints_disagree);
  }
}

TEST_F(Agreement, a_block_that_is_not_the_agreed_one_is_refused) {
  // Tells the truth about hashes and serves another block's content under them.
  Proxy forger(world->node.url(), [](const std::string& request, std::string answer) {
    return request.find("eth_getBlockByHash") == std::string::npos ? answer
                                                                   : with_member(std::move(answer), "hash", kFalseHash);
  });
  const auto connector = connect({forger.url(), world->node.url()}, 1);
  for (int i = 0; i < 4; ++i) {
    const auto raw = connector->block(Height{3}, kTimeout);
    if (raw.ok()) {
      EXPECT_TRUE(connector->decoder().decode(*raw).ok());
    } else {
      EXPECT_EQ(raw.error().code, ErrorCode::block_hash_mismatch);
    }
  }
}

TEST_F(Agreement, one_node_alone_does_not_raise_the_tip) {
  Proxy boaster(world->node.url(), [](const std::string& request, std::string answer) {
    return request.find("eth_blockNumber") == std::string::npos ? answer
                                                                : with_member(std::move(answer), "result", "0xffffff");
  });
  Proxy honest(world->node.url(), unchanged);
  const auto connector = connect({boaster.url(), world->node.url(), honest.url()}, 2);
  EXPECT_LT(connector->tip(kTimeout).value().latest.value, 100u);
}

TEST_F(Agreement, balances_that_differ_are_no_balance) {
  Proxy liar(world->node.url(), [](const std::string& request, std::string answer) {
    return request.find("eth_getBalance") == std::string::npos ? answer
                                                               : with_member(std::move(answer), "result", "0xffffff");
  });
  const auto connector = connect({liar.url(), world->node.url()}, 2);
  EXPECT_EQ(connector->balance(account_of(world->payer), {"ETH"}, Height{3}, kTimeout).error().code,
            ErrorCode::endpoints_disagree);
}

TEST_F(Agreement, a_block_none_of_them_has_is_unavailable) {
  Proxy honest(world->node.url(), unchanged);
  const auto connector = connect({honest.url(), world->node.url()}, 2);
  EXPECT_EQ(connector->block(Height{1000}, kTimeout).error().code, ErrorCode::block_unavailable);
}

TEST_F(Agreement, receipts_are_fetched_one_by_one_where_the_node_knows_no_other_way) {
  Proxy old_node(world->node.url(), [](const std::string& request, const std::string& answer) {
    return request.find("eth_getBlockReceipts") == std::string::npos ? answer : method_not_found(request);
  });
  const auto connector = connect({old_node.url()}, 1);
  const Outcome hold = world->place(world->person("alice"), world->item(1, Address{}, 5));
  for (int i = 0; i < 2; ++i) {
    const auto raw = connector->block(hold.position.height, kTimeout);
    ASSERT_TRUE(raw.ok()) << describe(raw.error());
    const auto block = connector->decoder().decode(*raw);
    ASSERT_TRUE(block.ok()) << describe(block.error());
    ASSERT_EQ(block->outcomes.size(), 1u);
    EXPECT_EQ(block->outcomes[0], hold);
  }
}

TEST_F(Agreement, a_receipt_that_was_tampered_with_does_not_verify) {
  const Outcome hold = world->place(world->person("alice"), world->item(1, Address{}, 5));
  Proxy forger(world->node.url(), [](const std::string& request, std::string answer) {
    return request.find("eth_getBlockReceipts") == std::string::npos ? answer
                                                                     : with_member(std::move(answer), "status", "0x0");
  });
  const auto connector = connect({forger.url()}, 1);
  const auto raw = connector->block(hold.position.height, kTimeout);
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(connector->decoder().decode(*raw).error().code, ErrorCode::receipts_root_mismatch);
}

TEST_F(Agreement, a_node_that_hangs_costs_the_timeout_and_no_more) {
  const auto connector = connect({world->node.url()}, 1);
  world->node.pause();
  const auto start = std::chrono::steady_clock::now();
  const auto tip = connector->tip(Millis{300});
  const auto taken = std::chrono::steady_clock::now() - start;
  world->node.resume();
  EXPECT_EQ(tip.error().code, ErrorCode::timed_out);
  EXPECT_LT(taken, std::chrono::seconds(5));
  EXPECT_TRUE(connector->tip(kTimeout).ok());
}

TEST_F(Agreement, a_node_that_answers_with_another_id_or_no_json_is_not_believed) {
  for (const bool other_id : {true, false}) {
    Proxy broken(world->node.url(), [&](const std::string&, std::string answer) {
      if (!other_id) return std::string("<html>busy</html>");
      const std::size_t at = answer.find("\"id\":") + 5;
      return answer.replace(at, answer.find_first_of(",}", at) - at, "999999");
    });
    EXPECT_EQ(connect({broken.url()}, 1)->tip(kTimeout).error().code, ErrorCode::remote_malformed);
  }
}

}  // namespace
}  // namespace clearspan::ethereum::testing
