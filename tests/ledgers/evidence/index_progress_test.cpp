// The index says of every trade what the trade machine says, whatever is told of it and whenever it was closed.
#include "ledgers/evidence/index_progress.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "core/scenario/trade_id.hpp"
#include "tests/core/trade/story.hpp"
#include "tests/ledgers/evidence/index_fixture.hpp"

namespace clearspan::evidence {
namespace {

using Told = clearspan::Story;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 random_;
};

Plan any_plan(Dice& dice) {
  const std::vector<Plan> plans = {payment_plan(),     payment_plan(Placement::payer),
                                   pvp_plan(),         pvp_plan(Placement::payer),
                                   three_holds_plan(), chain_plan(),
                                   return_plan(),      make_plan(std::vector<LegRole>(kLegsMax, LegRole::hold))};
  return plans[dice.below(plans.size())];
}

// Right in most things, wrong in some.
OutcomeFinal any_outcome(Dice& dice, const Plan& plan) {
  const auto leg = static_cast<LegIndex>(dice.below(plan.legs.size()));
  const auto kind = static_cast<MovementKind>(dice.below(4));
  OutcomeFinal fact = done(plan, leg, kind, kind == MovementKind::payment ? HoldKey{} : key_of_hold(leg));
  Outcome& it = fact.outcome;
  switch (dice.below(16)) {
    case 0:
      it.ok = false;
      break;
    case 1:
      it.amount = Amount(it.amount.units() + 1);
      break;
    case 2:
      it.asset = {"GOLD"};
      break;
    case 3:
      it.from = {"stranger"};
      break;
    case 4:
      it.to = {"stranger"};
      break;
    case 5:
      it.reclaim_after = {1};
      break;
    case 6:
      it.reclaim_after = kNever;
      break;
    case 7:
      it.hold_key = key_of_hold(dice.below(plan.legs.size()), static_cast<std::uint8_t>(dice.below(2)));
      break;
    case 8:
      it.hold_key = {};
      break;
    case 9:
      fact.ledger = {"l" + std::to_string(dice.below(3))};
      break;
    case 10:
      it.ref = make_operation_ref(plan.id, static_cast<LegIndex>(dice.below(20)), plan.engine);
      break;
    default:
      break;
  }
  return fact;
}

// What somebody may answer to a command.
Event answer_to(Dice& dice, const Plan& plan, const Command& command) {
  const bool is_lucky = !dice.one_in(4);
  if (const auto* it = std::get_if<Submit>(&command)) {
    if (!is_lucky) return dice.one_in(2) ? dead(it->leg, it->kind) : refused(it->leg, it->kind);
    return done(plan, it->leg, it->kind, it->kind == MovementKind::hold ? key_of_hold(it->leg) : it->hold_key);
  }
  if (const auto* it = std::get_if<AwaitDeposit>(&command)) {
    return is_lucky ? Event(held(plan, it->leg)) : dead(it->leg, MovementKind::hold);
  }
  if (const auto* it = std::get_if<Abandon>(&command)) return dead(it->leg, it->kind);
  if (const auto* it = std::get_if<RecordDecision>(&command)) return decided(it->decision);
  return any_outcome(dice, plan);
}

Event any_event(Dice& dice, const Told& trade) {
  const Commands outstanding = trade.outstanding();
  if (!outstanding.empty() && !dice.one_in(4)) {
    return answer_to(dice, trade.plan, outstanding[dice.below(outstanding.size())]);
  }
  switch (dice.below(8)) {
    case 0:
      return Started{};
    case 1:
      return CancelRequested{};
    case 2:
      return PrepareDeadlinePassed{};
    case 3:
      return decided(dice.one_in(2) ? Decision::commit : Decision::abort);
    default:
      return any_outcome(dice, trade.plan);
  }
}

class IndexProgressTest : public IndexTest {
 protected:
  // Trades of which some have ids that sort by their creation and some do not.
  Told& begin(Dice& dice) {
    Plan plan = any_plan(dice);
    std::array<std::uint8_t, kTradeIdRandomBytes> rest{};
    rest[0] = static_cast<std::uint8_t>(dice.below(256));
    rest[8] = static_cast<std::uint8_t>(told_.size() >> 8);
    rest[9] = static_cast<std::uint8_t>(told_.size());
    plan.created = Story::created_at(told_.size() / 8);
    plan.id = make_trade_id(dice.one_in(4) ? Timestamp{Millis{77}} : plan.created, rest);
    told_.emplace_back(plan);
    records_.push_back({plan.created, TradeCreated{plan, "", {}, 0}});
    return told_.back();
  }

  // One more event that the machine takes.
  void go_on(Dice& dice, Told& trade) {
    const Event event = any_event(dice, trade);
    trade.on(event);
    if (trade.refusal != ErrorCode::not_found) return;
    records_.push_back({Story::created_at(1000), TradeEvent{trade.plan.id, event}});
  }

  void write_all() { write(kShard, std::exchange(records_, {}), 100); }

  void expect_as_told() {
    wait();
    std::vector<TradeId> suspended;
    for (const Told& trade : told_) {
      const auto summary = index_->summary(trade.plan.id);
      ASSERT_TRUE(summary.ok() && summary->has_value());
      const Standing standing = standing_of(trade.state);
      EXPECT_EQ((*summary)->phase, standing.phase);
      EXPECT_EQ((*summary)->abort_reason, standing.abort_reason);
      EXPECT_EQ((*summary)->suspend_reason, standing.suspend_reason);
      if (standing.phase == Phase::suspended) suspended.push_back(trade.plan.id);
    }
    std::vector<TradeId> listed;
    for (const TradeSummary& trade : list_all({.phase = Phase::suspended})) listed.push_back(trade.id);
    std::sort(suspended.begin(), suspended.end());
    std::sort(listed.begin(), listed.end());
    EXPECT_EQ(listed, suspended);
    std::vector<TradeId> all;
    for (const TradeSummary& trade : list_all({})) all.push_back(trade.id);
    EXPECT_EQ(all.size(), told_.size());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
  }

  static constexpr std::uint16_t kShard = 0;
  std::deque<Told> told_;
  std::vector<Record> records_;  // told and not written
};

TEST_F(IndexProgressTest, says_of_every_trade_what_the_machine_says) {
  constexpr std::size_t kTrades = 400;
  constexpr std::size_t kEventsPerTrade = 12;
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Dice dice(seed);
  open_index();
  for (std::size_t i = 0; i < kTrades; ++i) begin(dice);
  for (std::size_t step = 0; step < kTrades * kEventsPerTrade; ++step) {
    go_on(dice, told_[dice.below(told_.size())]);
    if (dice.one_in(100)) {
      write_all();
      wait();
    }
    if (dice.one_in(1200)) open_index();
  }
  write_all();
  expect_as_told();
  std::size_t phases[8] = {};
  for (const Told& trade : told_) ++phases[static_cast<std::size_t>(trade.phase())];
  for (const Phase phase : {Phase::settled, Phase::refunded, Phase::rejected, Phase::suspended, Phase::refunding}) {
    EXPECT_GT(phases[static_cast<std::size_t>(phase)], 0u) << to_string(phase);
  }
  index_.reset();
  ASSERT_TRUE(TradeIndex::rebuild(*disk_, index_options()).ok());
  is_offering_ = false;
  open_index();
  expect_as_told();
}

// Everything that goes as planned is followed without a look at the log.
class IndexCourseTest : public testing::Test {
 protected:
  void begin(const Plan& plan) {
    tracked_ = Tracked{};
    tracked_.trade = plan.id;
    told_.emplace(plan);
    const Bytes record = encoded(TradeCreated{plan, "", {}, 0});
    CreationGlance creation;
    ASSERT_TRUE(glance_at_creation(record, creation).ok());
    EXPECT_EQ(progress_.begin(tracked_, creation, record).value(), standing_of(told_->state));
  }

  void expect_followed(const Event& event) {
    const Standing before = standing_of(told_->state);
    told_->on(event);
    ASSERT_EQ(told_->refusal, ErrorCode::not_found);
    const Bytes record = encoded(TradeEvent{told_->plan.id, event});
    EventGlance glance;
    ASSERT_TRUE(glance_at_event(record, glance).ok());
    const auto change = progress_.advance(tracked_, glance, record);
    ASSERT_TRUE(change.ok());
    EXPECT_EQ(change->before, before);
    EXPECT_EQ(change->after, standing_of(told_->state));
  }

  static Bytes encoded(RecordBody body) {
    Bytes record;
    Bytes attachment;
    encode({Timestamp{Millis{1}}, std::move(body)}, record, attachment);
    return record;
  }

  std::unique_ptr<Disk> disk_ = make_posix_disk();
  RecordFiles files_{*disk_, {}};
  Progress progress_{files_, [](const TradeId&) -> Result<rows::TradePart> {
                       ADD_FAILURE() << "the log was asked";
                       return make_error(ErrorCode::storage_failed);
                     }};
  Tracked tracked_;
  std::optional<Told> told_;
};

TEST_F(IndexCourseTest, a_trade_that_goes_as_planned_is_followed_without_its_records) {
  for (const Plan& plan : {payment_plan(), payment_plan(Placement::payer), pvp_plan(), chain_plan(),
                           make_plan(std::vector<LegRole>(kLegsMax, LegRole::hold))}) {
    const auto leg_count = static_cast<LegIndex>(plan.legs.size());
    begin(plan);
    expect_followed(Started{});
    for (LegIndex leg = 0; leg < leg_count; ++leg) {
      if (plan.legs[leg].role == LegRole::hold) expect_followed(held(plan, leg));
    }
    if (const auto pivot = plan.pivot()) {
      expect_followed(paid(plan, *pivot));
    } else {
      expect_followed(decided(Decision::commit));
    }
    for (LegIndex leg = 0; leg < leg_count; ++leg) {
      if (plan.legs[leg].role == LegRole::hold) expect_followed(released(plan, leg));
    }
    EXPECT_TRUE(progress_.is_over(tracked_));
  }
}

TEST_F(IndexCourseTest, a_trade_that_is_aborted_or_returned_is_followed_without_its_records) {
  const Plan plan = payment_plan();
  begin(plan);
  expect_followed(held(plan, 0));
  expect_followed(dead(1, MovementKind::payment));
  expect_followed(decided(Decision::abort));
  for (int failures = 0; failures < 20; ++failures) expect_followed(dead(0, MovementKind::refund));
  EXPECT_FALSE(progress_.is_over(tracked_));
  expect_followed(refunded(plan, 0));
  EXPECT_TRUE(progress_.is_over(tracked_));

  begin(pvp_plan(Placement::payer));
  expect_followed(held(told_->plan, 1));
  expect_followed(PrepareDeadlinePassed{});
  expect_followed(dead(0, MovementKind::hold));
  expect_followed(decided(Decision::abort));
  expect_followed(refunded(told_->plan, 1));
  EXPECT_TRUE(progress_.is_over(tracked_));

  begin(return_plan());
  expect_followed(decided(Decision::abort));
  expect_followed(done(told_->plan, 0, MovementKind::refund, told_->plan.returned->hold_key));
  EXPECT_TRUE(progress_.is_over(tracked_));
}

}  // namespace
}  // namespace clearspan::evidence
