// `clearspan audit`: the independent auditor (tools/auditor/audit.hpp) on a data folder and the ledgers' own books.
//
//   exit 0  no violation
//   exit 1  violations, each printed with the records that show it
//   exit 2  an input cannot be read, or a ledger of the evidence has no book
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "core/base/clock.hpp"

namespace clearspan::tools {

struct AuditOptions {
  std::string evidence;              // the engine's data folder
  std::vector<std::string> ledgers;  // NAME=SOURCE: the URL of a node, or a file that --save-books wrote
  std::string save_books;            // a folder for the books, one file each; empty: nowhere
  std::string trust;                 // a trust file; empty: checkpoints must fit, whoever signed them
  std::vector<std::string> heads;    // files with checkpoints that were seen outside
  std::string seen;                  // a file of lines "TRADE PHASE": what somebody was shown
  std::uint64_t first_block = 0;     // of EVM chains
  bool ended = false;
  bool closed = false;
  bool clocks_jump = false;
  bool json = false;
  Millis timeout{60'000};
};

int run_audit(const AuditOptions& options, std::ostream& out, std::ostream& err);

}  // namespace clearspan::tools
