// What the engine last saw of each ledger, by name, and the lookups that requests and answers need.
#pragma once

#include <map>
#include <optional>

#include "actors/engine.hpp"

namespace clearspan::gateway {

class LedgerBoard {
 public:
  explicit LedgerBoard(std::vector<LedgerStatus> ledgers);

  // None when no ledger of that name is configured.
  [[nodiscard]] const LedgerStatus* find(const LedgerId& ledger) const;

  // The asset's scale; none when the ledger or the asset is not configured (any more).
  [[nodiscard]] std::optional<unsigned> scale_of(const LedgerId& ledger, const AssetId& asset) const;

 private:
  std::map<LedgerId, LedgerStatus> ledgers_;
};

}  // namespace clearspan::gateway
