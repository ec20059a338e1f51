// Reads every record as it becomes durable, and notes which of the states in sometimes.def it shows.
#pragma once

#include <map>
#include <set>

#include "codecs/evidence/record.hpp"
#include "tools/simulation/sometimes.hpp"

namespace clearspan::sim {

class Watcher {
 public:
  explicit Watcher(SometimesCounts& counts) : counts_(counts) {}

  void see(const evidence::Record& record);

  struct Signed {
    LedgerId ledger;
    LedgerTime not_after;
    bool closed = false;
  };

  // Txns whose signed bytes are durable.
  [[nodiscard]] const std::map<TxnId, Signed>& txns() const { return txns_; }

  [[nodiscard]] const std::map<TradeId, PlanPtr>& plans() const { return plans_; }

 private:
  void note(Sometimes state) { reached(counts_, state); }

  void see_body(const evidence::TradeCreated& body);
  void see_body(const evidence::TradeEvent& body);
  void see_body(const evidence::TxnSigned& body);
  void see_body(const evidence::TxnClosed& body);
  void see_body(const evidence::LedgerFrozen& body);

  template <class Other>
  void see_body(const Other&) {}

  void see_outcome(const OutcomeFinal& fact);

  SometimesCounts& counts_;
  std::map<TxnId, Signed> txns_;
  std::map<TradeId, PlanPtr> plans_;
  std::set<TradeId> releases_signed_;
};

}  // namespace clearspan::sim
