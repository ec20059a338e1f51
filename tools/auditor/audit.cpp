#include "tools/auditor/audit.hpp"

#include <set>

#include "tools/auditor/rules.hpp"

namespace clearspan::audit {
namespace {

void count(const Facts& facts, const std::vector<LedgerBook>& books, Report& report) {
  report.counts.logs = facts.logs.size();
  report.counts.records = facts.records;
  report.counts.trades = facts.trades.size();
  report.counts.signed_txns = facts.txns.size();
  for (const auto& [id, trade] : facts.trades) ++report.phases[static_cast<std::size_t>(trade.machine.phase())];
  for (const LedgerBook& book : books) {
    report.counts.book_txns += book.txns.size();
    for (const BookTxn& txn : book.txns) report.counts.book_effects += txn.effects.size();
  }
}

// Ledgers that the evidence is about, and of which no book was given.
std::vector<LedgerId> missing_books(const Facts& facts, const BookIndexes& books) {
  std::vector<LedgerId> missing;
  for (const auto& [ledger, description] : facts.descriptions) {
    if (!books.contains(ledger)) missing.push_back(ledger);
  }
  return missing;
}

void compare_with_books(const Facts& facts, const std::vector<LedgerBook>& books, const Options& options,
                        Findings& findings) {
  BookIndexes indexes;
  for (const LedgerBook& book : books) {
    if (!indexes.try_emplace(book.ledger, book, facts, facts.engine()).second) {
      findings.add(Invariant::conservation, book.ledger.text + ": the book was given twice");
    }
  }
  findings.report().without_book = missing_books(facts, indexes);
  check_books(facts, indexes, findings);
  check_ends(facts, indexes, options, findings);
  check_anchors(facts, indexes, findings);
  if (options.ended) check_ended(facts, indexes, findings);
}

}  // namespace

std::string name_of(Invariant invariant) {
  return "I" + std::to_string(static_cast<unsigned>(invariant));
}

Result<Report> audit(const Evidence& evidence, const std::vector<LedgerBook>& books, const Options& options) {
  Report report;
  Findings findings(report);
  Facts facts;
  for (const LedgerBook& book : books) check_arithmetic(book, findings);
  CLEARSPAN_TRY(const bool is_whole, read_facts(evidence, options, facts, findings));
  count(facts, books, report);
  if (!is_whole) {
    report.notes.emplace_back("the logs are damaged, so nothing was concluded from them");
    return report;
  }
  CLEARSPAN_CHECK_OK(check_heads(evidence, facts, options, findings));
  check_signing(facts, options, findings);
  compare_with_books(facts, books, options, findings);
  return report;
}

Result<std::vector<KnownLedger>> ledgers_of(const Evidence& evidence) {
  std::map<LedgerId, LedgerDescription> descriptions;
  std::map<LedgerId, std::set<AccountId>> signers;
  const auto take = [&](const evidence::RecordRef& ref) -> Status {
    auto record = evidence::decode_without_attachment(ref.bytes.record);
    if (!record.ok()) return Done{};  // the audit says so
    if (const auto* described = std::get_if<evidence::LedgerDescribed>(&record->body)) {
      descriptions.insert_or_assign(described->description.ledger, described->description);
    } else if (const auto* txn = std::get_if<evidence::TxnSigned>(&record->body)) {
      signers[txn->ledger].insert(txn->signer);
    }
    return Done{};
  };
  for (std::size_t shard = 0;; ++shard) {
    const std::string directory = log_directory(evidence, shard);
    CLEARSPAN_TRY(const auto identity, evidence::identity_of_log(evidence.disk, directory));
    if (!identity) break;
    const auto read = evidence::read_log(evidence.disk, directory, *identity, {}, take);
    if (!read.ok()) return read.error();
  }
  std::vector<KnownLedger> known;
  known.reserve(descriptions.size());
  for (auto& [ledger, description] : descriptions) {
    known.push_back({std::move(description), {signers[ledger].begin(), signers[ledger].end()}});
  }
  return known;
}

}  // namespace clearspan::audit
