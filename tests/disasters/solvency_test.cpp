// The solvency brake, in a whole engine: a unit that no block explains ends all signing for the ledger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledgers/evidence/reader.hpp"
#include "tests/scenarios/world.hpp"

namespace clearspan::disasters {
namespace {

using scenarios::World;

constexpr std::uint64_t kInterval = 4;  // blocks

void check_often(EngineOptions& options) {
  options.solvency_interval_blocks = kInterval;
}

class Solvency : public testing::Test {
 protected:
  Solvency() {
    world_.stop();
    world_.tune(check_often);
    world_.start();
    until_checked_again();
  }

  [[nodiscard]] LedgerStatus a_coin() const { return world_.engine().ledgers().front(); }

  void until_checked_again() {
    const Height before = a_coin().holdings_checked;
    world_.until("books and blocks are compared", [&] { return a_coin().holdings_checked > before; });
  }

  // Gives the escrow's account another balance than the one that it has; by so many units.
  void cook(std::int64_t units) {
    std::uint64_t held = 0;
    for (const simulated::AssetBooks& one : world_.a().books().assets) {
      if (one.asset.text == "ACN") held = static_cast<std::uint64_t>(one.in_escrow.units());
    }
    const Amount cooked(held + static_cast<std::uint64_t>(units));
    ASSERT_TRUE(world_.a().falsify("escrow", "ACN", cooked).ok());
  }

  // Records of a kind in all logs, on that ledger.
  template <class Body>
  std::vector<Body> records(const std::string& ledger) {
    std::vector<Body> found;
    world_.stop();
    const auto disk = evidence::make_posix_disk();
    for (int shard = 0; shard < 2; ++shard) {
      const std::string name = "shard-" + std::to_string(shard);
      const auto end = evidence::read_log(*disk, world_.data_dir() + "/" + name, {name, world_.tag()}, {},
                                          [&](const evidence::RecordRef& ref) -> Status {
                                            CLEARSPAN_TRY(const evidence::Record record, evidence::decode(ref.bytes));
                                            const auto* body = std::get_if<Body>(&record.body);
                                            if (body != nullptr && body->ledger.text == ledger) found.push_back(*body);
                                            return Done{};
                                          });
      EXPECT_TRUE(end.ok()) << describe(end.error());
    }
    world_.start();
    return found;
  }

  mutable World world_;
};

TEST_F(Solvency, holds_releases_and_refunds_of_anybody_are_explained) {
  const Plan settled = world_.pay("alice", "bob", 1000, "carol");
  const Plan refunded = world_.pay("alice", "bob", 1000, "poor");
  Plan foreign = settled;
  foreign.engine.bytes.fill(0x77);  // a hold of another engine stays open
  world_.deposit(foreign);
  world_.until_quiet();
  for (int i = 0; i < 4; ++i) until_checked_again();
  world_.restart();
  for (int i = 0; i < 2; ++i) until_checked_again();
  EXPECT_FALSE(a_coin().frozen) << a_coin().problem;
  EXPECT_EQ(world_.phase(settled), Phase::settled);
  EXPECT_EQ(world_.phase(refunded), Phase::refunded);
  const auto checks = records<evidence::HoldingsChecked>("a-coin");
  ASSERT_GE(checks.size(), 6U);
  EXPECT_EQ(checks.front().balances.front().expected, Amount(0));
  EXPECT_EQ(checks.back().balances.front().expected, Amount(1510)) << "the other engine's";
}

TEST_F(Solvency, one_unit_too_few_stops_signing_within_the_interval_and_for_good) {
  const Plan open = world_.pay("alice", "bob", 1000, "erin", Placement::engine);
  world_.until_phase(open, Phase::settled);
  ASSERT_TRUE(world_.b().add_fault({simulated::FaultAction::delay, AccountId{"erin"}, {}, 1000, 30}).ok());
  const Plan plan = world_.pay("alice", "bob", 1000, "erin");
  world_.until_phase(plan, Phase::deciding);
  const std::uint64_t cooked_at = world_.a().true_head().number.value;
  cook(-1);
  world_.until("a-coin is frozen", [&] { return a_coin().frozen; });
  EXPECT_TRUE(a_coin().braked);
  EXPECT_THAT(a_coin().problem, testing::HasSubstr("account escrow holds 1509 ACN at height "));
  EXPECT_THAT(a_coin().problem, testing::HasSubstr("the blocks say 1510"));
  EXPECT_FALSE(world_.engine().ledgers().back().frozen) << "the other ledger's books are right";

  const std::size_t signed_before = records<evidence::TxnSigned>("a-coin").size();
  EXPECT_TRUE(a_coin().frozen) << "after a restart";
  EXPECT_THAT(a_coin().problem, testing::HasSubstr("account escrow holds 1509 ACN at height "));
  world_.until("the merchant is paid", [&] { return world_.effects(world_.b(), plan, 1).payments == 1; });
  world_.produce(60);
  EXPECT_EQ(world_.phase(plan), Phase::releasing) << "it waits for an operator";
  EXPECT_EQ(world_.effects(world_.a(), plan, 0).releases, 0U);
  EXPECT_EQ(records<evidence::TxnSigned>("a-coin").size(), signed_before);

  const auto checks = records<evidence::HoldingsChecked>("a-coin");
  ASSERT_FALSE(checks.empty());
  const evidence::HoldingsChecked& last = checks.back();
  EXPECT_NE(last.unexplained(), nullptr);
  EXPECT_LE(last.height.value, cooked_at + 2 * kInterval) << "a comparison may have been under way";
}

TEST_F(Solvency, one_unit_too_many_stops_signing_too) {
  cook(1);
  world_.until("a-coin is frozen", [&] { return a_coin().frozen; });
  EXPECT_THAT(a_coin().problem, testing::HasSubstr("account escrow holds 1 ACN at height "));
}

TEST_F(Solvency, what_was_taken_while_the_engine_was_down_is_missed) {
  const Plan plan = world_.pay("alice", "bob", 1000, "carol");
  world_.until_phase(plan, Phase::settled);
  until_checked_again();
  world_.stop();
  for (int i = 0; i < 3; ++i) world_.a().produce();
  cook(1);
  world_.start();
  world_.until("a-coin is frozen", [&] { return a_coin().frozen; });
}

TEST_F(Solvency, a_node_that_does_not_answer_proves_nothing) {
  world_.a().set_node_fault(simulated::NodeFault::unreachable, 20);
  world_.produce(20);
  EXPECT_FALSE(a_coin().frozen);
  until_checked_again();
  EXPECT_FALSE(a_coin().frozen) << a_coin().problem;
}

}  // namespace
}  // namespace clearspan::disasters
