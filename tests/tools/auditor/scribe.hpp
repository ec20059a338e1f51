// An engine done by hand, for tests of the auditor's rules: two real simulated ledgers, and a pen that writes any
// record at any time, right or wrong. Nothing is decided here.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codecs/evidence/record.hpp"
#include "core/chain/block.hpp"
#include "core/trade/plan.hpp"
#include "ledgers/simulated/in_process_connector.hpp"
#include "tools/auditor/audit.hpp"
#include "tools/simulation/sim_disk.hpp"

namespace clearspan::audit {

using Logs = std::vector<std::vector<evidence::Record>>;  // by shard

// Writes logs as an engine does, without checkpoints.
void write_logs(sim::SimDisk& disk, const std::string& folder, const EngineTag& engine, const Logs& logs);

class Scribe {
 public:
  static constexpr std::size_t kA = 0;
  static constexpr std::size_t kB = 1;

  Scribe();

  // alice gives 100 ACN on a-coin, held; the exchanger pays bob 50 BCN on b-coin.
  Plan payment_plan();
  // alice and bob swap 100 ACN and 50 BCN, both held.
  Plan swap_plan();

  void write(evidence::RecordBody body, std::size_t shard = 0);
  void create(const Plan& plan);

  void event(const Plan& plan, Event event) { write(evidence::TradeEvent{plan.id, std::move(event)}); }

  void decide(const Plan& plan, Decision decision) { event(plan, Decided{decision}); }

  // Signs, records and sends one movement of the plan. `edit` changes what is signed, `is_recorded` whether the log
  // hears of it.
  TxnId sign(const Plan& plan, LegIndex leg, MovementKind kind, const HoldKey& key = {});
  TxnId sign(std::size_t side, const Movement& movement, bool is_recorded = true);
  SignedTxn make_txn(std::size_t side, const Movement& movement);
  void record(std::size_t side, const SignedTxn& txn, const Movement& movement);
  void send(std::size_t side, const SignedTxn& txn);

  // Makes a block and records what it proves; `leave_out` says which outcomes the log does not hear of. Returns the
  // outcomes.
  std::vector<Outcome> block(
      std::size_t side, const std::function<bool(const Outcome&)>& leave_out = [](const Outcome&) { return false; });

  VerifiedBlockPtr last_block(std::size_t side) const { return sides_[side].last; }

  // The whole way of a trade.
  HoldKey hold(const Plan& plan, LegIndex leg = 0);
  void pay(const Plan& plan);
  void release(const Plan& plan, const HoldKey& key, LegIndex leg = 0);
  void refund(const Plan& plan, const HoldKey& key, LegIndex leg = 0);
  void settle(const Plan& plan);

  [[nodiscard]] simulated::Ledger& ledger(std::size_t side) { return *sides_[side].ledger; }

  [[nodiscard]] std::vector<LedgerBook> books();

  Logs logs{1};
  EngineTag tag;
  Options options;

  [[nodiscard]] Report audit(const std::function<void(std::vector<LedgerBook>&)>& edit_books = {});

 private:
  struct Side {
    std::shared_ptr<simulated::Ledger> ledger;
    std::unique_ptr<simulated::InProcessConnector> connector;
    VerifiedBlockPtr last;
  };

  [[nodiscard]] std::size_t side_of(const Plan& plan, LegIndex leg) const;

  SystemClock clock_;
  std::vector<Side> sides_;
  std::uint64_t salt_ = 0;
  std::uint8_t trades_ = 0;
  Millis time_{1'800'000'000'000};
};

// Whether a violation of the invariant has those words.
bool found(const Report& report, Invariant invariant, std::string_view words);

}  // namespace clearspan::audit
