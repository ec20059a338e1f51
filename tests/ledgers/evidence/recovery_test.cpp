// What a shard knows after a restart is what its log says.
#include "ledgers/evidence/recovery.hpp"

#include <gtest/gtest.h>

#include "tests/ledgers/evidence/fixture.hpp"
#include "tests/ledgers/evidence/story.hpp"

namespace clearspan::evidence {
namespace {

class RecoveryTest : public testing::Test {
 protected:
  void write(const std::vector<Record>& records) {
    auto log = open_log(*disk_, directory_);
    EncodedGroup group;
    for (const Record& record : records) group.add(record);
    ASSERT_TRUE(log->append(group).ok());
    log->close();
    written_ += records.size();
  }

  Recovered recovered() {
    auto result = recover(*disk_, directory_, test_options().identity);
    EXPECT_TRUE(result.ok()) << describe(result.error());
    return std::move(result).value();
  }

  std::string fault() {
    const auto result = recover(*disk_, directory_, test_options().identity);
    return result.ok() ? "none" : std::string(to_string(result.error().code)) + ": " + result.error().detail;
  }

  TemporaryDirectory root_;
  std::string directory_ = root_ / "log";
  std::unique_ptr<Disk> disk_ = make_posix_disk();
  std::uint64_t written_ = 0;
  Story story_;
};

TEST_F(RecoveryTest, an_empty_log_gives_nothing) {
  const Recovered nothing = recovered();
  EXPECT_EQ(nothing.records, 0u);
  EXPECT_TRUE(nothing.trades.empty());
  EXPECT_EQ(nothing.end.sequence, 0u);
}

TEST_F(RecoveryTest, keeps_the_trades_that_are_not_over_with_their_state) {
  story_.start();
  for (std::uint64_t i = 0; i < kEndings; ++i) story_.tell(i, static_cast<Ending>(i), "key-" + std::to_string(i));
  write(story_.take());
  const Recovered after = recovered();
  ASSERT_EQ(after.trades.size(), 3u);
  const auto phase = [&](Ending ending) {
    return phase_of(after.trades.at(Story::id_of(static_cast<std::uint64_t>(ending))).state);
  };
  EXPECT_EQ(phase(Ending::suspended), Phase::suspended);
  EXPECT_EQ(phase(Ending::releasing), Phase::releasing);
  EXPECT_EQ(phase(Ending::preparing), Phase::preparing);
  const LiveTrade& trade = after.trades.at(Story::id_of(4));
  EXPECT_EQ(*trade.plan, story_.plan_of(4));
  EXPECT_EQ(trade.idempotency_key, "key-4");
  EXPECT_EQ(trade.request_digest.bytes[0], 5);
  EXPECT_LT(trade.first_sequence, trade.last_sequence);
  EXPECT_LT(trade.created, trade.updated);
  EXPECT_EQ(after.records, written_);
  EXPECT_EQ(after.end.sequence, written_);
  ASSERT_TRUE(after.last_start);
  EXPECT_EQ(after.last_start->version, "0.1.0");
}

TEST_F(RecoveryTest, a_deposit_that_was_to_be_sent_back_is_not_forgotten) {
  story_.start();
  story_.tell(0, Ending::preparing);
  Outcome stray;
  stray.ref = make_operation_ref(Story::id_of(0), 0, story_.engine());
  stray.kind = MovementKind::hold;
  stray.ok = true;
  stray.asset.text = "OTHER";
  stray.hold_key.bytes.fill(0x99);
  std::vector<Record> records = story_.take();
  records.push_back({Story::created_at(1), TradeEvent{Story::id_of(0), OutcomeFinal{kLedgerA, stray}}});
  write(records);
  const Recovered before = recovered();
  ASSERT_EQ(before.missing_returns.size(), 1u);
  EXPECT_EQ(before.missing_returns.front().outcome, stray);
  EXPECT_EQ(before.missing_returns.front().reason, ReturnReason::wrong_asset);
  write({{Story::created_at(2), TradeCreated{make_return_plan(stray, kLedgerA, ReturnReason::wrong_asset,
                                                              story_.engine(), Story::created_at(2)),
                                             {},
                                             {},
                                             0}}});
  EXPECT_TRUE(recovered().missing_returns.empty());
}

TEST_F(RecoveryTest, a_trade_recovered_halfway_goes_on_to_the_same_end) {
  story_.tell(1, Ending::settled);
  const std::vector<Record> records = story_.take();
  for (std::size_t cut = 2; cut < records.size(); ++cut) {
    RecoveryFold first;
    Hash32 head;
    std::uint64_t sequence = 0;
    State state;
    Plan plan;
    for (std::size_t i = 0; i < records.size(); ++i) {
      Bytes bytes;
      Bytes attachment;
      encode(records[i], bytes, attachment);
      if (i < cut) {
        ASSERT_TRUE(first.apply({++sequence, {bytes, attachment}, head}).ok());
      } else if (const auto* event = std::get_if<TradeEvent>(&records[i].body)) {
        if (!plan.legs.empty()) state = advance(plan, state, event->event)->next;
      }
      if (i + 1 == cut) {
        Recovered half = first.finish();
        if (half.trades.empty()) break;
        plan = *half.trades.begin()->second.plan;
        state = half.trades.begin()->second.state;
      }
    }
    const bool was_live = !plan.legs.empty();
    EXPECT_EQ(was_live ? phase_of(state) : Phase::settled, Phase::settled) << "cut after " << cut;
  }
}

TEST_F(RecoveryTest, keeps_txns_that_are_not_closed_in_the_order_of_signing) {
  const Plan plan = story_.plan_of(1);
  story_.create(plan, "");
  for (const std::uint64_t number : {5u, 3u, 9u, 4u}) story_.sign({{plan, 0}}, MovementKind::hold, number);
  story_.sign({{plan, 1}}, MovementKind::payment, 7);
  story_.add(TxnClosed{kLedgerA, Story::txn_id(3, MovementKind::hold)});
  story_.add(TxnClosed{kLedgerA, Story::txn_id(3, MovementKind::hold)});
  story_.add(TxnClosed{kLedgerB, Story::txn_id(5, MovementKind::hold)});
  write(story_.take());
  const Recovered after = recovered();
  ASSERT_EQ(after.outstanding.size(), 2u);
  std::vector<std::uint64_t> numbers;
  for (const OutstandingTxn& txn : after.outstanding.at(kLedgerA)) numbers.push_back(txn.txn.sequence.value);
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{5, 9, 4}));
  EXPECT_EQ(after.outstanding.at(kLedgerB).front().txn.raw, Bytes(120, 7));
}

TEST_F(RecoveryTest, keeps_the_last_view_of_each_ledger_and_shard_and_the_first_freeze) {
  BlockHash hash;
  hash.bytes.fill(0x01);
  story_.add(ViewAdvanced{kLedgerA, Height{10}, hash, LedgerTime{10}});
  story_.add(ViewAdvanced{kLedgerB, Height{3}, hash, LedgerTime{3}});
  story_.add(ViewAdvanced{kLedgerA, Height{11}, hash, LedgerTime{11}});
  story_.add(ViewAdvanced{kLedgerA, Height{9}, hash, LedgerTime{9}, 1});
  story_.add(LedgerFrozen{kLedgerB, Height{4}, hash, {}});
  story_.add(LedgerFrozen{kLedgerB, Height{5}, hash, {}});
  write(story_.take());
  const Recovered after = recovered();
  EXPECT_EQ(after.views.at({kLedgerA, 0}).height, Height{11});
  EXPECT_EQ(after.views.at({kLedgerA, 1}).height, Height{9});
  EXPECT_EQ(after.views.at({kLedgerB, 0}).height, Height{3});
  ASSERT_EQ(after.frozen.size(), 1u);
  EXPECT_EQ(after.frozen.at(kLedgerB).height, Height{4});
}

TEST_F(RecoveryTest, keeps_the_last_comparison_of_books_and_none_after_a_difference) {
  const auto found = [](const LedgerId& ledger, std::uint64_t height, std::uint64_t units) {
    return HoldingsChecked{ledger, Height{height}, {}, {{AssetId{"ACN"}, Amount(9), Amount(units)}}};
  };
  story_.add(found(kLedgerA, 4, 9));
  story_.add(found(kLedgerA, 8, 9));
  story_.add(found(kLedgerB, 4, 8));
  story_.add(found(kLedgerB, 8, 9));
  write(story_.take());
  const Recovered after = recovered();
  EXPECT_EQ(after.holdings.at(kLedgerA), found(kLedgerA, 8, 9));
  EXPECT_EQ(after.holdings.at(kLedgerB), found(kLedgerB, 4, 8));
}

TEST_F(RecoveryTest, what_arrives_for_a_trade_that_is_over_is_no_error) {
  story_.tell(1, Ending::settled);
  story_.event(Story::id_of(1), Story::outcome(story_.plan_of(1), 0, MovementKind::hold, 99, true));
  write(story_.take());
  EXPECT_EQ(fault(), "none");
  EXPECT_TRUE(recovered().trades.empty());
}

TEST_F(RecoveryTest, names_the_record_that_no_engine_would_have_written) {
  struct Reject {
    const char* expected;
    std::function<void(Story&)> tell;
  };

  const std::vector<Reject> rejects = {
      {"log_corrupt: record 2: trade 00000000000100000000000000000077 exists already",
       [](Story& story) {
         story.create(story.plan_of(1), "");
         story.create(story.plan_of(1), "");
       }},
      {"log_corrupt: record 1: trade 00000000000200000000000000000077 was never created",
       [](Story& story) { story.event(Story::id_of(2), Started{}); }},
      {"invalid_transition: record 3: trade 00000000000100000000000000000077, decided:",
       [](Story& story) {
         story.create(story.plan_of(1), "");
         story.event(Story::id_of(1), Started{});
         story.event(Story::id_of(1), Decided{Decision::commit});
       }},
      {"log_corrupt: record 2: the view of a-coin goes back",
       [](Story& story) {
         story.add(ViewAdvanced{kLedgerA, Height{10}, {}, {}});
         story.add(ViewAdvanced{kLedgerA, Height{9}, {}, {}});
       }},
      {"log_corrupt: record 3: the view of a-coin goes back",
       [](Story& story) {
         story.add(ViewAdvanced{kLedgerA, Height{10}, {}, {}});
         story.add(ViewAdvanced{kLedgerA, Height{9}, {}, {}, 1});
         story.add(ViewAdvanced{kLedgerA, Height{8}, {}, {}, 1});
       }},
  };
  for (std::size_t i = 0; i < rejects.size(); ++i) {
    directory_ = root_ / std::to_string(i);
    rejects[i].tell(story_);
    write(story_.take());
    EXPECT_EQ(fault().rfind(rejects[i].expected, 0), 0u) << fault();
    const auto opened = open_and_recover(*disk_, directory_, test_options(), {});
    EXPECT_FALSE(opened.ok()) << rejects[i].expected;
  }
}

TEST_F(RecoveryTest, bytes_that_are_no_record_are_named) {
  append_numbered(*open_log(*disk_, directory_), 1, 1);
  EXPECT_EQ(fault().rfind("log_corrupt: record 1: cbor_malformed", 0), 0u) << fault();
}

TEST_F(RecoveryTest, opens_and_folds_in_one_pass_and_writes_on) {
  story_.tell(1, Ending::releasing);
  write(story_.take());
  auto shard = open_and_recover(*disk_, directory_, test_options(), {});
  ASSERT_TRUE(shard.ok()) << describe(shard.error());
  EXPECT_EQ(shard->recovered.trades.size(), 1u);
  EXPECT_EQ(shard->recovered.end, shard->log->durable());
  EncodedGroup group;
  group.add({Timestamp{}, ViewAdvanced{kLedgerA, Height{1}, {}, {}}});
  EXPECT_EQ(*shard->log->append(group), written_ + 1);
  EXPECT_TRUE(shard->log->step());
}

}  // namespace
}  // namespace clearspan::evidence
