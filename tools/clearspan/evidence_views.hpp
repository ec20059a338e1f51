// `clearspan evidence record` and `clearspan evidence statement`: what the evidence logs of a data directory say of one
// trade, or of one ledger's accounts (docs/evidence-views.md). Nothing but the logs is read, so a copy of the directory
// will do, and the engine may be running.
//
//   exit 0  the view is on standard output
//   exit 1  the logs are damaged, or know no such trade or ledger
//   exit 2  the directory holds no log or cannot be read; the call is wrong
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace clearspan::tools {

struct EvidenceRecordOptions {
  std::string data_dir;
  std::string trade;
  std::string format = "json";  // or csv
};

struct EvidenceStatementOptions {
  std::string data_dir;
  std::string ledger;
  std::string account;  // empty: the balances of all
  std::string format = "json";
};

int run_evidence_record(const EvidenceRecordOptions& options, std::ostream& out, std::ostream& err);
int run_evidence_statement(const EvidenceStatementOptions& options, std::ostream& out, std::ostream& err);

// Adds both to the subcommand `evidence`; the chosen one sets `run`.
void add_evidence_views(CLI::App& evidence, std::function<int()>& run);

}  // namespace clearspan::tools
