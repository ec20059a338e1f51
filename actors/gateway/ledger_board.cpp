#include "actors/gateway/ledger_board.hpp"

#include <utility>

namespace clearspan::gateway {

LedgerBoard::LedgerBoard(std::vector<LedgerStatus> ledgers) {
  for (LedgerStatus& ledger : ledgers) {
    LedgerId id = ledger.traits.id;
    ledgers_.emplace(std::move(id), std::move(ledger));
  }
}

const LedgerStatus* LedgerBoard::find(const LedgerId& ledger) const {
  const auto found = ledgers_.find(ledger);
  return found == ledgers_.end() ? nullptr : &found->second;
}

std::optional<unsigned> LedgerBoard::scale_of(const LedgerId& ledger, const AssetId& asset) const {
  const LedgerStatus* status = find(ledger);
  if (status == nullptr) return std::nullopt;
  for (const Asset& known : status->traits.assets) {
    if (known.id == asset) return known.scale;
  }
  return std::nullopt;
}

}  // namespace clearspan::gateway
