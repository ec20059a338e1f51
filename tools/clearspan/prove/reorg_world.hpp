// Two simulated ledgers and a real engine between them, in this process; blocks are made when somebody waits for
// something. One of the ledgers is about to lose its newest blocks.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "actors/engine.hpp"
#include "core/scenario/compile.hpp"
#include "ledgers/simulated/in_process_connector.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "tools/clearspan/prove/crash_books.hpp"
#include "tools/clearspan/prove/crash_world.hpp"

namespace clearspan::tools {

struct ReorgWorldOptions {
  std::filesystem::path folder;
  std::size_t target = 0;            // which of the ledgers loses blocks
  std::uint64_t finality_depth = 0;  // of that one; the other is final after kFinalityDepths
  std::uint64_t blocks_before = 0;   // made before the engine joins
  std::uint64_t txn_validity = 64;
  std::uint64_t seed = 0;
};

class ReorgWorld {
 public:
  static Result<std::unique_ptr<ReorgWorld>> make(const ReorgWorldOptions& options);
  ~ReorgWorld();

  Status start_engine();

  void stop_engine() { engine_.reset(); }

  [[nodiscard]] Engine& engine() { return *engine_; }

  [[nodiscard]] simulated::Ledger& target() { return *ledgers_.at(options_.target); }

  [[nodiscard]] simulated::Ledger& ledger(std::size_t index) { return *ledgers_.at(index); }

  [[nodiscard]] std::filesystem::path data_dir() const { return options_.folder / "data"; }

  // Creates it; its plan is known from then on. Errors: those of the compiler and the engine.
  Status create_payment();
  Status create_exchange();

  // Makes blocks on both ledgers, each handled by the engine before the next, until it is true. Errors: timed_out.
  Status until(std::string_view what, const std::function<bool()>& is_true);

  // Makes so many blocks on the target and waits until the engine has handled what is final by them.
  Status extend_target(std::uint64_t blocks);

  [[nodiscard]] LedgerStatus target_status() const;

  // How many effects of that kind the ledgers' books show of our trades on the target.
  [[nodiscard]] std::uint64_t effects_on_target(MovementKind kind);

  // The trades as somebody asked for them, and how the engine says that they ended.
  [[nodiscard]] const std::deque<AskedBatch>& asked() const { return asked_; }

  [[nodiscard]] std::map<std::string, Phase> phases() const;
  [[nodiscard]] std::array<LedgerTruth, 2> truth() const;

 private:
  explicit ReorgWorld(ReorgWorldOptions options) : options_(std::move(options)), dice_(options_.seed) {
    asked_.emplace_back();
  }

  Status make_ledger(std::size_t index);
  Status create(const Plan& plan);
  PlanIdentity next_identity();
  [[nodiscard]] LedgerNow now_of(std::size_t index) const;
  [[nodiscard]] TimingPolicy timing() const;
  Status wait_handled();

  const ReorgWorldOptions options_;
  Dice dice_;
  SystemClock clock_;
  EngineTag tag_;
  std::vector<std::shared_ptr<simulated::Ledger>> ledgers_;
  std::vector<std::shared_ptr<Connector>> connectors_;
  std::deque<AskedBatch> asked_;
  mutable std::mutex mutex_;
  std::map<TradeId, Phase> phases_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace clearspan::tools
