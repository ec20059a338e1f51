// An engine between two injected ledgers, and the numbered payments that it is given.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "core/scenario/profile.hpp"
#include "tools/clearspan/bench/injected_ledger.hpp"
#include "tools/clearspan/data_folder.hpp"

namespace clearspan::tools {

class InjectedWorld {
 public:
  // `trades`: how many there will be; no plan moves before. `data_dir` may be empty: a temporary folder.
  InjectedWorld(std::uint32_t trades, const std::string& data_dir);

  // Errors: those of the engine; timed_out.
  Status start(std::uint16_t shards, std::function<void(const PhaseChange&)> on_phase_change);

  // Adds so many trades; returns when all are durable and in the index. Nothing ends by itself while it is measured,
  // unless `prepare_until` says so. Errors: of the plans; overloaded when one is refused; timed_out.
  Status create(std::uint32_t count, Placement placed_by, std::optional<Timestamp> prepare_until = std::nullopt);

  // By the number of their trade.
  [[nodiscard]] const std::vector<Plan>& plans() const { return plans_; }

  [[nodiscard]] Engine& engine() { return *engine_; }

  // Where the payers' value is held.
  [[nodiscard]] InjectedLedger& source() { return *source_; }

 private:
  const DataFolder data_;
  const Profile profile_;
  const EngineTag tag_;
  std::shared_ptr<InjectedLedger> source_;
  std::shared_ptr<InjectedLedger> destination_;
  std::uint32_t trades_;
  std::vector<Plan> plans_;
  std::atomic<std::uint32_t> unanswered_{0};
  std::atomic<std::uint32_t> refused_{0};
  std::unique_ptr<Engine> engine_;  // ends first
};

}  // namespace clearspan::tools
