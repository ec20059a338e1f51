// The monitor of one ledger on one shard. It is the parent of the trades whose payer's value is held on the ledger, and
// the one way between all trades of the shard and the ledger: it passes on what they ask for, watches the verified
// final blocks for what became of it, and says when something can never happen any more.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "actors/monitor/await_register.hpp"
#include "actors/monitor/proven_facts.hpp"
#include "actors/shard.hpp"

namespace clearspan::actors {

// A trade whose actor dies this often without having ended is left alone: rebuilding it once more would only repeat it.
inline constexpr unsigned kTradeCrashesMax = 3;

// How many final blocks without anything for this shard may pass before the view is recorded all the same.
inline constexpr std::uint64_t kViewRecordBlocks = 64;

// How many trades are told at once that their time for preparing is over. More follow when these have had their turns:
// what they ask for is on its way to the disk by then, and their memory still near.
inline constexpr std::size_t kTimeoutsPerTurn = 1024;

// How exactly a trade's time for preparing is kept.
using PrepareTick = std::chrono::duration<std::int64_t, std::ratio<1, 50>>;

class LedgerMonitor : public MonitorActor::base {
 public:
  // `position`: the last final block that the shard's log knows; none when it starts with the ledger's present.
  LedgerMonitor(caf::actor_config& config, const Shard& shard, LedgerServices& ledger,
                std::optional<evidence::ViewAdvanced> position);

  behavior_type make_behavior() override;

  const char* name() const override { return "ledger_monitor"; }

 private:
  // Trades
  void on_create(CreateTrades& message);
  void on_restore(RestoreTrades& message);
  void on_refolded(TradeRefolded& message);
  void on_crashed(const TradeCrashed& message);
  void on_timeouts();
  void tell_of_timeout(std::span<const TradeId> trades);
  TradeActor spawn_trade(PlanPtr plan, State state);
  void adopt(PlanPtr plan);

  // Movements
  void take_asks();
  void fetch_slots(const TradeAsk& ask) const;
  void fetch_entries(const TradeAsk& ask) const;
  void pass_on(SubmitterAsks asks);
  void on_signed(const MovementsSigned& message);
  void on_refused(const MovementsRefused& message);
  void on_dead(const MovementsDead& message);
  void on_forgotten(const LegsForgotten& message);

  // Blocks
  void on_final_block(const FinalBlock& final_block);
  void on_outcome(const Outcome& outcome, ProvenFacts& facts);
  void on_failed_txn(const IncludedTxn& txn, ProvenFacts& facts);
  void on_conflict(const LedgerConflict& message);
  void on_time(LedgerTime time, ProvenFacts& facts);
  [[nodiscard]] MovementDead dead(const MovementKey& key) const;
  [[nodiscard]] bool is_ours(const OperationRef& ref) const;

  struct Child {
    TradeId trade;
    TradeActor actor;  // null after a crash
    unsigned crashes = 0;
    std::optional<Phase> reported;  // by the actor that crashed last
  };

  [[nodiscard]] const Child* find_leaving(const TradeAsk& ask) const;

  const Shard& shard_;
  LedgerServices& ledger_;
  std::optional<evidence::ViewAdvanced> position_;  // the last final block handled
  std::uint64_t last_recorded_height_ = 0;
  AwaitRegister awaits_;
  HashTable<Child, &Child::trade> children_;
  std::map<Timestamp, std::vector<TradeId>> prepare_timeouts_;  // by PrepareTick
  PartOfTally trades_in_memory_;
  PartOfTally awaits_in_memory_;
};

}  // namespace clearspan::actors
