#include <gtest/gtest.h>

#include <functional>

#include "codecs/simulated/merkle.hpp"
#include "tests/codecs/simulated/sample.hpp"

namespace clearspan::simulated::testing {
namespace {

TEST(SimulatedBlock, decodes_to_what_was_rendered) {
  const auto txns = sample_txns();
  const RenderedBlock rendered = render(txns);
  const auto block = decode(rendered.json);
  ASSERT_TRUE(block.ok()) << describe(block.error());
  EXPECT_EQ(block->ledger, kLedger);
  EXPECT_EQ(block->height, kNumber);
  EXPECT_EQ(block->hash, rendered.hash);
  EXPECT_EQ(block->parent, sample_header().parent);
  EXPECT_EQ(block->time, LedgerTime{42});
  EXPECT_EQ(block->timestamp.time_since_epoch().count(), 1'760'000'000'123);
  EXPECT_EQ(block->txn_count, 3U);
  EXPECT_EQ(block->bytes, rendered.json.size());
  ASSERT_EQ(block->txns.size(), 2U);
  EXPECT_EQ(block->txns[0].id, txns[0]->shown().id);
  EXPECT_EQ(block->txns[1].index, 1U);
  EXPECT_TRUE(block->txns[0].ok);
}

TEST(SimulatedBlock, an_empty_block_decodes) {
  const auto block = decode(render({}).json);
  ASSERT_TRUE(block.ok()) << describe(block.error());
  EXPECT_EQ(block->txn_count, 0U);
  EXPECT_TRUE(block->outcomes.empty());
}

TEST(SimulatedBlock, a_hold_gets_the_key_that_its_txn_and_index_give) {
  const auto txns = sample_txns();
  const auto block = decode(render(txns).json);
  ASSERT_TRUE(block.ok());
  ASSERT_EQ(block->outcomes.size(), 6U);
  const Outcome& hold = block->outcomes[0];
  EXPECT_TRUE(hold.ok);
  EXPECT_EQ(hold.kind, MovementKind::hold);
  EXPECT_EQ(hold.ref, ref_of(1, our_engine()));
  EXPECT_EQ(hold.amount, Amount(1250));
  EXPECT_EQ(hold.from.text, "alice");
  EXPECT_EQ(hold.to.text, "bob");
  EXPECT_EQ(hold.reclaim_after, kNever);
  EXPECT_EQ(hold.hold_key, hold_key_of(txns[0]->shown().id, 0));
  EXPECT_EQ(hold.position, (BlockPosition{kNumber, block->hash, txns[0]->shown().id, 0, 0}));
}

TEST(SimulatedBlock, a_failed_operation_keeps_its_terms_and_its_reason) {
  const auto block = decode(sample_json());
  ASSERT_TRUE(block.ok());
  const Outcome& failed = block->outcomes[2];
  EXPECT_FALSE(failed.ok);
  EXPECT_EQ(failed.reason, "insufficient_funds");
  EXPECT_EQ(to_string(failed.amount), "340282366920938463463374607431768211456");
  EXPECT_EQ(failed.reclaim_after, LedgerTime{500});
  EXPECT_TRUE(failed.hold_key.is_zero());
}

TEST(SimulatedBlock, an_ended_hold_tells_what_the_ledger_had_recorded) {
  const auto block = decode(sample_json());
  ASSERT_TRUE(block.ok());
  const Outcome& released = block->outcomes[3];
  const Outcome& refunded = block->outcomes[4];
  EXPECT_EQ(released.kind, MovementKind::release);
  EXPECT_EQ(released.hold_key, some_key(4));
  EXPECT_EQ(released.amount, Amount(77));
  EXPECT_EQ(released.from.text, "carol");
  EXPECT_EQ(released.to.text, "dave");
  EXPECT_FALSE(released.reclaimed);
  EXPECT_TRUE(refunded.reclaimed);
  EXPECT_EQ(block->outcomes[5].reason, "hold_not_open");
}

TEST(SimulatedBlock, the_fields_of_a_txn_may_stand_in_any_order) {
  std::string json = sample_json();
  const std::string_view salt = R"("salt":7,)";
  json.erase(json.find(salt), salt.size());
  json.insert(json.find(R"("id":)", json.find(R"("id":)") + 1), salt);
  const auto decoded = decode(json);
  ASSERT_TRUE(decoded.ok()) << describe(decoded.error());
  EXPECT_EQ(decoded->outcomes, decode(sample_json())->outcomes);
}

TEST(SimulatedBlock, what_is_held_adds_up_beyond_64_bits) {
  const std::string_view largest = "18446744073709551615";
  const std::string_view larger = "1267650600228229401496703205376";  // 2^100
  std::vector<std::unique_ptr<SampleTxn>> txns;
  txns.push_back(std::make_unique<SampleTxn>(
      std::vector{transfer(MovementKind::hold, 1, largest), transfer(MovementKind::hold, 2, largest),
                  transfer(MovementKind::hold, 3, larger), transfer(MovementKind::hold, 4, "7")},
      std::vector<OperationResult>(4), 0));
  const auto decoded = decode(render(txns).json);
  ASSERT_TRUE(decoded.ok()) << describe(decoded.error());
  ASSERT_EQ(decoded->held.size(), 1U);
  EXPECT_EQ(to_string(decoded->held[0].change), "1267650600265122889644122308613");  // 2^100 + 2 * (2^64 - 1) + 7
}

TEST(SimulatedBlock, operations_of_other_engines_are_verified_and_left_out) {
  const auto block = decode(sample_json());
  ASSERT_TRUE(block.ok());
  for (const Outcome& outcome : block->outcomes) EXPECT_EQ(engine_of(outcome.ref), our_engine());
  EXPECT_EQ(block->txn_count, 3U);
  EXPECT_EQ(block->txns.size(), 2U);
}

// FIPS 180-4: the hash of the empty message.
TEST(SimulatedBlock, the_root_of_nothing_is_the_hash_of_nothing) {
  EXPECT_EQ(to_hex(merkle_root({}).view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(SimulatedBlock, the_tree_splits_as_rfc_6962_says) {
  // The recursive definition of section 2.1, against the level-by-level one.
  std::vector<Hash32> leaves;
  const auto node = [](const Hash32& a, const Hash32& b) {
    Bytes bytes{1};
    bytes.insert(bytes.end(), a.bytes.begin(), a.bytes.end());
    bytes.insert(bytes.end(), b.bytes.begin(), b.bytes.end());
    return crypto::sha256(bytes);
  };
  const std::function<Hash32(std::size_t, std::size_t)> recursive = [&](std::size_t from, std::size_t to) {
    if (to - from == 1) return leaves[from];
    std::size_t split = 1;
    while (split * 2 < to - from) split *= 2;
    return node(recursive(from, from + split), recursive(from + split, to));
  };
  for (std::uint8_t count = 1; count < 40; ++count) {
    leaves.push_back(crypto::sha256(Bytes{count}));
    EXPECT_EQ(merkle_root(leaves), recursive(0, leaves.size())) << int{count};
  }
}

TEST(SimulatedBlock, a_repeated_last_leaf_changes_the_root) {
  std::vector<Hash32> leaves{crypto::sha256(Bytes{1}), crypto::sha256(Bytes{2}), crypto::sha256(Bytes{3})};
  const Hash32 three = merkle_root(leaves);
  leaves.push_back(leaves.back());
  EXPECT_NE(merkle_root(leaves), three);
}

TEST(SimulatedTxn, its_content_reads_back) {
  for (const auto& txn : sample_txns()) {
    const auto parsed = parse_txn_content(txn->content);
    ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
    Bytes again;
    put_txn_header(again, parsed->header);
    for (const Operation& operation : parsed->operations) put_operation(again, operation);
    EXPECT_EQ(again, txn->content);
  }
}

TEST(SimulatedTxn, refuses_every_truncation_of_its_content) {
  for (const auto& txn : sample_txns()) {
    for (std::size_t size = 0; size < txn->content.size(); ++size) {
      const auto parsed = parse_txn_content(ByteView(txn->content).first(size));
      ASSERT_FALSE(parsed.ok()) << size;
      EXPECT_EQ(parsed.error().code, ErrorCode::txn_malformed);
    }
    Bytes longer = txn->content;
    longer.push_back(0);
    EXPECT_FALSE(parse_txn_content(longer).ok());
  }
}

TEST(SimulatedTxn, names_have_one_form) {
  EXPECT_TRUE(is_account_name("exchanger-1.b_c"));
  for (const std::string_view bad : {"", "Alice", "a b", "a/b", "\xc3\xa4", "a\"b"}) EXPECT_FALSE(is_account_name(bad));
  EXPECT_FALSE(is_account_name(std::string(65, 'a')));
  EXPECT_TRUE(is_account_name(std::string(64, 'a')));
  EXPECT_TRUE(is_asset_name("ACN"));
  EXPECT_FALSE(is_asset_name(std::string(33, 'A')));
}

TEST(SimulatedTxn, reads_amounts_as_the_reference_reader_does) {
  for (const std::string_view text : {"0", "1", "00", "01", "", "-1", "1.0", "1e3", " 1", "9223372036854775807",
                                      "9999999999999999999", "18446744073709551616", "12a"}) {
    Amount amount;
    const auto quick = read_amount(text, amount);
    const auto reference = parse_amount(text);
    ASSERT_EQ(quick.ok(), reference.ok()) << text;
    if (quick.ok()) {
      EXPECT_EQ(amount, *reference);
    } else {
      EXPECT_EQ(quick.error().code, reference.error().code);
    }
  }
}

}  // namespace
}  // namespace clearspan::simulated::testing
