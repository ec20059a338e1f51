#include "tools/clearspan/audit_command.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <sstream>

#include "tools/auditor/audit.hpp"
#include "tools/auditor/book_file.hpp"
#include "tools/auditor/evm_book.hpp"
#include "tools/auditor/simulated_book.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

using audit::KnownLedger;
using audit::LedgerBook;

constexpr int kReadAttempts = 3;  // of the books

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return make_error(ErrorCode::storage_failed, "cannot read the file", path);
  return content;
}

Error in_source(const std::string& source, Error error) {
  error.detail = source + ": " + error.detail;
  return error;
}

// NAME=SOURCE.
Result<LedgerBook> read_book(const std::string& option, const Result<std::vector<KnownLedger>>& known,
                             const AuditOptions& options) {
  const std::size_t sign = option.find('=');
  if (sign == std::string::npos || sign == 0) {
    return make_error(ErrorCode::invalid_value, "write NAME=URL or NAME=FILE", option);
  }
  const LedgerId ledger{option.substr(0, sign)};
  const std::string source = option.substr(sign + 1);
  if (!source.starts_with("http://") && !source.starts_with("https://")) {
    CLEARSPAN_TRY(const std::string text, read_file(source));
    return audit::parse_book(text);
  }
  if (!known.ok()) return known.error();
  const auto described =
      std::ranges::find(*known, ledger, [](const KnownLedger& one) { return one.description.ledger; });
  if (described == known->end()) {
    return make_error(ErrorCode::unknown_ledger, "the evidence does not describe the ledger", ledger.text);
  }
  if (described->description.kind == "ethereum") {
    return audit::read_evm_book(source, described->description, described->signers, Height{options.first_block},
                                options.timeout);
  }
  return audit::read_simulated_book(source, described->description.depth, options.timeout);
}

Result<std::vector<LedgerBook>> read_books(const audit::Evidence& evidence, const AuditOptions& options) {
  // A damaged log is the audit's business; books that are saved can be read without what it would say.
  const auto known = audit::ledgers_of(evidence);
  if (!known.ok() && known.error().code != ErrorCode::log_corrupt) return known.error();
  std::vector<LedgerBook> books;
  for (const std::string& option : options.ledgers) {
    auto book = read_book(option, known, options);
    if (!book.ok()) return in_source(option, book.error());
    if (book->ledger.text != option.substr(0, option.find('='))) {
      return make_error(ErrorCode::invalid_value, "this is the book of " + book->ledger.text, option);
    }
    books.push_back(std::move(*book));
  }
  return books;
}

Status save_books(const std::vector<LedgerBook>& books, const std::string& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  for (const LedgerBook& book : books) {
    const std::string path = folder + "/" + book.ledger.text + ".json";
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << audit::to_json(book);
    file.close();
    if (!file) return make_error(ErrorCode::storage_failed, "cannot write the file", path);
  }
  return Done{};
}

Result<std::map<TradeId, Phase>> read_seen(const std::string& path) {
  std::map<TradeId, Phase> seen;
  if (path.empty()) return seen;
  CLEARSPAN_TRY(const std::string text, read_file(path));
  std::istringstream lines(text);
  for (std::string trade, phase; lines >> trade >> phase;) {
    const auto id = parse_trade_id(trade);
    const auto known = parse_phase(phase);
    if (!id || !known) return make_error(ErrorCode::invalid_value, "a line is TRADE PHASE, not " + trade, path);
    seen[*id] = *known;
  }
  return seen;
}

Result<audit::Report> run(const AuditOptions& options) {
  const auto disk = evidence::make_posix_disk();
  const audit::Evidence evidence{*disk, options.evidence};
  audit::Options how;
  how.ended = options.ended;
  how.closed = options.closed;
  how.steady_clock = !options.clocks_jump;
  CLEARSPAN_TRY(how.seen, read_seen(options.seen));
  for (const std::string& path : options.heads) {
    CLEARSPAN_TRY(std::string note, read_file(path));
    how.heads.push_back(std::move(note));
  }
  std::optional<tlog::TrustedKeys> trusted;
  if (!options.trust.empty()) {
    CLEARSPAN_TRY(const std::string file, read_file(options.trust));
    CLEARSPAN_TRY(trusted, tlog::TrustedKeys::parse(file));
    how.trusted = &*trusted;
  }
  // A log that is being written may already know a block that the book does not: books read later do.
  for (int attempt = 1;; ++attempt) {
    CLEARSPAN_TRY(const std::vector<LedgerBook> books, read_books(evidence, options));
    CLEARSPAN_TRY(audit::Report report, audit::audit(evidence, books, how));
    if (!report.ok() && attempt < kReadAttempts) continue;
    if (!options.save_books.empty()) CLEARSPAN_CHECK_OK(save_books(books, options.save_books));
    return report;
  }
}

}  // namespace

int run_audit(const AuditOptions& options, std::ostream& out, std::ostream& err) {
  const Result<audit::Report> report = run(options);
  if (!report.ok()) {
    err << "clearspan: " << describe(report.error()) << "\n";
    return kExitUsage;
  }
  out << (options.json ? audit::to_json(*report) + "\n" : audit::to_text(*report));
  if (!report->ok()) return kExitNegative;
  if (report->without_book.empty()) return kExitOk;
  err << "clearspan: give the book of " << report->without_book.front().text << " with --ledger\n";
  return kExitUsage;
}

}  // namespace clearspan::tools
