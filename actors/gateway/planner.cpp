#include "actors/gateway/planner.hpp"

#include <algorithm>
#include <utility>

namespace clearspan::gateway {
namespace {

bool has_asset(const LedgerTraits& traits, std::string_view asset) {
  return std::any_of(traits.assets.begin(), traits.assets.end(),
                     [&](const Asset& known) { return known.id.text == asset; });
}

}  // namespace

Result<Planner> Planner::make(Terms terms) {
  Planner planner;
  for (auto& ledger : terms.ledgers) {
    const LedgerId id = ledger->traits().id;
    if (!planner.ledgers_.emplace(id, std::move(ledger)).second) {
      return make_error(ErrorCode::config_invalid, "two ledgers have the name \"" + id.text + "\"");
    }
  }
  planner.timing_ = terms.timing;
  planner.engine_ = terms.engine;
  for (Profile& profile : terms.profiles) {
    CLEARSPAN_CHECK_OK(planner.settle_profile(profile));
    if (planner.find_profile(profile.name) != nullptr) {
      return make_error(ErrorCode::config_invalid, "two profiles have the name \"" + profile.name + "\"");
    }
    planner.profiles_.push_back(std::move(profile));
  }
  return planner;
}

Status Planner::settle_profile(Profile& profile) const {
  const auto settle = [&](const LedgerId& ledger, const AssetId& asset, AccountId& account) -> Status {
    const auto found = ledgers_.find(ledger);
    const std::string whose = "profile \"" + profile.name + "\": ";
    if (found == ledgers_.end())
      return make_error(ErrorCode::config_invalid, whose + "no ledger \"" + ledger.text + "\"");
    if (!has_asset(found->second->traits(), asset.text)) {
      return make_error(ErrorCode::config_invalid,
                        whose + "ledger \"" + ledger.text + "\" has no asset \"" + asset.text + "\"");
    }
    Result<AccountId> canonical = found->second->canonical_account(account.text);
    if (!canonical.ok()) return make_error(ErrorCode::config_invalid, whose + describe(canonical.error()));
    account = std::move(canonical).value();
    return Done{};
  };
  CLEARSPAN_CHECK_OK(settle(profile.source_ledger, profile.source_asset, profile.source_account));
  return settle(profile.destination_ledger, profile.destination_asset, profile.destination_account);
}

const Profile* Planner::find_profile(std::string_view name) const {
  const auto found =
      std::find_if(profiles_.begin(), profiles_.end(), [&](const Profile& profile) { return profile.name == name; });
  return found == profiles_.end() ? nullptr : &*found;
}

const Connector* Planner::find_connector(const LedgerId& ledger) const {
  const auto found = ledgers_.find(ledger);
  return found == ledgers_.end() ? nullptr : found->second.get();
}

Result<AccountId> Planner::canonical(const LedgerId& ledger, std::string_view account) const {
  const Connector* connector = find_connector(ledger);
  if (connector == nullptr) return make_error(ErrorCode::unknown_ledger, "no ledger \"" + ledger.text + "\"");
  return connector->canonical_account(account);
}

AccountId Planner::canonical_anywhere(std::string_view account) const {
  for (const auto& [id, connector] : ledgers_) {
    Result<AccountId> canonical = connector->canonical_account(account);
    if (canonical.ok() && canonical->text != account) return std::move(canonical).value();
  }
  return {std::string(account)};
}

}  // namespace clearspan::gateway
