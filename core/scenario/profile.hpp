// A profile: a service provider's terms for payments between two ledgers. The exchanger receives the payer's asset and
// pays the merchant's.
#pragma once

#include <string>

#include "core/chain/ids.hpp"
#include "core/money/rate.hpp"

namespace clearspan {

struct Profile {
  std::string name;
  LedgerId source_ledger;  // where the payer gives
  AssetId source_asset;
  AccountId source_account;     // the exchanger's, which gets the release
  LedgerId destination_ledger;  // where the merchant receives
  AssetId destination_asset;
  AccountId destination_account;  // the exchanger's, which pays the pivot
  Rate rate;                      // source units per destination unit
  Amount fee;                     // in source units, added to what the payer gives
  Amount amount_min;              // in destination units, inclusive
  Amount amount_max;

  bool operator==(const Profile&) const = default;
};

}  // namespace clearspan
