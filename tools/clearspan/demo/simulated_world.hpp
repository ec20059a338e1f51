// Two simulated ledgers in this process, producing a block every 100 ms unless said otherwise.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/clock.hpp"
#include "ledgers/simulated/in_process_connector.hpp"
#include "ledgers/simulated/ledger.hpp"
#include "tools/clearspan/demo/world.hpp"

namespace clearspan::tools {

class SimulatedWorld final : public DemoWorld {
 public:
  // `trades`: how many the accounts' balances must last for.
  static Result<std::unique_ptr<SimulatedWorld>> make(std::uint32_t trades, std::uint64_t seed,
                                                      Millis block_interval = Millis{100});
  ~SimulatedWorld() override;

  [[nodiscard]] std::string_view name() const override { return "two simulated ledgers"; }

  [[nodiscard]] const EngineTag& engine_tag() const override { return tag_; }

  [[nodiscard]] std::vector<std::shared_ptr<Connector>> connectors() const override;
  [[nodiscard]] TimingPolicy timing() const override;
  [[nodiscard]] const Profile& profile_for(Misfortune misfortune) const override;
  [[nodiscard]] PaymentRequest payment(std::uint64_t number, Misfortune misfortune) const override;
  [[nodiscard]] PvpRequest pvp(std::uint64_t number) const override;
  Status deposit_wrong_asset(const Plan& plan) override;

  // The hold of a payer who signs for himself, as the plan has it; valid for so many blocks from now.
  [[nodiscard]] Result<SignedTxn> sign_deposit(const Plan& plan, std::uint64_t valid_blocks) const;

  void stall_node(bool stalled) override;
  [[nodiscard]] Millis stall_needed() const override;

  [[nodiscard]] std::size_t in_flight_max() const override { return 6'000; }

  Result<std::vector<LedgerBooks>> read_books() override;

  // In the order of connectors().
  [[nodiscard]] std::vector<std::shared_ptr<simulated::Ledger>> ledgers() const { return {a_.ledger, b_.ledger}; }

  // From now on there are no blocks but those that ledgers() are told to make.
  void stop_producing();

 private:
  struct Side {
    std::shared_ptr<simulated::Ledger> ledger;
    std::shared_ptr<const simulated::Keyring> engine_keys;
    std::shared_ptr<Connector> connector;
  };

  explicit SimulatedWorld(Millis block_interval);

  Status make_side(Side& side, simulated::Genesis genesis, const std::vector<AccountId>& engine_accounts,
                   std::uint64_t seed);
  void make_profiles();
  void produce();
  [[nodiscard]] Result<SignedTxn> sign_for_walk_in(Movement movement, std::uint64_t valid_blocks) const;
  static LedgerBooks books_of(const simulated::Ledger& ledger);

  const Millis block_interval_;
  const std::uint64_t txn_validity_;  // blocks
  simulated::Keyring walk_in_keys_;   // of the payer who signs for himself
  SystemClock clock_;
  EngineTag tag_;
  Side a_;
  Side b_;
  std::vector<Profile> profiles_;  // by Misfortune
  std::atomic<bool> stopping_{false};
  std::thread producer_;
};

}  // namespace clearspan::tools
