// anvil as a ledger of a crash campaign; see anvil_ledger.cpp.
#pragma once

#include <functional>
#include <map>
#include <thread>

#include "tools/clearspan/demo/evm_books.hpp"
#include "tools/clearspan/demo/evm_side.hpp"
#include "tools/clearspan/prove/crash_ledger.hpp"

namespace clearspan::tools {

class AnvilLedger final : public CrashLedger {
 public:
  static Result<std::unique_ptr<AnvilLedger>> start(std::size_t index, const std::filesystem::path& folder,
                                                    std::uint64_t seed, const std::string& contracts_dir);

  [[nodiscard]] std::string config() const override;
  [[nodiscard]] std::string account_of(std::string_view person) const override;
  Status add_faults() override;
  Status clear_faults() override;

  [[nodiscard]] bool can_reorganise() const override { return true; }

  void do_mischief(Mischief mischief) override;
  Result<Rewritten> rewrite_final_blocks() override;
  Result<LedgerTruth> truth() override;
  Result<audit::LedgerBook> book(const std::filesystem::path& data_dir) override;

 private:
  AnvilLedger(std::size_t index, std::uint64_t seed) : index_(index), dice_(seed) {}

  Status supply(const std::map<std::string, crypto::SecretKey>& keys);
  [[nodiscard]] ethereum::EvmOptions own_options() const;
  void heal_after(Millis span, std::function<void()> heal);
  void drop_waiting_txns();
  Status reorganise(std::uint64_t depth, bool is_returned);
  Result<std::string> call(const std::string& method, const std::string& params) const;
  Result<Height> newest() const;
  Result<std::uint64_t> time_of(Height height) const;
  [[nodiscard]] AccountId person_of(const AccountId& account) const;

  const std::size_t index_;
  Dice dice_;
  EvmPeople people_;
  std::unique_ptr<EvmSide> side_;
  ethereum::Address token_;  // zero: the chain's own coin
  std::unique_ptr<EvmBooks> books_;
  std::jthread healing_;  // last: it ends before what it heals
};

}  // namespace clearspan::tools
