#include "tools/clearspan/evidence_views.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "ledgers/evidence/statement.hpp"
#include "ledgers/evidence/trade_record.hpp"
#include "tools/clearspan/exit_codes.hpp"

namespace clearspan::tools {
namespace {

int fail(const Error& error, std::ostream& err) {
  err << "clearspan: " << describe(error) << "\n";
  const bool is_unusable = error.code == ErrorCode::not_found || error.code == ErrorCode::storage_failed;
  return is_unusable ? kExitUsage : kExitNegative;
}

template <class View>
int show(const Result<View>& view, const std::string& format, std::ostream& out, std::ostream& err) {
  if (!view.ok()) return fail(view.error(), err);
  if (format == "csv") {
    out << evidence::to_csv(*view);
  } else {
    out << evidence::to_json(*view) << "\n";
  }
  out.flush();
  if (out.good()) return kExitOk;
  err << "clearspan: the view cannot be written\n";
  return kExitNegative;
}

void add_format(CLI::App& command, std::string& format) {
  command.add_option("--format", format, "json or csv")->capture_default_str()->check(CLI::IsMember({"json", "csv"}));
}

void add_data_dir(CLI::App& command, std::string& data_dir) {
  command.add_option("data_dir", data_dir, "The engine's data directory, or a copy of it")
      ->required()
      ->option_text("DATA_DIR");
}

void add_record(CLI::App& evidence, std::function<int()>& run) {
  CLI::App* command =
      evidence.add_subcommand("record", "The record of one trade: both chains, every step and its proof");
  const auto options = std::make_shared<EvidenceRecordOptions>();
  add_data_dir(*command, options->data_dir);
  command->add_option("trade", options->trade, "The trade's id")->required()->option_text("TRADE");
  add_format(*command, options->format);
  command->callback(
      [options, &run] { run = [options] { return run_evidence_record(*options, std::cout, std::cerr); }; });
}

void add_statement(CLI::App& evidence, std::function<int()>& run) {
  CLI::App* command =
      evidence.add_subcommand("statement", "An account's statement, or all balances of a ledger, in double entry");
  const auto options = std::make_shared<EvidenceStatementOptions>();
  add_data_dir(*command, options->data_dir);
  command->add_option("--ledger", options->ledger, "The ledger's name")->required();
  command->add_option("--account", options->account, "The account whose entries are wanted, or escrow");
  add_format(*command, options->format);
  command->callback(
      [options, &run] { run = [options] { return run_evidence_statement(*options, std::cout, std::cerr); }; });
}

}  // namespace

int run_evidence_record(const EvidenceRecordOptions& options, std::ostream& out, std::ostream& err) {
  const auto trade = parse_trade_id(options.trade);
  if (!trade) {
    err << "clearspan: a trade's id is 32 hexadecimal digits\n";
    return kExitUsage;
  }
  const auto disk = evidence::make_posix_disk();
  return show(evidence::read_trade_record(*disk, options.data_dir, *trade), options.format, out, err);
}

int run_evidence_statement(const EvidenceStatementOptions& options, std::ostream& out, std::ostream& err) {
  evidence::StatementQuery query;
  query.ledger.text = options.ledger;
  if (!options.account.empty()) query.account = evidence::parse_statement_account(options.account);
  const auto disk = evidence::make_posix_disk();
  return show(evidence::read_statement(*disk, options.data_dir, query), options.format, out, err);
}

void add_evidence_views(CLI::App& evidence, std::function<int()>& run) {
  add_record(evidence, run);
  add_statement(evidence, run);
}

}  // namespace clearspan::tools
