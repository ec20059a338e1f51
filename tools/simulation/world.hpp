// One simulated life of an engine: three ledgers that reorganise and whose nodes lie, a disk that fails, a clock that
// jumps, users who want things, and processes that end at any moment. One seed decides everything, so one seed gives
// one trace, bit for bit.
//
//   safety:    all faults, until enough has happened; what must never happen is looked for after every step
//   liveness:  no more faults; every trade must end
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/supervisor/stepped_engine.hpp"
#include "core/scenario/compile.hpp"
#include "ledgers/simulated/in_process_connector.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "tools/simulation/hostile_connector.hpp"
#include "tools/simulation/random.hpp"
#include "tools/simulation/sim_disk.hpp"
#include "tools/simulation/sometimes.hpp"
#include "tools/simulation/watcher.hpp"

namespace clearspan::sim {

inline constexpr std::uint64_t kSegmentBytes = 256u << 10;  // small, so that logs roll
inline constexpr std::uint64_t kEventsPerSeed = 20'000;     // of the part with faults

struct Verdict {
  std::uint64_t seed = 0;
  std::uint64_t events = 0;
  std::uint64_t trades = 0;
  std::uint64_t trace_hash = 0;
  SometimesCounts sometimes{};
  std::vector<std::string> violations;
};

class World {
 public:
  World(std::uint64_t seed, std::uint64_t events);
  ~World();

  Verdict run();

  // The disk as it is after run(): the evidence of what happened.
  [[nodiscard]] SimDisk& disk() { return disk_; }

 private:
  class SimClock final : public Clock {
   public:
    [[nodiscard]] Timestamp now() const override { return Timestamp{time}; }

    Millis time{1'800'000'000'000};
  };

  struct Side {
    std::shared_ptr<simulated::Ledger> ledger;
    std::shared_ptr<HostileConnector> connector;
    std::uint64_t finality_depth = 0;
  };

  // How often things go wrong, drawn once per seed; per million steps.
  struct Temper {
    std::uint32_t process_crash = 0;
    std::uint32_t actor_crash = 0;
    std::uint32_t clock_jump = 0;
    std::uint32_t reorganise = 0;
    std::uint32_t reorganise_deep = 0;
    std::uint32_t ledger_fault = 0;
    std::uint32_t log_damage = 0;  // per million crashes
    SimDisk::Faults disk;
    NetworkFaults network;
  };

  Temper draw_temper();
  void make_sides();
  void set_faults(const Temper& temper);

  // The engine's process.
  void start_engine();
  Result<std::unique_ptr<actors::SteppedEngine>> try_to_start();
  void end_process();
  void damage_a_log();
  void see_durable(const evidence::DurableGroup& group);
  void on_phase_change(const PhaseChange& change);
  void end_an_actor();

  // One step of something; the steps are weighed so that the engine usually keeps up.
  void step();
  void step_engine();
  void step_ledger();
  void step_misfortune();
  void pass_time(Millis span);
  void reorganise(bool deep);
  void ledger_fault();

  // Users.
  void step_user();
  void pay();
  void exchange();
  void cancel_one();
  void deposit(const Plan& plan);
  void create(Result<Plan> plan);
  LedgerNow now_of(std::size_t side);
  TimingPolicy draw_timing();
  PlanIdentity next_identity();

  void be_live();
  [[nodiscard]] bool everything_ended() const;
  [[nodiscard]] bool has_frozen() const;
  void check_step();
  void check_end();
  void violation(std::string text);
  void mix(std::uint64_t value);

  Random random_;
  const std::uint64_t events_wanted_;
  Verdict verdict_;
  SimClock clock_;         // of the engine's machine
  SimClock ledger_clock_;  // never wrong
  SimDisk disk_;
  std::vector<Side> sides_;
  EngineTag tag_;
  EngineOptions options_;
  Temper temper_;
  Watcher watcher_;
  std::map<TradeId, Phase> seen_;  // what somebody was told
  std::unique_ptr<actors::SteppedEngine> engine_;
  std::vector<Plan> awaited_deposits_;
  std::deque<TradeId> recent_;
  std::uint64_t deposits_ = 0;
  bool actor_crash_armed_ = false;
  std::vector<std::uint64_t> signed_when_frozen_;  // by side: how many signatures there were; none while not frozen
};

}  // namespace clearspan::sim
