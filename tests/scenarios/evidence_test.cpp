// What the engine leaves behind proves, to somebody who has nothing but the logs' keys, what became of every trade.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "codecs/evidence/verify_bundle.hpp"
#include "codecs/simulated/proof.hpp"
#include "ledgers/evidence/verify_log.hpp"
#include "tests/scenarios/world.hpp"

namespace clearspan::scenarios {
namespace {

const evidence::ProofChecks kChecks = {{"simulated", simulated::check_block_proof}};

class Evidence : public testing::Test {
 protected:
  tlog::TrustedKeys keys() {
    auto keys = tlog::TrustedKeys::parse(world_.engine().archive().trust_file());
    EXPECT_TRUE(keys.ok()) << describe(keys.error());
    return std::move(keys).value();
  }

  Result<evidence::Bundle> bundle_of(const Plan& plan) {
    EXPECT_TRUE(world_.engine().sync_index(Millis{10'000}).ok());
    return world_.engine().archive().bundle_of(plan.id);
  }

  Result<evidence::BundleReport> verify(const evidence::Bundle& bundle) {
    CLEARSPAN_TRY(const evidence::Bundle read, evidence::decode_bundle(evidence::encode_bundle(bundle)));
    EXPECT_EQ(read, bundle);
    return evidence::verify_bundle(read, keys(), kChecks);
  }

  void expect_proven(const Plan& plan, Phase phase) {
    const auto bundle = bundle_of(plan);
    ASSERT_TRUE(bundle.ok()) << describe(bundle.error());
    const auto report = verify(*bundle);
    ASSERT_TRUE(report.ok()) << describe(report.error());
    EXPECT_EQ(phase_of(report->state), phase);
    EXPECT_EQ(report->plan, plan);
  }

  // Every kind of end that two ledgers without faults can give.
  void tell() {
    ends_ = {{world_.pay("alice", "bob", 1000, "carol"), Phase::settled},
             {world_.exchange("alice", 50, "carol", 30), Phase::settled},
             {world_.pay("walter", "bob", 1000, "carol", Placement::payer), Phase::settled}};
    world_.deposit(ends_.back().first);
    world_.set_window(Millis{1'500});
    ends_.emplace_back(world_.pay("walter", "bob", 1000, "carol", Placement::payer), Phase::rejected);
    simulated::FaultRule drop;
    drop.account = AccountId{"erin"};
    ASSERT_TRUE(world_.b().add_fault(drop).ok());
    ends_.emplace_back(world_.pay("alice", "bob", 1000, "erin"), Phase::refunded);
    world_.until_quiet();
  }

  World world_;
  std::vector<std::pair<Plan, Phase>> ends_;
};

TEST_F(Evidence, a_bundle_proves_how_each_trade_ended) {
  tell();
  for (const auto& [plan, phase] : ends_) expect_proven(plan, phase);
}

TEST_F(Evidence, a_bundle_of_a_trade_that_goes_on_proves_what_has_happened_so_far) {
  const Plan plan = world_.pay("walter", "bob", 1000, "carol", Placement::payer);
  expect_proven(plan, Phase::preparing);
}

TEST_F(Evidence, another_key_proves_nothing) {
  const Plan plan = world_.pay("alice", "bob", 1000, "carol");
  world_.until_quiet();
  const auto bundle = bundle_of(plan);
  ASSERT_TRUE(bundle.ok()) << describe(bundle.error());
  const auto report = evidence::verify_bundle(*bundle, {}, kChecks);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::untrusted_key);
}

TEST_F(Evidence, what_a_bundle_leaves_out_is_missed) {
  const Plan plan = world_.pay("alice", "bob", 1000, "carol");
  world_.until_quiet();
  const auto whole = bundle_of(plan);
  ASSERT_TRUE(whole.ok()) << describe(whole.error());
  for (std::size_t i = 0; i < whole->proofs.size(); ++i) {
    evidence::Bundle bundle = *whole;
    bundle.proofs.erase(bundle.proofs.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(verify(bundle).ok());
  }
  for (std::size_t i = 0; i < whole->logs.front().entries.size(); ++i) {
    evidence::Bundle bundle = *whole;
    auto& entries = bundle.logs.front().entries;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
    const auto report = verify(bundle);
    // Without its last events, or a txn's record, it proves less, and never another end.
    if (!report.ok()) continue;
    const Phase phase = phase_of(report->state);
    EXPECT_TRUE(phase == Phase::settled || !is_terminal(phase)) << to_string(phase);
  }
}

TEST_F(Evidence, the_log_verifies_as_a_whole_and_agrees_with_the_index) {
  tell();
  const tlog::TrustedKeys trusted = keys();
  world_.stop();
  const auto disk = evidence::make_posix_disk();
  const auto report = evidence::verify_log(*disk, world_.data_dir() + "/shard-0", trusted, kChecks);
  ASSERT_TRUE(report.ok()) << describe(report.error());
  EXPECT_EQ(report->unsigned_records, 0U);
  EXPECT_EQ(report->trades, ends_.size());
  auto phases = report->phases;
  for (const auto& [plan, phase] : ends_) --phases[static_cast<std::size_t>(phase)];
  EXPECT_EQ(phases, decltype(phases){});
}

TEST_F(Evidence, checkpoints_only_grow_and_are_consistent_over_restarts) {
  std::vector<tlog::Checkpoint> seen;
  for (int round = 0; round < 4; ++round) {
    world_.pay("alice", "bob", 1000, "carol");
    world_.until_quiet();
    seen.push_back(world_.engine().archive().publisher(0).head());
    world_.restart();
  }
  const auto disk = evidence::make_posix_disk();
  world_.stop();
  const auto tree = evidence::HashStore::open(*disk, world_.data_dir() + "/shard-0");
  ASSERT_TRUE(tree.ok());
  const auto identity = evidence::identity_of_log(*disk, world_.data_dir() + "/shard-0");
  std::vector<Hash32> heads;
  ASSERT_TRUE(evidence::read_log(*disk, world_.data_dir() + "/shard-0", **identity, {},
                                 [&](const evidence::RecordRef& ref) -> Status {
                                   heads.push_back(ref.head);
                                   return Done{};
                                 })
                  .ok());
  ASSERT_TRUE((*tree)->append(heads).ok());
  for (std::size_t i = 1; i < seen.size(); ++i) {
    const auto proof = (*tree)->consistency(seen[i - 1].size, seen[i].size);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(tlog::verify_consistency(seen[i - 1].size, seen[i - 1].root, seen[i].size, seen[i].root, *proof).ok());
  }
}

TEST_F(Evidence, an_engine_whose_log_lost_published_records_refuses_to_start) {
  world_.pay("alice", "bob", 1000, "carol");
  world_.until_quiet();
  world_.stop();
  // An older state of the whole log, HEAD included, under the checkpoint that was published since.
  const std::filesystem::path shard = world_.data_dir() + "/shard-0";
  const std::filesystem::path kept = world_.data_dir() + "/kept";
  std::filesystem::copy(shard, kept, std::filesystem::copy_options::recursive);
  world_.start();
  for (int i = 0; i < 4; ++i) world_.pay("alice", "bob", 1000, "carol");
  world_.until_quiet();
  world_.stop();
  std::filesystem::copy_file(shard / "checkpoint", kept / "checkpoint",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove_all(shard);
  std::filesystem::rename(kept, shard);
  EngineOptions options;
  options.data_dir = world_.data_dir();
  options.tag = world_.tag();
  const auto engine = Engine::start(options, world_.connectors());
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().code, ErrorCode::log_corrupt);
}

TEST_F(Evidence, an_anchored_checkpoint_is_proven_by_the_ledger_that_took_it_in) {
  world_.anchor_from_now_on();
  world_.restart();
  const Plan plan = world_.pay("alice", "bob", 1000, "carol");
  world_.until_quiet();
  std::size_t anchors = 0;
  world_.until("the trade is anchored", [&] {
    const auto bundle = bundle_of(plan);
    EXPECT_TRUE(bundle.ok()) << describe(bundle.error());
    if (!bundle.ok() || bundle->anchors.empty()) return false;
    const auto report = verify(*bundle);
    EXPECT_TRUE(report.ok()) << describe(report.error());
    if (report.ok()) anchors = report->anchors.size();
    return true;
  });
  EXPECT_EQ(anchors, 1U);
}

}  // namespace
}  // namespace clearspan::scenarios
