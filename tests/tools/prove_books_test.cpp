// What a crash campaign believes only of the ledgers: each way in which books and trades can disagree is noticed.
#include <gtest/gtest.h>

#include <functional>

#include "tools/clearspan/prove/crash_books.hpp"

namespace clearspan::tools {
namespace {

constexpr std::uint64_t kUnits = 100;
constexpr std::uint64_t kHeld = 160;  // ceil(100 * 3 / 2) + 10
constexpr std::uint64_t kPlenty = 1'000;

// One payment that was settled, and everything that says so.
struct Story {
  std::deque<AskedBatch> batches;
  std::map<std::string, Phase> phases;
  std::array<LedgerTruth, 2> truth;

  [[nodiscard]] std::vector<std::string> check() const { return check_against_books(batches, phases, truth); }

  simulated::RefEffects& effects(std::size_t ledger) { return truth[ledger].effects.front(); }

  AskedTrade& trade() { return batches.front().trades.front(); }

  simulated::AccountBooks& account(std::size_t ledger, std::string_view name) {
    for (simulated::AccountBooks& line : truth[ledger].books.accounts) {
      if (line.account.text == name) return line;
    }
    return truth[ledger].books.accounts.front();
  }
};

TradeId trade_id() {
  TradeId id;
  id.bytes.fill(7);
  return id;
}

OperationRef ref_of(LegIndex leg) {
  EngineTag engine;
  engine.bytes.fill(9);
  return make_operation_ref(trade_id(), leg, engine);
}

LedgerTruth truth_of(std::size_t ledger, std::uint64_t moved, const std::string& from, const std::string& to) {
  LedgerTruth truth;
  const AssetId asset{std::string(kAssetNames[ledger])};
  truth.books.ledger = LedgerId{std::string(kLedgerNames[ledger])};
  truth.books.accounts = {{AccountId{from}, asset, Amount(kPlenty), Amount(kPlenty - moved)},
                          {AccountId{to}, asset, Amount(kPlenty), Amount(kPlenty + moved)}};
  truth.books.assets = {{asset, Amount(2 * kPlenty), Amount(2 * kPlenty), Amount(0)}};
  return truth;
}

Story settled() {
  Story story;
  AskedTrade trade;
  trade.id = to_string(trade_id());
  trade.legs = {{0, "alice", "exchanger", kHeld, false}, {1, "exchanger", "alice", kUnits, true}};
  story.batches.emplace_back().trades.push_back(trade);
  story.phases[trade.id] = Phase::settled;
  story.truth = {truth_of(0, kHeld, "alice", "exchanger"), truth_of(1, kUnits, "exchanger", "alice")};
  story.truth[0].effects.push_back({ref_of(0), 1, 0, 1, 0, 0});
  story.truth[1].effects.push_back({ref_of(1), 0, 1, 0, 0, 0});
  return story;
}

Story refunded() {
  Story story = settled();
  story.phases.begin()->second = Phase::refunded;
  story.truth = {truth_of(0, 0, "alice", "exchanger"), truth_of(1, 0, "exchanger", "alice")};
  story.truth[0].effects.push_back({ref_of(0), 1, 0, 0, 1, 0});
  return story;
}

struct Wrong {
  const char* what;
  std::function<void(Story&)> edit;
  const char* expected;  // how one of the violations begins
};

void expect_violation(Story story, const Wrong& wrong) {
  wrong.edit(story);
  const std::vector<std::string> violations = story.check();
  const auto begins = [&](const std::string& violation) { return violation.starts_with(wrong.expected); };
  EXPECT_TRUE(std::any_of(violations.begin(), violations.end(), begins)) << wrong.what;
}

TEST(ProveBooks, find_nothing_wrong_with_trades_that_went_as_the_engine_says) {
  EXPECT_EQ(settled().check(), std::vector<std::string>{});
  EXPECT_EQ(refunded().check(), std::vector<std::string>{});
}

TEST(ProveBooks, notice_each_way_in_which_a_settled_trade_can_be_wrong) {
  const std::vector<Wrong> table = {
      {"a trade that is not listed", [](Story& s) { s.phases.clear(); }, "I6"},
      {"a trade that nobody asked for", [](Story& s) { s.phases["stranger"] = Phase::settled; }, "I10"},
      {"another phase", [](Story& s) { s.phases.begin()->second = Phase::refunded; }, "I9"},
      {"paid twice", [](Story& s) { s.effects(1).payments = 2; }, "I2"},
      {"held twice", [](Story& s) { s.effects(0).holds = 2; }, "I2"},
      {"released twice", [](Story& s) { s.effects(0).releases = 2; }, "I2"},
      {"released and refunded", [](Story& s) { s.effects(0).refunds = 1; }, "I2"},
      {"released and not paid", [](Story& s) { s.truth[1].effects.clear(); }, "I2"},
      {"paid and not released", [](Story& s) { s.effects(0).releases = 0; }, "I2"},
      {"paid by a hold", [](Story& s) { s.effects(1).holds = 1; }, "I2"},
      {"settled, and had no funds", [](Story& s) { s.trade().kind = AskedKind::payer_short; }, "I3"},
      {"one unit too many", [](Story& s) { s.account(1, "alice").now = Amount(kPlenty + kUnits + 1); }, "I1"},
      {"one unit too few", [](Story& s) { s.account(0, "alice").now = Amount(kPlenty - kHeld - 1); }, "I1"},
      {"a hold is open", [](Story& s) { s.truth[0].books.open_holds.emplace_back(); }, "I11"},
      {"sums do not add up", [](Story& s) { s.truth[0].books.assets.front().in_escrow = Amount(1); }, "I1"},
      {"an effect for a stranger",
       [](Story& s) {
         s.truth[0].effects.push_back({make_operation_ref(TradeId{}, 0, EngineTag{}), 1, 0, 0, 1, 0});
       },
       "I12"},
  };
  for (const Wrong& wrong : table) expect_violation(settled(), wrong);
}

TEST(ProveBooks, notice_each_way_in_which_a_refunded_trade_can_be_wrong) {
  const std::vector<Wrong> table = {
      {"refunded twice", [](Story& s) { s.effects(0).refunds = 2; }, "I2"},
      {"never refunded", [](Story& s) { s.effects(0).refunds = 0; }, "I2"},
      {"said to be settled", [](Story& s) { s.phases.begin()->second = Phase::settled; }, "I9"},
      {"paid all the same",
       [](Story& s) {
         s.truth[1].effects.push_back({ref_of(1), 0, 1, 0, 0, 0});
       },
       "I2"},
  };
  for (const Wrong& wrong : table) expect_violation(refunded(), wrong);
}

}  // namespace
}  // namespace clearspan::tools
