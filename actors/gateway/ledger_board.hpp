// What the engine last saw of each ledger, by name, and the lookups that requests and answers need.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "actors/engine.hpp"

namespace clearspan::gateway {

class LedgerBoard {
 public:
  struct Entry {
    LedgerStatus status;
    LedgerNow now;  // the same, as plans are compiled against it
  };

  explicit LedgerBoard(std::vector<LedgerStatus> ledgers);

  // None when no ledger of that name is configured.
  [[nodiscard]] const Entry* find_entry(std::string_view ledger) const;

  [[nodiscard]] const LedgerStatus* find(const LedgerId& ledger) const {
    const Entry* entry = find_entry(ledger.text);
    return entry == nullptr ? nullptr : &entry->status;
  }

  // The asset's scale; none when the ledger or the asset is not configured (any more).
  [[nodiscard]] std::optional<unsigned> scale_of(const LedgerId& ledger, const AssetId& asset) const;

 private:
  std::vector<Entry> entries_;  // few: looked through in order
};

}  // namespace clearspan::gateway
