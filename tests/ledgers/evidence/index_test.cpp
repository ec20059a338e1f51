// The trade index: its answers are those of the logs, whatever happened to it on the way.
#include "ledgers/evidence/index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "ledgers/evidence/recovery.hpp"
#include "tests/ledgers/evidence/index_fixture.hpp"

namespace clearspan::evidence {
namespace {

TEST_F(IndexTest, shows_a_trade_with_every_record_that_names_it_and_the_phase_after_each) {
  open_index();
  tell(2, Ending::settled, "order-2");
  tell(4, Ending::settled);
  wait();
  const TradeSnapshot trade = show(Story::id_of(2));
  EXPECT_EQ(trade.summary.id, Story::id_of(2));
  EXPECT_EQ(*trade.summary.plan, stories_[0].plan_of(2));
  EXPECT_EQ(trade.summary.phase, Phase::settled);
  EXPECT_EQ(trade.summary.idempotency_key, "order-2");
  EXPECT_EQ(trade.summary.created, Story::created_at(2));
  EXPECT_EQ(trade.summary.first_sequence, 1u);
  EXPECT_EQ(trade.summary.last_sequence, 10u);
  EXPECT_EQ(trade.summary.updated, Timestamp{Millis{1'793'525'400'010}});
  ASSERT_EQ(trade.history.size(), 11u);

  struct Line {
    std::size_t type;
    Phase phase;
  };

  const std::vector<Line> expected = {{1, Phase::preparing}, {2, Phase::preparing}, {3, Phase::preparing},
                                      {2, Phase::deciding},  {4, Phase::deciding},  {3, Phase::deciding},
                                      {2, Phase::releasing}, {4, Phase::releasing}, {3, Phase::releasing},
                                      {2, Phase::settled},   {4, Phase::settled}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(trade.history[i].record.body.index(), expected[i].type) << i;
    EXPECT_EQ(trade.history[i].phase_after, expected[i].phase) << i;
    EXPECT_EQ(trade.history[i].sequence, i + 1);
  }
  EXPECT_EQ(show(Story::id_of(4)).history.front().sequence, 12u);
}

TEST_F(IndexTest, knows_no_trade_that_no_record_creates) {
  open_index();
  stories_[0].sign({{stories_[0].plan_of(8), 0}}, MovementKind::hold, 8);
  write(0, stories_[0].take());
  wait();
  EXPECT_FALSE(index_->show(Story::id_of(1))->has_value());
  EXPECT_FALSE(index_->show(Story::id_of(8))->has_value());
  EXPECT_FALSE(index_->summary(Story::id_of(8))->has_value());
  EXPECT_TRUE(list_all({}).empty());
}

TEST_F(IndexTest, tells_why_a_trade_was_aborted_or_suspended) {
  open_index();
  tell_many(2 * kEndings);
  wait();
  const auto summary = [&](Ending ending) {
    return **index_->summary(Story::id_of(2 * static_cast<std::uint64_t>(ending)));
  };
  EXPECT_EQ(summary(Ending::refunded).phase, Phase::refunded);
  EXPECT_EQ(summary(Ending::refunded).abort_reason, AbortReason::pivot_failed);
  EXPECT_EQ(summary(Ending::rejected).phase, Phase::rejected);
  EXPECT_EQ(summary(Ending::rejected).abort_reason, AbortReason::hold_refused);
  EXPECT_EQ(summary(Ending::suspended).phase, Phase::suspended);
  EXPECT_EQ(summary(Ending::suspended).suspend_reason, SuspendReason::hold_ended_early);
  EXPECT_EQ(summary(Ending::settled).suspend_reason, std::nullopt);
  EXPECT_EQ(summary(Ending::settled).abort_reason, AbortReason::none);
}

TEST_F(IndexTest, a_txn_shared_by_trades_stands_in_each_history_with_their_own_movements_only) {
  open_index();
  Story& story = stories_[0];
  story.create(story.plan_of(2), "");
  story.create(story.plan_of(4), "");
  story.sign({{story.plan_of(2), 0}, {story.plan_of(4), 0}}, MovementKind::hold, 50);
  story.add(TxnClosed{kLedgerA, Story::txn_id(50, MovementKind::hold)});
  write(0, story.take());
  wait();
  for (const std::uint64_t number : {2u, 4u}) {
    const TradeSnapshot trade = show(Story::id_of(number));
    ASSERT_EQ(trade.history.size(), 3u);
    const auto& txn = std::get<TxnSigned>(trade.history[1].record.body);
    ASSERT_EQ(txn.movements.size(), 1u);
    EXPECT_EQ(trade_of(txn.movements[0].ref), Story::id_of(number));
    EXPECT_EQ(txn.raw.size(), 120u);
    EXPECT_TRUE(std::holds_alternative<TxnClosed>(trade.history[2].record.body));
  }
}

TEST_F(IndexTest, a_txn_with_two_movements_of_a_trade_stands_in_its_history_once) {
  open_index();
  Story& story = stories_[0];
  const Plan plan = story.plan_of(2);
  story.create(plan, "");
  story.sign({{plan, 0}, {story.plan_of(4), 0}, {plan, 1}, {plan, 0}}, MovementKind::hold, 50);
  story.add(TxnClosed{kLedgerA, Story::txn_id(50, MovementKind::hold)});
  write(0, story.take());
  wait();
  const TradeSnapshot trade = show(plan.id);
  ASSERT_EQ(trade.history.size(), 3u);
  EXPECT_EQ(std::get<TxnSigned>(trade.history[1].record.body).movements.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<TxnClosed>(trade.history[2].record.body));
}

TEST_F(IndexTest, a_txn_in_another_shards_log_stands_in_the_history_by_its_time) {
  open_index();
  Story& home = stories_[0];
  Story& other = stories_[1];
  const Plan plan = home.plan_of(2);
  other.set_time(20);
  other.sign({{plan, 0}}, MovementKind::hold, 2);
  other.set_time(40);
  other.add(TxnClosed{kLedgerA, Story::txn_id(2, MovementKind::hold)});
  write(1, other.take());
  home.set_time(10);
  home.create(plan, "");
  home.set_time(30);
  home.event(plan.id, Story::outcome(plan, 0, MovementKind::hold, 2, true));
  write(0, home.take());
  wait();
  const TradeSnapshot trade = show(plan.id);
  ASSERT_EQ(trade.history.size(), 4u);
  const std::vector<std::uint16_t> shards = {0, 1, 0, 1};
  const std::vector<Phase> phases = {Phase::preparing, Phase::preparing, Phase::deciding, Phase::deciding};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(trade.history[i].shard, shards[i]) << i;
    EXPECT_EQ(trade.history[i].phase_after, phases[i]) << i;
  }
  EXPECT_EQ(trade.summary, **index_->summary(plan.id)) << "a txn is no event of the trade";
}

TEST_F(IndexTest, a_trade_that_sends_a_stray_hold_back_is_listed_under_the_trade_it_was_meant_for) {
  open_index();
  tell(2, Ending::settled);
  Story& story = stories_[0];
  const auto stray = Story::outcome(story.plan_of(2), 0, MovementKind::hold, 77, true);
  story.event(Story::id_of(2), stray);
  const Plan back = make_return_plan(stray.outcome, kLedgerA, ReturnReason::late, story.engine(), Story::created_at(9));
  story.create(back, "");
  write(0, story.take());
  wait();
  const TradeSnapshot trade = show(Story::id_of(2));
  EXPECT_EQ(trade.related, std::vector<TradeId>{back.id});
  EXPECT_EQ(trade.summary.phase, Phase::settled);
  EXPECT_EQ(trade.history.size(), 12u);
  EXPECT_EQ(show(back.id).summary.phase, Phase::refunding);
}

TEST_F(IndexTest, lists_newest_first_and_pages_to_the_end_without_gap_or_repetition) {
  open_index();
  tell_many(50);
  wait();
  for (const std::size_t limit : {1u, 7u, 25u, 50u, 51u}) {
    const auto all = list_all({}, limit);
    ASSERT_EQ(all.size(), 50u) << limit;
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].id, Story::id_of(49 - i)) << limit;
  }
  EXPECT_TRUE(index_->list({}, "", 50)->next_cursor.empty());
  EXPECT_FALSE(index_->list({}, "", 49)->next_cursor.empty());
}

TEST_F(IndexTest, trades_created_while_paging_do_not_disturb_the_pages) {
  open_index();
  for (std::uint64_t number = 0; number < 10; ++number) tell(number, Ending::settled);
  wait();
  const auto first = index_->list({}, "", 4);
  for (std::uint64_t number = 10; number < 20; ++number) tell(number, Ending::settled);
  wait();
  const auto second = index_->list({}, first->next_cursor, 4);
  EXPECT_EQ(second->trades.front().id, Story::id_of(5));
}

TEST_F(IndexTest, every_filter_gives_what_a_look_at_all_trades_gives) {
  open_index();
  tell_many(60);
  wait();
  const auto all = list_all({});
  std::vector<TradeFilter> filters;
  for (const Phase phase : {Phase::preparing, Phase::releasing, Phase::settled, Phase::refunded, Phase::rejected,
                            Phase::suspended, Phase::deciding}) {
    filters.push_back({.phase = phase});
  }
  filters.push_back({.scenario = "pvp"});
  filters.push_back({.scenario = "none"});
  filters.push_back({.ledger = kLedgerB});
  filters.push_back({.ledger = LedgerId{"c-coin"}});
  filters.push_back({.account = AccountId{"payer-3"}});
  filters.push_back({.account = AccountId{"merchant"}});
  filters.push_back({.ledger = kLedgerA, .account = AccountId{"merchant"}});
  filters.push_back({.ledger = kLedgerB, .account = AccountId{"merchant"}});
  filters.push_back({.account = AccountId{"payer"}});
  filters.push_back({.created_from = Story::created_at(10)});
  filters.push_back({.created_before = Story::created_at(10)});
  filters.push_back({.phase = Phase::suspended,
                     .scenario = "payment",
                     .created_from = Story::created_at(5),
                     .created_before = Story::created_at(50)});
  filters.push_back({.phase = Phase::settled, .account = AccountId{"payer-1"}});
  std::size_t found = 0;
  for (const TradeFilter& filter : filters) {
    std::vector<TradeSummary> expected;
    for (const TradeSummary& trade : all) {
      if (filter.phase && trade.phase != *filter.phase) continue;
      if (filter.scenario && trade.plan->scenario != *filter.scenario) continue;
      if (filter.created_from && trade.created < *filter.created_from) continue;
      if (filter.created_before && trade.created >= *filter.created_before) continue;
      const auto fits = [&](const Leg& leg) {
        return (!filter.ledger || leg.ledger == *filter.ledger) &&
               (!filter.account || leg.payer == *filter.account || leg.payee == *filter.account);
      };
      if (std::none_of(trade.plan->legs.begin(), trade.plan->legs.end(), fits)) continue;
      expected.push_back(trade);
    }
    EXPECT_EQ(list_all(filter, 4), expected);
    found += expected.size();
  }
  EXPECT_GT(found, 200u);
}

TEST_F(IndexTest, refuses_cursors_that_this_list_did_not_give) {
  open_index();
  tell_many(10);
  wait();
  const std::string cursor = index_->list({}, "", 3)->next_cursor;
  ASSERT_TRUE(index_->list({}, cursor, 3).ok());
  const auto fault = [&](const TradeFilter& filter, const std::string& text) {
    const auto page = index_->list(filter, text, 3);
    return page.ok() ? "accepted" : std::string(to_string(page.error().code)) + " " + page.error().field;
  };
  EXPECT_EQ(fault({.phase = Phase::settled}, cursor), "invalid_cursor cursor");
  EXPECT_EQ(fault({.account = AccountId{""}}, cursor), "invalid_cursor cursor");
  EXPECT_EQ(fault({}, "x"), "invalid_cursor cursor");
  EXPECT_EQ(fault({}, cursor + "00"), "invalid_cursor cursor");
  EXPECT_EQ(fault({}, cursor.substr(2)), "invalid_cursor cursor");
  std::string upper = cursor;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char digit) { return static_cast<char>(std::toupper(digit)); });
  EXPECT_EQ(fault({}, upper), "invalid_cursor cursor");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string other = cursor;
    other[i] = other[i] == '0' ? '1' : '0';
    EXPECT_EQ(fault({}, other), "invalid_cursor cursor") << i;
  }
  EXPECT_EQ(index_->list({}, "", 0).error().code, ErrorCode::out_of_range);
  EXPECT_EQ(index_->list({}, "", kPageLimitMax + 1).error().code, ErrorCode::out_of_range);
}

TEST_F(IndexTest, finds_the_trades_of_an_idempotency_key) {
  open_index();
  stories_[0].create(stories_[0].plan_of(2), "batch-1", 1);
  stories_[0].create(stories_[0].plan_of(4), "batch-12", 0);
  write(0, stories_[0].take());
  stories_[1].create(stories_[1].plan_of(3), "batch-1", 0);
  write(1, stories_[1].take());
  wait();
  const auto entry = index_->find_by_idempotency_key("batch-1");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->request_digest.bytes[0], 7);
  EXPECT_EQ((*entry)->items, (std::vector<IdempotencyEntry::Item>{{0, Story::id_of(3)}, {1, Story::id_of(2)}}));
  EXPECT_FALSE(index_->find_by_idempotency_key("batch")->has_value());
  EXPECT_FALSE(index_->find_by_idempotency_key("")->has_value());
}

TEST_F(IndexTest, a_reader_that_waits_sees_what_it_wrote) {
  open_index();
  EXPECT_FALSE(index_->wait_for(0, 1, Millis{10}));
  for (std::uint64_t number = 0; number < 200; number += 2) {
    tell(number, Ending::settled);
    ASSERT_TRUE(index_->wait_for(0, logs_[0]->durable().sequence, kPatience));
    EXPECT_EQ((*index_->summary(Story::id_of(number)))->phase, Phase::settled);
  }
  EXPECT_EQ(index_->applied_sequence(0), logs_[0]->durable().sequence);
  EXPECT_EQ(index_->applied_sequence(1), 0u);
}

TEST_F(IndexTest, a_record_that_cannot_be_applied_stops_the_projection_and_says_so) {
  open_index();
  tell(2, Ending::settled);
  wait();
  stories_[0].event(Story::id_of(99), Started{});
  write(0, stories_[0].take());
  EXPECT_FALSE(index_->wait_for(0, logs_[0]->durable().sequence, kPatience));
  ASSERT_FALSE(index_->health().ok());
  EXPECT_EQ(index_->health().error().code, ErrorCode::log_corrupt);
  EXPECT_NE(index_->health().error().detail.find("shard 0, record 12: trade"), std::string::npos)
      << index_->health().error().detail;
  EXPECT_EQ(list_all({}).size(), 1u);
}

TEST_F(IndexTest, recovery_and_index_agree_on_every_phase) {
  open_index();
  tell_many(60);
  wait();
  std::size_t live = 0;
  std::map<TradeId, Phase> phases;
  for (const TradeSummary& trade : list_all({})) phases[trade.id] = trade.phase;
  for (std::uint16_t shard = 0; shard < kShards; ++shard) {
    const auto after = recover(*disk_, directory_of(shard), options_of(shard).identity);
    ASSERT_TRUE(after.ok());
    for (const auto& [id, trade] : after->trades) {
      EXPECT_EQ(phase_of(trade.state), phases.at(id));
      const auto summary = **index_->summary(id);
      EXPECT_EQ(summary.first_sequence, trade.first_sequence);
      EXPECT_EQ(summary.last_sequence, trade.last_sequence);
      ++live;
    }
  }
  const auto is_live = [](const auto& item) { return !is_terminal(item.second); };
  EXPECT_EQ(live, static_cast<std::size_t>(std::count_if(phases.begin(), phases.end(), is_live)));
  EXPECT_EQ(live, 30u);
}

}  // namespace
}  // namespace clearspan::evidence
