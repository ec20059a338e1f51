// What requests are planned with, as it was configured: the profiles, the ledgers' connectors and the timing.
// Planning itself is planning_round.hpp's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/scenario/profile.hpp"
#include "core/scenario/timing.hpp"
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

  // In the order of the configuration.
  [[nodiscard]] const std::vector<Profile>& profiles() const { return profiles_; }

  // None when there is none of that name.
  [[nodiscard]] const Profile* find_profile(std::string_view name) const;

  // None when no ledger of that name is configured.
  [[nodiscard]] const Connector* find_connector(const LedgerId& ledger) const;

  [[nodiscard]] const TimingPolicy& timing() const { return timing_; }

  [[nodiscard]] const EngineTag& engine() const { return engine_; }

  [[nodiscard]] bool has_ledger(const LedgerId& ledger) const { return ledgers_.contains(ledger); }

  // An account as a client wrote it, in the notation of `ledger`. Errors: unknown_ledger, unknown_account.
  [[nodiscard]] Result<AccountId> canonical(const LedgerId& ledger, std::string_view account) const;

  // The same where the client names no ledger: the notation of the first ledger that changes it, else as it is.
  [[nodiscard]] AccountId canonical_anywhere(std::string_view account) const;

 private:
  Planner() = default;

  [[nodiscard]] Status settle_profile(Profile& profile) const;

  std::vector<Profile> profiles_;
  std::map<LedgerId, std::shared_ptr<Connector>> ledgers_;
  TimingPolicy timing_;
  EngineTag engine_;
};

}  // namespace clearspan::gateway
