// Two simulated ledgers and an engine between them that takes one step at a time, in an order drawn from a seed.
// Nothing goes wrong but what the test makes go wrong.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "actors/supervisor/stepped_engine.hpp"
#include "core/scenario/compile.hpp"
#include "tests/actors/supervisor/scripted_node.hpp"
#include "tools/simulation/sim_disk.hpp"

namespace clearspan::actors {

class SteppedWorld {
 public:
  enum class Logs : std::uint8_t { one, one_for_each_shard };

  explicit SteppedWorld(std::uint16_t shards, std::uint64_t seed = 1, Logs logs = Logs::one);

  // The engine's process. What was durable is there again after a crash.
  void start();
  void crash();

  [[nodiscard]] SteppedEngine& engine() { return *engine_; }

  [[nodiscard]] sim::SimDisk& disk() { return disk_; }

  [[nodiscard]] const EngineOptions& options() const { return options_; }

  [[nodiscard]] const Side& a() const { return a_; }

  [[nodiscard]] const Side& b() const { return b_; }

  // alice gives 100 ACN for 50 BCN of bob's, or so many times as much; `placed_by` is about alice's hold.
  Plan exchange(Placement placed_by = Placement::engine, std::uint64_t times = 1);

  // alice places the hold of the exchange by herself.
  void deposit(const Plan& plan);

  // alice has a movement made by herself, on a-coin.
  SignedTxn make(Movement movement);

  // The first shard's log takes no more until it has been written: trades like the pattern that ask for nothing are
  // created, once that shard's actors have run.
  void fill_the_log(const Plan& pattern);

  // Runs the actors of one shard, or of all of them, until none has a message.
  void run_actors(std::uint16_t shard);
  void run_actors();

  // All that happens by itself when no ledger is called or looked at and no time passes.
  void settle();

  // One step of anything: an actor, a log, a ledger, time.
  void step();

  // Steps until it is true; false when it never is.
  bool until(const std::function<bool()>& is_true);
  bool until_ended();

  void pass_time(Millis span);

  [[nodiscard]] Timestamp now() const { return clock_.now(); }

  // The last place of that ledger that any log has on record.
  [[nodiscard]] const evidence::ViewAdvanced& recorded(const Side& side) const {
    return recorded_.at(side.node->traits().id);
  }

  // The movements that were signed for the trade so far, by kind, each attempt and each signature counted.
  [[nodiscard]] std::size_t signatures(const Plan& plan, MovementKind kind) const;

  // Txns that stand behind the freeze of their ledger in a log.
  [[nodiscard]] std::size_t signed_when_frozen() const { return signed_when_frozen_; }

  // Effects on the ledger under the ref of that leg.
  [[nodiscard]] static simulated::RefEffects effects(const Side& side, const Plan& plan, LegIndex leg);

  // Makes the actor of the next trade that changes its phase crash there.
  void crash_an_actor() { crash_is_armed_ = true; }

 private:
  void see_durable(const evidence::DurableGroup& group);
  LedgerNow now_of(std::size_t ledger);

  sim::Random random_;
  ManualClock clock_;
  sim::SimDisk disk_{random_};
  EngineOptions options_;
  Side a_;
  Side b_;
  std::unique_ptr<SteppedEngine> engine_;
  std::map<LedgerId, evidence::ViewAdvanced> recorded_;
  std::set<LedgerId> frozen_;
  std::size_t signed_when_frozen_ = 0;
  std::vector<Movement> signed_;
  std::uint16_t trades_made_ = 0;
  std::uint64_t made_by_hand_ = 0;
  bool crash_is_armed_ = false;
};

// Calls the ledger until what the signature waits for is known, and the hold is signed by it.
void sign(SteppedWorld& world, std::size_t ledger);

// Of a new exchange: alice's.
Plan sign_a_hold(SteppedWorld& world, std::uint64_t times = 1);

// With alice's key, by somebody else than the engine: as many units as the plan's hold has.
Movement payment_of(const Plan& plan);

// What goes wrong in these tests is meant to: the log of the server says nothing of it.
class SteppedEngineTest : public ::testing::Test {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }

  void TearDown() override { spdlog::set_level(spdlog::level::info); }
};

}  // namespace clearspan::actors
