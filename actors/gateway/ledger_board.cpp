#include "actors/gateway/ledger_board.hpp"

#include <utility>

namespace clearspan::gateway {

LedgerBoard::LedgerBoard(std::vector<LedgerStatus> ledgers) {
  entries_.reserve(ledgers.size());
  for (LedgerStatus& ledger : ledgers) {
    LedgerNow now{ledger.traits, ledger.time, ledger.seen};
    entries_.push_back({std::move(ledger), std::move(now)});
  }
}

const LedgerBoard::Entry* LedgerBoard::find_entry(std::string_view ledger) const {
  for (const Entry& entry : entries_) {
    if (entry.status.traits.id.text == ledger) return &entry;
  }
  return nullptr;
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
