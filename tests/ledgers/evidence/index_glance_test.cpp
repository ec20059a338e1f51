// A glance at a record sees what decoding it sees.
#include "ledgers/evidence/index_glance.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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
      std::vector<TradeId> expected;
      for (const Movement& movement : txn->movements) expected.push_back(trade_of(movement.ref));
      EXPECT_EQ(*trades_in(one.attachment), expected);
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

std::vector<Encoded> trades() {
  Story story;
  Plan large = story.plan_of(3);
  large.legs[0].amount = Amount{U256{1} << 200};
  large.legs[1].payee.text = "no \xff text";
  story.create(large, "key", 7);
  Plan many = story.plan_of(4);
  many.legs.resize(kLegsMax, many.legs[0]);
  many.payment.reset();
  story.create(many, "");
  const auto hold = Story::outcome(large, 0, MovementKind::hold, 3, true);
  story.create(make_return_plan(hold.outcome, kLedgerA, ReturnReason::late, story.engine(), Story::created_at(9)), "");
  for (const Event& event : std::vector<Event>{
           Started{}, hold, Story::outcome(large, 1, MovementKind::payment, 3, false),
           MovementDead{1, MovementKind::payment, Height{5}, {}, LedgerTime{9}},
           MovementRefused{0, MovementKind::refund, ErrorCode::insufficient_funds, "short of funds"},
           PrepareDeadlinePassed{}, CancelRequested{}, Decided{Decision::commit}, Decided{Decision::abort}}) {
    story.event(large.id, event);
  }
  std::vector<Encoded> encoded;
  for (Record& record : story.take()) {
    Encoded one{std::move(record), {}, {}};
    encode(one.record, one.bytes, one.attachment);
    encoded.push_back(std::move(one));
  }
  return encoded;
}

void expect_seen(const CreationGlance& glance, const TradeCreated& created) {
  EXPECT_EQ(glance.trade, created.plan.id);
  EXPECT_EQ(glance.created, created.plan.created);
  EXPECT_EQ(glance.returned, created.plan.returned);
  EXPECT_EQ(glance.idempotency_key, created.idempotency_key);
  EXPECT_EQ(glance.request_digest, created.request_digest);
  EXPECT_EQ(glance.request_item, created.request_item);
  ASSERT_EQ(glance.legs.size(), created.plan.legs.size());
  for (std::size_t i = 0; i < glance.legs.size(); ++i) {
    const Leg& leg = created.plan.legs[i];
    EXPECT_EQ(glance.legs[i].role, leg.role);
    EXPECT_EQ(glance.legs[i].placement, leg.placement);
    EXPECT_EQ(glance.legs[i].ledger, leg.ledger.text);
    EXPECT_EQ(glance.legs[i].payer, leg.payer.text);
    EXPECT_EQ(glance.legs[i].payee, leg.payee.text);
    EXPECT_EQ(glance.legs[i].reclaim_after, leg.reclaim_after);
  }
}

void expect_seen(const EventGlance& glance, const TradeEvent& event) {
  EXPECT_EQ(glance.trade, event.trade);
  EXPECT_EQ(static_cast<std::size_t>(glance.kind), event.event.index() + 1);
  if (const auto* it = std::get_if<OutcomeFinal>(&event.event)) {
    EXPECT_EQ(glance.ledger, it->ledger.text);
    EXPECT_EQ(glance.leg, leg_of(it->outcome.ref));
    EXPECT_EQ(glance.movement, it->outcome.kind);
    EXPECT_EQ(glance.ok, it->outcome.ok);
    EXPECT_EQ(glance.hold_key, it->outcome.hold_key);
    EXPECT_EQ(glance.reclaim_after, it->outcome.reclaim_after);
  } else if (const auto* dead = std::get_if<MovementDead>(&event.event)) {
    EXPECT_EQ(glance.leg, dead->leg);
    EXPECT_EQ(glance.movement, dead->kind);
  } else if (const auto* refused = std::get_if<MovementRefused>(&event.event)) {
    EXPECT_EQ(glance.leg, refused->leg);
    EXPECT_EQ(glance.movement, refused->kind);
  } else if (const auto* decided = std::get_if<Decided>(&event.event)) {
    EXPECT_EQ(glance.decision, decided->decision);
  }
}

TEST(IndexGlance, sees_of_creations_and_events_what_decoding_sees) {
  for (const Encoded& one : trades()) {
    if (const auto* created = std::get_if<TradeCreated>(&one.record.body)) {
      CreationGlance glance;
      ASSERT_TRUE(glance_at_creation(one.bytes, glance).ok());
      EXPECT_EQ(glance.at, one.record.at);
      expect_seen(glance, *created);
      TradeId trade;
      EXPECT_TRUE(find_trade(one.bytes, trade));
      EXPECT_EQ(trade, glance.trade);
    } else {
      EventGlance glance;
      glance.hold_key.bytes.fill(7);
      ASSERT_TRUE(glance_at_event(one.bytes, glance).ok());
      EXPECT_EQ(glance.at, one.record.at);
      expect_seen(glance, std::get<TradeEvent>(one.record.body));
      TradeId trade;
      EXPECT_TRUE(find_trade(one.bytes, trade));
      EXPECT_EQ(trade, glance.trade);
    }
  }
}

TEST(IndexGlance, an_outcome_has_the_terms_of_its_leg_when_it_is_as_asked) {
  Story story;
  const Plan plan = story.plan_of(3);
  const auto terms_of = [&](const OutcomeFinal& outcome) {
    Bytes record;
    Bytes attachment;
    encode({{}, TradeEvent{plan.id, outcome}}, record, attachment);
    EventGlance glance;
    EXPECT_TRUE(glance_at_event(record, glance).ok());
    return Bytes(glance.terms.begin(), glance.terms.end());
  };
  Bytes record;
  Bytes attachment;
  encode({{}, TradeCreated{plan, "", {}, 0}}, record, attachment);
  CreationGlance creation;
  ASSERT_TRUE(glance_at_creation(record, creation).ok());
  for (const auto& [leg, kind] : {std::pair(0, MovementKind::hold), std::pair(1, MovementKind::payment)}) {
    const TermBytes asked = creation.legs[static_cast<std::size_t>(leg)].terms;
    const auto right = Story::outcome(plan, static_cast<LegIndex>(leg), kind, 3, true);
    EXPECT_TRUE(std::ranges::equal(terms_of(right), asked));
    auto other = right;
    other.outcome.amount = Amount{other.outcome.amount.units() + 1};
    EXPECT_FALSE(std::ranges::equal(terms_of(other), asked));
    other = right;
    other.outcome.to.text += 'x';
    EXPECT_FALSE(std::ranges::equal(terms_of(other), asked));
  }
}

TEST(IndexGlance, refuses_creations_and_events_that_are_cut_or_followed_by_bytes) {
  CreationGlance creation;
  EventGlance event;
  for (const Encoded& one : trades()) {
    const bool is_creation = std::holds_alternative<TradeCreated>(one.record.body);
    const auto is_taken = [&](ByteView bytes) {
      return is_creation ? glance_at_creation(bytes, creation).ok() : glance_at_event(bytes, event).ok();
    };
    for (std::size_t size = 0; size < one.bytes.size(); ++size) {
      EXPECT_FALSE(is_taken(ByteView(one.bytes).first(size))) << size;
    }
    Bytes longer = one.bytes;
    longer.push_back(0);
    EXPECT_FALSE(is_taken(longer));
  }
}

}  // namespace
}  // namespace clearspan::evidence
