// Turns a request into a plan: looks up what its names stand for, checks that the engine may act for the accounts, and
// compiles the scenario. It creates nothing; every refusal names the offending field.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/gateway/create_request.hpp"
#include "actors/gateway/ledger_board.hpp"
#include "core/scenario/compile.hpp"
#include "core/scenario/profile.hpp"
#include "ledgers/connector.hpp"

namespace clearspan::gateway {

class Planner {
 public:
  struct Terms {
    std::vector<Profile> profiles;
    std::vector<std::shared_ptr<Connector>> ledgers;
    TimingPolicy timing;
    EngineTag engine;
  };

  // Brings the profiles' accounts into their ledgers' notation. Errors: config_invalid, naming the profile.
  static Result<Planner> make(Terms terms);

  // Errors: the 4xx codes of the REST API; not_ready and ledger_frozen when a ledger cannot be planned on now.
  [[nodiscard]] Result<Plan> plan(const TradeBody& body, const LedgerBoard& board, Timestamp now) const;

  // In the order of the configuration.
  [[nodiscard]] const std::vector<Profile>& profiles() const { return profiles_; }

  [[nodiscard]] bool has_ledger(const LedgerId& ledger) const { return ledgers_.contains(ledger); }

  // An account as a client wrote it, in the notation of `ledger`. Errors: unknown_ledger, unknown_account.
  [[nodiscard]] Result<AccountId> canonical(const LedgerId& ledger, std::string_view account) const;

  // The same where the client names no ledger: the notation of the first ledger that changes it, else as it is.
  [[nodiscard]] AccountId canonical_anywhere(std::string_view account) const;

 private:
  Planner() = default;

  [[nodiscard]] Result<Plan> plan_payment(const PaymentBody& body, const LedgerBoard& board, Timestamp now) const;
  [[nodiscard]] Result<Plan> plan_pvp(const PvpBody& body, const LedgerBoard& board, Timestamp now) const;
  [[nodiscard]] Status check_signers(const Plan& plan) const;
  [[nodiscard]] Status settle_profile(Profile& profile) const;
  [[nodiscard]] const Profile* find_profile(std::string_view name) const;

  std::vector<Profile> profiles_;
  std::map<LedgerId, std::shared_ptr<Connector>> ledgers_;
  TimingPolicy timing_;
  EngineTag engine_;
};

}  // namespace clearspan::gateway
