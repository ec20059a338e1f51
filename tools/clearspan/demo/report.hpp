// How a demo's result is shown: a table for people, one JSON object for machines.
#pragma once

#include <ostream>
#include <string_view>
#include <vector>

#include "actors/engine.hpp"
#include "tools/clearspan/demo/audit.hpp"
#include "tools/clearspan/demo/evidence_sample.hpp"
#include "tools/clearspan/demo/show.hpp"

namespace clearspan::tools {

struct DemoReport {
  std::string_view world;
  ShowResult show;
  EngineStats stats;
  std::vector<LedgerStatus> ledgers;
  std::vector<LedgerBooks> books;
  AuditReport audit;
  EvidenceSample evidence;

  // Whether every promise held.
  [[nodiscard]] bool is_good() const {
    return audit.violations.empty() && show.surprises.empty() && evidence.refused.empty() && stats.suspended == 0 &&
           stats.live == 0;
  }
};

void print_table(const DemoReport& report, std::ostream& out);
void print_json(const DemoReport& report, std::ostream& out);

}  // namespace clearspan::tools
