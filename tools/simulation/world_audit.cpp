// What must hold when everything has ended, by the ledgers' own books and by an auditor that shares nothing with the
// engine.
#include "tools/auditor/audit.hpp"
#include "tools/auditor/simulated_book.hpp"
#include "tools/simulation/world.hpp"

namespace clearspan::sim {

void World::check_end() {
  const std::map<TradeId, Phase> seen = std::exchange(seen_, {});
  end_process();
  std::vector<audit::LedgerBook> books;
  for (const Side& side : sides_) {
    Result<audit::LedgerBook> book = audit::read_simulated_book(*side.ledger);
    if (!book) {
      violation("I1: the books of a ledger do not add up: " + describe(book.error()));
      return;
    }
    books.push_back(std::move(*book));
  }
  audit::Options options;
  options.ended = !has_frozen();
  options.steady_clock = temper_.clock_jump == 0;
  options.seen = seen;
  const Result<audit::Report> report = audit::audit({disk_, options_.data_dir}, books, options);
  if (!report) {
    violation("the audit: " + describe(report.error()));
    return;
  }
  for (const audit::Violation& one : report->violations) {
    std::string text = audit::name_of(one.invariant) + ": " + one.text + ", records";
    for (const audit::RecordPoint& point : one.records) {
      text += " " + std::to_string(point.shard) + ":" + std::to_string(point.sequence);
    }
    violation(std::move(text));
  }
}

}  // namespace clearspan::sim
