// A glance at a record sees what decoding it sees.
#include "ledgers/evidence/index_glance.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/ledgers/evidence/story.hpp"

namespace clearspan::evidence {
namespace {

struct Encoded {
  Record record;
  Bytes bytes;
  Bytes attachment;
};

std::vector<Encoded> txns() {
  Story story;
  Plan large = story.plan_of(3);
  large.legs[0].amount = Amount{U256{1} << 200};
  story.sign({{story.plan_of(9), 0}, {large, 0}, {story.plan_of(9), 1}, {story.plan_of(1), 0}}, MovementKind::hold, 5);
  story.sign({{story.plan_of(2), 0}}, MovementKind::release, 6);
  story.add(TxnClosed{kLedgerA, Story::txn_id(5, MovementKind::hold)});
  std::vector<Encoded> encoded;
  for (Record& record : story.take()) {
    Encoded one{std::move(record), {}, {}};
    encode(one.record, one.bytes, one.attachment);
    encoded.push_back(std::move(one));
  }
  return encoded;
}

TEST(IndexGlance, sees_the_ledger_the_id_and_the_trades_of_a_txn) {
  for (const Encoded& one : txns()) {
    const auto glance = glance_at_txn(one.bytes);
    ASSERT_TRUE(glance.ok()) << describe(glance.error());
    if (const auto* txn = std::get_if<TxnSigned>(&one.record.body)) {
      EXPECT_EQ(kind_of(one.bytes), RecordKind::txn_signed);
      EXPECT_EQ(glance->ledger, txn->ledger.text);
      EXPECT_EQ(glance->id, txn->id);
      std::set<TradeId> expected;
      for (const Movement& movement : txn->movements) expected.insert(trade_of(movement.ref));
      EXPECT_EQ(*trades_in(one.attachment), std::vector<TradeId>(expected.begin(), expected.end()));
    } else {
      EXPECT_EQ(kind_of(one.bytes), RecordKind::txn_closed);
      EXPECT_EQ(glance->id, std::get<TxnClosed>(one.record.body).id);
    }
  }
}

TEST(IndexGlance, refuses_bytes_that_are_cut_or_follow) {
  for (const Encoded& one : txns()) {
    for (std::size_t size = 0; size < one.bytes.size(); ++size) {
      EXPECT_FALSE(glance_at_txn(ByteView(one.bytes).first(size)).ok()) << size;
    }
    for (std::size_t size = 0; size < one.attachment.size(); ++size) {
      EXPECT_FALSE(trades_in(ByteView(one.attachment).first(size)).ok()) << size;
    }
    Bytes longer = one.bytes;
    longer.push_back(0);
    EXPECT_FALSE(glance_at_txn(longer).ok());
  }
}

}  // namespace
}  // namespace clearspan::evidence
