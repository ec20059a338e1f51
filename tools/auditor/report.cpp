// The report as text for people and as one JSON object.
#include "codecs/json/writer.hpp"
#include "tools/auditor/audit.hpp"

namespace clearspan::audit {
namespace {

std::string text_of(const RecordPoint& point) {
  return "shard-" + std::to_string(point.shard) + ":" + std::to_string(point.sequence);
}

std::string counted(std::uint64_t number, const char* what) {
  return std::to_string(number) + " " + what;
}

std::string verdict_of(const Report& report) {
  if (report.ok()) return "verdict: clean, no violation";
  return "verdict: VIOLATED, " + counted(report.violations_found, "violations");
}

}  // namespace

std::string to_text(const Report& report) {
  const Counts& counts = report.counts;
  std::string out = counted(counts.logs, "logs, ") + counted(counts.records, "records, ") +
                    counted(counts.trades, "trades, ") + counted(counts.signed_txns, "signed txns; ") +
                    counted(counts.book_txns, "txns with ") + counted(counts.book_effects, "effects in the books\n");
  for (std::size_t i = 0; i < report.phases.size(); ++i) {
    if (report.phases[i] == 0) continue;
    out += "  " + std::string(to_string(static_cast<Phase>(i))) + " " + std::to_string(report.phases[i]) + "\n";
  }
  if (counts.excused > 0) {
    out += counted(counts.excused, "comparisons left out: the ledger was rewritten and is frozen\n");
  }
  if (counts.unproven > 0)
    out += counted(counts.unproven, "events are the engine's word: their proofs were too large\n");
  for (const LedgerId& ledger : report.without_book) out += "no book of " + ledger.text + " was given\n";
  for (const std::string& note : report.notes) out += "note: " + note + "\n";
  for (const Violation& violation : report.violations) {
    out += name_of(violation.invariant) + "  " + violation.text;
    for (std::size_t i = 0; i < violation.records.size(); ++i) {
      out += (i == 0 ? "  [" : ", ") + text_of(violation.records[i]);
    }
    out += violation.records.empty() ? "\n" : "]\n";
  }
  if (report.violations_found > report.violations.size()) {
    out += counted(report.violations_found - report.violations.size(), "more violations are not shown\n");
  }
  return out + verdict_of(report) + "\n";
}

std::string to_json(const Report& report) {
  const Counts& counts = report.counts;
  json::Writer out;
  out.begin_object().field("verdict", report.ok() ? "clean" : "violated");
  out.field("violations_found", report.violations_found).key("violations").begin_array();
  for (const Violation& violation : report.violations) {
    out.begin_object().field("invariant", name_of(violation.invariant)).field("text", violation.text);
    out.key("records").begin_array();
    for (const RecordPoint& point : violation.records) {
      out.begin_object().field("shard", point.shard).field("sequence", point.sequence).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().key("counts").begin_object();
  out.field("logs", counts.logs).field("records", counts.records).field("trades", counts.trades);
  out.field("signed_txns", counts.signed_txns).field("book_txns", counts.book_txns);
  out.field("book_effects", counts.book_effects)
      .field("unproven", counts.unproven)
      .field("excused", counts.excused)
      .end_object();
  out.key("phases").begin_object();
  for (std::size_t i = 0; i < report.phases.size(); ++i) {
    if (report.phases[i] > 0) out.field(to_string(static_cast<Phase>(i)), report.phases[i]);
  }
  out.end_object().key("without_book").begin_array();
  for (const LedgerId& ledger : report.without_book) out.value(ledger.text);
  out.end_array().key("notes").begin_array();
  for (const std::string& note : report.notes) out.value(note);
  out.end_array().end_object();
  return out.take();
}

}  // namespace clearspan::audit
